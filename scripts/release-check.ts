import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { command, exitCode, start } from "./lib/cli.js";
import { readContract } from "./lib/contract.js";
import { disagreements, versionsIn } from "./release-check/versions.js";

function spawn(cwd: string, command: string, ...args: string[]) {
  return spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: command === "git" ? "pipe" : "inherit",
    shell: process.platform === "win32",
  });
}

export const run = command(
  { usage: "npm run release:check" },
  async (_args, { root, out, err }) => {
    const read = (file: string) => readFileSync(root + file, "utf8");
    const { version } = (await readContract(root)).info;
    const problems = disagreements(versionsIn(read("package.json"), read("CHANGELOG.md"), version));
    const changed = spawn(root, "git", "status", "--porcelain").stdout.trim();
    if (changed !== "") problems.push(`The tree is not clean:\n${changed}`);
    if (problems.length > 0) {
      err(problems.join("\n"));
      return exitCode.failed;
    }
    for (const script of ["test", "test:consumers", "test:samples", "test:runtimes", "test:docs"]) {
      out(`\nnpm run ${script}`);
      if (spawn(root, "npm", "run", "--silent", script).status !== 0) {
        err(`npm run ${script} failed; nothing may be published.`);
        return exitCode.failed;
      }
    }
    out("\nEverything holds. Tag it, and npm publish.");
    return exitCode.done;
  },
);

start(import.meta, run);
