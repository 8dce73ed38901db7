import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { operationsOf, readContract } from "../scripts/lib/contract.js";
import { differences, type KnownDifference, type Rows, rowsOf } from "../scripts/lib/rows.js";

// The contract says what HighLevel has published: openapi/upstream.json, written by `npm run upstream`.

const document = readContract();
const contract = rowsOf(document, operationsOf(document));
const { rows: published } = readJson<{ rows: Rows }>("upstream.json");
const known = readJson<readonly KnownDifference[]>("known-differences.json");
const { unexpected, stale } = differences(published, contract, known);

it("the contract and the published operation agree in most rows", () => {
  const places = Object.keys(published);
  const agreeing = places.filter((place) => contract[place] === published[place]);
  expect(agreeing.length).toBeGreaterThan(places.length / 2);
});

for (const { place, message } of unexpected) {
  it(place, () => {
    const entry = JSON.stringify({ rows: place, contract: contract[place], reason: "…" });
    expect.fail(
      `${message} If HighLevel publishes what the contract says, run npm run upstream -- --update; else add ${entry} to openapi/known-differences.json.`,
    );
  });
}

it("every entry of openapi/known-differences.json names a row that differs", () => {
  expect(stale, "Remove these entries, which no row needs any more.").toEqual([]);
});

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`../openapi/${name}`, import.meta.url), "utf8"));
}
