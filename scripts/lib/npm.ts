import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CliError, exitCode, type Io } from "./cli.js";

/** How to install: nothing of a package is run, nobody else is asked, and only errors are told. */
export const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

// npm is a command file on Windows, which only a shell starts.
const shell = process.platform === "win32";

/** Runs npm in the project, hands on each line that it prints, and resolves to its exit code. */
export async function npm(
  args: readonly string[],
  { root, env, out, err }: Pick<Io, "root" | "env" | "out" | "err">,
): Promise<number> {
  const child = spawn("npm", args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    shell,
  });
  const [code] = await Promise.all([
    once(child, "close").then(([status]) => Number(status ?? exitCode.couldNotRun)),
    eachLine(child.stdout, out),
    eachLine(child.stderr, err),
  ]);
  return code;
}

async function eachLine(stream: Readable, tell: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) tell(line);
}

/**
 * Runs npm to its end in a folder, and gives what it printed.
 *
 * @throws CliError - With npm's reason.
 */
export function npmOutput(cwd: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd, encoding: "utf8", shell });
  if (status === 0) return stdout;
  const said = stderr?.split("\n").find((line) => /npm error (?!code)/.test(line));
  throw new CliError(`npm ${args[0]} failed in ${cwd}: ${said ?? "it did not start"}`);
}
