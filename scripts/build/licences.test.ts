import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { projectRoot as root } from "../lib/cli.js";

const notices = readFileSync(`${root}THIRD-PARTY-NOTICES.md`, "utf8");

it.each(["ajv", "ajv-formats"])("the licence of %s goes with what is made of it", (name) => {
  expect(notices).toContain(readFileSync(`${root}node_modules/${name}/LICENSE`, "utf8").trim());
});

it("nothing else of a package is in what is built", () => {
  const maps = readdirSync(`${root}dist`).filter((name) => name.endsWith(".js.map"));
  expect(maps).toContain("index.js.map");
  for (const map of maps) {
    const { sources }: { sources: string[] } = JSON.parse(
      readFileSync(`${root}dist/${map}`, "utf8"),
    );
    expect(sources).not.toEqual([]);
    // Each is a file of ours: of src/, of generated/, or package.json.
    const others = sources.filter(
      (it) => !/^\.\.\/(src|generated)\/|^\.\.\/package\.json$/.test(it),
    );
    expect({ map, others }).toEqual({ map, others: [] });
    for (const source of sources) expect(existsSync(`${root}dist/${source}`)).toBe(true);
  }
});
