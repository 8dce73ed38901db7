// npm run upstream [-- [--update] [PATH-OR-URL]]: the contract beside the file that HighLevel publishes.
// Exit code 0: they agree, apart from the known differences; 1: they differ; 2: they were not compared.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type Document, operationOf, readContract, readDocument } from "./lib/contract.js";
import { differences, rowsOf } from "./lib/rows.js";
import { fail, root, temporaryFolder } from "./lib/tools.js";

const publishedFile =
  "https://raw.githubusercontent.com/GoHighLevel/highlevel-api-docs/main/apps/products.json";

const { source, isUpdate } = readArguments();
const contract = readContract();
const { path, method } = operationOf(contract);
const document = readBundled(source);
const operation = document.paths?.[path]?.[method];
if (operation === undefined) {
  console.log(`operation: ${source} has no ${method.toUpperCase()} ${path}.`);
  process.exit(1);
}
const published = rowsOf({ ...document, paths: { [path]: { [method]: operation } } });

if (isUpdate) {
  const origin = URL.canParse(source) ? source : basename(source);
  const upstream = { source: origin, date: new Date().toISOString().slice(0, 10), rows: published };
  writeFileSync(join(root, "openapi/upstream.json"), `${JSON.stringify(upstream, null, 2)}\n`);
  console.log("openapi/upstream.json is written.");
}

const known = JSON.parse(readFileSync(join(root, "openapi/known-differences.json"), "utf8"));
const { unexpected, stale } = differences(published, rowsOf(contract), known);
for (const { message } of unexpected) console.log(message);
for (const rows of stale) {
  console.log(`${rows}: no longer differs. Remove it from openapi/known-differences.json.`);
}
if (unexpected.length > 0) {
  console.log(
    "Change the contract and run npm run upstream -- --update, or give a row's reason in openapi/known-differences.json.",
  );
}
if (unexpected.length + stale.length > 0) process.exit(1);
console.log(`The contract agrees with ${source}, apart from openapi/known-differences.json.`);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { update: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    return { source: positionals[0] ?? publishedFile, isUpdate: values.update };
  } catch {
    return fail("Usage: npm run upstream [-- [--update] [PATH-OR-URL]]");
  }
}

/** The vendor's file refers to others, which a bundle takes in. */
function readBundled(source: string): Document {
  const bundle = join(temporaryFolder(), "bundle.json");
  const redocly = spawnSync(
    join(root, "node_modules/.bin/redocly"),
    ["bundle", source, "--output", bundle],
    { encoding: "utf8", timeout: 60_000 },
  );
  if (redocly.status === 0) return readDocument(bundle);
  const [reason = "no answer, or no such file"] =
    redocly.stderr.match(/(?<=^ {2}- ).+|^Can't resolve .+/m) ?? [];
  return fail(
    `${source} cannot be read (${reason}). Check the network, or give the path of a copy, beside the files that it refers to.`,
  );
}
