import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readContract } from "./lib/contract.js";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

it("the package, its lock file, the contract and the changelog have one version", () => {
  const lock = JSON.parse(read("package-lock.json"));
  const versions: Record<string, string> = {
    "package.json: version": JSON.parse(read("package.json")).version,
    "package-lock.json: version": lock.version,
    'package-lock.json: packages[""].version': lock.packages[""].version,
    "openapi/openapi.yaml: info.version": readContract().info.version,
    "CHANGELOG.md: the first heading ##": /^## (\S+)$/m.exec(read("CHANGELOG.md"))?.[1] ?? "",
  };
  const numerically = new Intl.Collator("en", { numeric: true }).compare;
  const newest = Object.values(versions).sort(numerically).at(-1);
  const expected = Object.fromEntries(Object.keys(versions).map((place) => [place, newest]));
  expect(
    versions,
    `Write ${newest} in each place below; npm version ${newest} --no-git-tag-version does it in package.json and package-lock.json`,
  ).toEqual(expected);
});
