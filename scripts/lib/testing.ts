import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Command, Io } from "./cli.js";
import { projectRoot } from "./cli.js";

/** How a command ended, and all that it printed. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, for tests. */
export async function runCommand(
  run: Command,
  args: readonly string[],
  io: Partial<Pick<Io, "env" | "root" | "stopped">> & { onOut?: (line: string) => void } = {},
): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  const { onOut, ...others } = io;
  const status = await run(args, {
    env: {},
    root: projectRoot,
    stopped: () => Promise.reject(new Error("The test does not say when to stop.")),
    ...others,
    out(line) {
      stdout += `${line}\n`;
      onOut?.(line);
    },
    err(line) {
      stderr += `${line}\n`;
    },
  });
  return { status, stdout, stderr };
}

/**
 * Puts programs of a test's own before those that are installed.
 *
 * @returns The `PATH` that finds them.
 */
export function withPrograms(folder: string, programs: Readonly<Record<string, string>>): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}${delimiter}${process.env.PATH}`;
}
