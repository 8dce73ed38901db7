import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "./lib/tools.js";

// In a copy of the project, HighLevel publishes `published.yaml`: our contract, or a changed one.
const project = mkdtempSync(join(tmpdir(), "upstream-"));
afterAll(() => rmSync(project, { recursive: true }));
for (const part of ["openapi", "scripts", "package.json", "redocly.yaml"]) {
  cpSync(join(root, part), join(project, part), { recursive: true });
}
symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
writeFileSync(join(project, "openapi/known-differences.json"), "[]");
const contract = readFileSync(join(root, "openapi/openapi.yaml"), "utf8");

function publish(text: RegExp, instead: string): void {
  expect(contract).toMatch(text);
  writeFileSync(join(project, "openapi/published.yaml"), contract.replace(text, instead));
}

function upstream(...args: readonly string[]) {
  const tsx = join(project, "node_modules/.bin/tsx");
  const options = { cwd: project, encoding: "utf8" } as const;
  return spawnSync(tsx, ["scripts/upstream.ts", ...args], options);
}

it("a published file that differs in words alone agrees with the contract", () => {
  publish(/description: \w+/, "description: In other words");
  expect(upstream("openapi/published.yaml")).toMatchObject({ status: 0, stderr: "" });
});

it("a published change is a row of both facts, and --update takes it over", () => {
  const [, field] = /required: \[(\w+), /.exec(contract) ?? [];
  publish(/required: \[\w+, /, "required: [");
  const { status, stdout } = upstream("--update", "openapi/published.yaml");
  expect(status).toBe(1);
  expect(stdout).toContain("openapi/upstream.json is written.");
  expect(stdout).toMatch(new RegExp(`^request.body.${field}: .*required".*optional"\\.$`, "m"));
  const { source, rows } = JSON.parse(readFileSync(join(project, "openapi/upstream.json"), "utf8"));
  expect([source, rows[`request.body.${field}`]]).toEqual(["published.yaml", "string, optional"]);
});

it("an endpoint that HighLevel no longer publishes is a difference", () => {
  publish(/^ {2}\/\S+:$/m, "  /elsewhere:");
  const { status, stdout } = upstream("openapi/published.yaml");
  expect([status, stdout]).toEqual([1, expect.stringContaining("has no POST /")]);
});

it.each([[["missing.json"]], [["--colour"]]])("%j is refused in one line", (args) => {
  const { status, stderr } = upstream(...args);
  expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
});
