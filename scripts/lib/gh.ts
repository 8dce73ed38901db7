import { spawnSync } from "node:child_process";
import { CliError, type Io } from "./cli.js";

/** Runs GitHub's own command, which reads the repository and the token from its environment. */
export function gh(args: readonly string[], { root, env }: Pick<Io, "root" | "env">, input = "") {
  const { status, stdout, stderr, error } = spawnSync("gh", args, {
    cwd: root,
    encoding: "utf8",
    env,
    input,
  });
  if (error !== undefined) {
    throw new CliError(`gh did not start (${error.message}). Install the GitHub CLI.`);
  }
  if (status !== 0) {
    const [said = ""] = stderr.trim().split("\n");
    throw new CliError(`gh ${args.slice(0, 2).join(" ")} failed: ${said || `exit code ${status}`}`);
  }
  return stdout;
}
