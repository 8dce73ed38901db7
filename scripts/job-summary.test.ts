import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run } from "./job-summary.js";
import { runCommand, withPrograms } from "./lib/testing.js";

const root = `${mkdtempSync(join(tmpdir(), "job-summary-"))}/`;
afterAll(() => rmSync(root, { recursive: true, force: true }));
const npm = `#!/bin/sh
[ "$1 $2 $3 $4" = "run --silent look --" ] || exit 99
echo "a  b $5"
exit 1
`;
const PATH = withPrograms(root, { npm });

it("adds what a script printed to the run's page, and ends as the script did", async () => {
  const GITHUB_STEP_SUMMARY = `${root}summary.md`;
  writeFileSync(GITHUB_STEP_SUMMARY, "Before.\n\n");
  const env = { ...process.env, PATH, GITHUB_STEP_SUMMARY };
  const ended = await runCommand(run, ["--", "look", "here"], { root, env });
  expect(ended).toEqual({ status: 1, stdout: "a  b here\n", stderr: "" });
  expect(readFileSync(GITHUB_STEP_SUMMARY, "utf8")).toBe(
    "Before.\n\n### npm run look here\n\n```text\na  b here\n```\n",
  );
});

it("just runs the script on a laptop", async () => {
  const env = { ...process.env, PATH, GITHUB_STEP_SUMMARY: undefined };
  const ended = await runCommand(run, ["--", "look", "here"], { root, env });
  expect(ended).toEqual({ status: 1, stdout: "a  b here\n", stderr: "" });
});

it("wants a script", async () => {
  expect(await runCommand(run, [])).toMatchObject({
    status: 2,
    stderr: "Give a script: npm run job-summary -- SCRIPT [-- ARGUMENTS]\n",
  });
});
