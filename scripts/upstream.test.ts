import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "./lib.js";

// In a copy of the project, HighLevel publishes `published.yaml`: our contract, or a changed one.
const project = mkdtempSync(join(tmpdir(), "upstream-"));
afterAll(() => rmSync(project, { recursive: true }));
for (const part of ["contract-tests", "openapi", "scripts", "package.json", "redocly.yaml"]) {
  cpSync(join(root, part), join(project, part), { recursive: true });
}
symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
writeFileSync(join(project, "openapi/known-differences.json"), "[]");
const contract = readFileSync(join(root, "openapi/openapi.yaml"), "utf8");

function publish(text: string, instead: string): void {
  expect(contract).toContain(text);
  writeFileSync(join(project, "openapi/published.yaml"), contract.replace(text, instead));
}

function upstream(...args: readonly string[]) {
  const tsx = join(project, "node_modules/.bin/tsx");
  const options = { cwd: project, encoding: "utf8" } as const;
  return spawnSync(tsx, ["scripts/upstream.ts", ...args], options);
}

it("a published file that differs in words alone agrees with the contract", () => {
  publish("as shown to shoppers", "as shoppers see it");
  expect(upstream("openapi/published.yaml")).toMatchObject({ status: 0, stderr: "" });
});

it("a published change is a row of both facts, and --update takes it over", () => {
  publish("required: [altId, altType, name, slug]", "required: [altId, altType, name]");
  const row =
    'request.body.slug: the contract says "string, required", HighLevel publishes "string, optional".';
  const { status, stdout } = upstream("--update", "openapi/published.yaml");
  expect({ status, lines: stdout.split("\n") }).toMatchObject({
    status: 1,
    lines: expect.arrayContaining(["openapi/upstream.json is written.", row]),
  });
  const { source, rows } = JSON.parse(readFileSync(join(project, "openapi/upstream.json"), "utf8"));
  expect([source, rows["request.body.slug"]]).toEqual(["published.yaml", "string, optional"]);
});

it("an endpoint that HighLevel no longer publishes is a difference", () => {
  publish("/products/collections:", "/products/groups:");
  const { status, stdout } = upstream("openapi/published.yaml");
  expect([status, stdout]).toEqual([
    1,
    expect.stringContaining("has no POST /products/collections"),
  ]);
});

it.each([[["missing.json"]], [["--colour"]]])("%j is refused in one line", (args) => {
  const { status, stderr } = upstream(...args);
  expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
});
