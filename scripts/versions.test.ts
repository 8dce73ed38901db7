import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

it("the changelog begins with the versions of the package and of its contract", () => {
  const { version }: { version: string } = JSON.parse(read("package.json"));
  const contract = /^ {2}version: (\S+)$/m.exec(read("openapi/openapi.yaml"));
  const latest = /^## (\S+)\n\nContract (\S+)\.$/m.exec(read("CHANGELOG.md"));
  expect(latest?.slice(1)).toEqual([version, contract?.[1]]);
});
