import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { exitCode, type Io } from "./cli.js";

/** Runs npm in the project, hands on each line that it prints, and resolves to its exit code. */
export async function npm(
  args: readonly string[],
  { root, env, out, err }: Pick<Io, "root" | "env" | "out" | "err">,
): Promise<number> {
  const child = spawn("npm", args, {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // npm is a command file on Windows, which only a shell starts.
    shell: process.platform === "win32",
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
