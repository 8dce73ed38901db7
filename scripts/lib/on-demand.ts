import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError, projectRoot } from "./cli.js";

const cache = `${projectRoot}node_modules/.cache/highlevel-tools/`;

/**
 * The folder of a package that one script needs and the project does not: installed when it is first
 * asked for, into a folder of its own, so that `npm ci` stays small. Takes an exact version, so that
 * the script does the same tomorrow.
 */
export function onDemand(name: string, version: string): string {
  const folder = join(cache, `${name.replace("/", "+")}@${version}`);
  if (!existsSync(folder)) install(`${name}@${version}`, folder);
  return join(folder, "node_modules", name);
}

function install(what: string, folder: string): void {
  console.log(`installing ${what}, for this script alone`);
  // Elsewhere first: what stands under the final name is whole, however an install may have ended.
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const { status, stderr } = spawnSync(
    "npm",
    ["install", "--prefix", unfinished, "--no-audit", "--no-fund", "--loglevel=error", what],
    // npm is a command file on Windows, which only a shell starts.
    { cwd: dirname(folder), encoding: "utf8", shell: process.platform === "win32" },
  );
  try {
    if (status !== 0) {
      throw new CliError(`${what} could not be installed: ${lastLine(stderr ?? "")}`);
    }
    // Whoever came first has installed the same.
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function lastLine(said: string): string {
  const lines = said.split("\n").filter((line) => line.includes("npm error"));
  return (lines.find((line) => !line.includes("npm error code")) ?? "npm did not start").trim();
}
