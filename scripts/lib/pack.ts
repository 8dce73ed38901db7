import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, projectRoot } from "./cli.js";

/**
 * Packs what is built and installs it into an empty folder, as a stranger would.
 *
 * @param others - What the stranger has beside it: folders of packages.
 */
export function installPacked(folder: string, ...others: readonly string[]): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packed = npm(
    projectRoot,
    "pack",
    "--json",
    "--ignore-scripts",
    "--pack-destination",
    folder,
  );
  const [{ filename }]: [{ filename: string }] = JSON.parse(packed);
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  npm(folder, "install", "--prefix", folder, ...quietly, join(folder, filename), ...others);
}

function npm(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd,
    encoding: "utf8",
    // npm is a command file on Windows, which only a shell starts.
    shell: process.platform === "win32",
  });
  if (status === 0) return stdout;
  const said = stderr?.split("\n").find((line) => /npm error (?!code)/.test(line));
  throw new CliError(`npm ${args[0]} failed: ${said ?? "it did not start"}`);
}
