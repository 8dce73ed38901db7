import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Document, operationsOf, readContract } from "./lib/contract.js";
import { differences, type KnownDifference, rowsOf } from "./lib/rows.js";
import { root } from "./lib/tools.js";

const contract = readContract();
const rows = (document: Document) => rowsOf(document, operationsOf(document));

/** A copy of the contract as HighLevel might publish it. */
function published(text: RegExp, instead: string): Document {
  const json = JSON.stringify(contract);
  expect(json).toMatch(text);
  return JSON.parse(json.replace(text, instead));
}

const compare = (document: Document, known: readonly KnownDifference[] = []) =>
  differences(rows(document), rows(contract), known);

describe("a published file", () => {
  it("that differs in words alone agrees with the contract", () => {
    const document = published(/"description":"\w+/, '"description":"In other words');
    expect(compare(document)).toEqual({ unexpected: [], stale: [] });
  });

  it("that makes a field optional differs in that field's row", () => {
    const { unexpected } = compare(published(/"required":\["altId",/, '"required":['));
    expect(unexpected).toEqual([
      {
        place: "createProductCollection.request.body.altId",
        message: expect.stringMatching(/required".*optional"\.$/),
      },
    ]);
  });

  it("that lacks an operation differs in one row, whatever is known of the others", () => {
    const known = { rows: "createProductCollection.request.body.slug pattern", reason: "" };
    const ours = operationsOf(contract).filter(({ id }) => id === "createProductCollection");
    const { unexpected, stale } = differences(rowsOf(contract, []), rowsOf(contract, ours), [
      known,
    ]);
    expect(unexpected.map(({ place }) => place)).toEqual(["createProductCollection"]);
    expect(stale).toEqual([]);
  });

  it("that agrees makes a known difference stale", () => {
    const known = { rows: "*.request.body.slug pattern", reason: "" };
    expect(compare(contract, [known]).stale).toEqual([known.rows]);
  });
});

/** Runs the command in a copy of the project. */
function upstream(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const project = mkdtempSync(join(tmpdir(), "upstream-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  for (const part of ["openapi", "scripts", "package.json", "redocly.yaml"]) {
    cpSync(join(root, part), join(project, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"), "junction");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const command = ["--import", import.meta.resolve("tsx"), "scripts/upstream.ts", ...args];
  const result = spawnSync(process.execPath, command, { cwd: project, encoding: "utf8" });
  return { ...result, read: (name: string) => readFileSync(join(project, name), "utf8") };
}

it("npm run upstream -- --update prints what differs, and takes over what is published", () => {
  const document = published(/"required":\["altId",/, '"required":[');
  const { status, stdout, stderr, read } = upstream(["--update", "published.json"], {
    "published.json": JSON.stringify(document),
  });
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout).toContain("openapi/upstream.json is written.");
  expect(stdout).toContain("createProductCollection.request.body.altId: the contract says");
  const { source, rows } = JSON.parse(read("openapi/upstream.json"));
  const place = "createProductCollection.request.body.altId";
  expect([source, rows[place]]).toEqual(["published.json", "string, optional"]);
});

it("a published file that cannot be read is refused in one line", () => {
  const { status, stderr } = upstream(["missing.json"]);
  expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
});
