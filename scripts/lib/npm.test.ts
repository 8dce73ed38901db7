import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { npm } from "./npm.js";

const root = `${mkdtempSync(join(tmpdir(), "npm-"))}/`;
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("hands on every line of either stream, also a last one without an end, and the exit code", async () => {
  const script =
    "console.log('one\\n\\ntwo'); console.error('three'); process.stdout.write('four'); process.exitCode = 7";
  writeFileSync(`${root}say.cjs`, script);
  writeFileSync(`${root}package.json`, JSON.stringify({ scripts: { say: "node say.cjs" } }));
  const lines: Record<"out" | "err", string[]> = { out: [], err: [] };
  const status = await npm(["run", "--silent", "say"], {
    root,
    env: process.env,
    out: (line) => lines.out.push(line),
    err: (line) => lines.err.push(line),
  });
  expect({ status, ...lines }).toEqual({
    status: 7,
    out: ["one", "", "two", "four"],
    err: ["three"],
  });
});
