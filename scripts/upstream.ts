// npm run upstream [-- [--update] [PATH-OR-URL]]: the contract beside the file that HighLevel publishes.
// Exit code 0: they agree, apart from the known differences; 1: they differ; 2: they were not compared.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { type Document, operationsOf, readContract, readDocument } from "./lib/contract.js";
import { differences, rowsOf } from "./lib/rows.js";
import { fail, root } from "./lib/tools.js";

const publishedFile =
  "https://raw.githubusercontent.com/GoHighLevel/highlevel-api-docs/main/apps/products.json";

const { source, isUpdate } = readArguments();
const contract = readContract();
const operations = operationsOf(contract);
const document = readPublished(source);
// By path and method: HighLevel's operations have other ids.
const publishedOperations = operations.flatMap(({ id, path, method }) =>
  operationsOf(document)
    .filter((it) => it.path === path && it.method === method)
    .map((it) => ({ ...it, id })),
);
const published = rowsOf(document, publishedOperations);

if (isUpdate) {
  const origin = isUrl(source) ? source : basename(source);
  const upstream = { source: origin, date: new Date().toISOString().slice(0, 10), rows: published };
  writeFileSync(join(root, "openapi/upstream.json"), `${JSON.stringify(upstream, null, 2)}\n`);
  console.log("openapi/upstream.json is written.");
}

const known = JSON.parse(readFileSync(join(root, "openapi/known-differences.json"), "utf8"));
const { unexpected, stale } = differences(published, rowsOf(contract, operations), known);
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

function readPublished(source: string): Document {
  try {
    return readDocument(source);
  } catch (error) {
    return fail(
      `${source} cannot be read (${Object(error).message}). Check the network, or give the path of a copy, beside the files that it refers to.`,
    );
  }
}

/** On Windows, `C:\\…` is a path. */
function isUrl(source: string): boolean {
  return /^https?:/.test(source);
}
