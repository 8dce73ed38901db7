import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CouldNotDoIt } from "../cli.js";

/**
 * Installs what a folder's own lock file pins, unless that is there already. So `npm ci` stays small:
 * what a single command needs is installed by that command.
 *
 * @param folder The folder, with `package.json` and `package-lock.json`; its URL ends in a slash.
 */
export function installOwnPackages(folder: URL): void {
  const lock = readFileSync(new URL("package-lock.json", folder), "utf8");
  const installed = new URL("node_modules/.installed-lock.json", folder);
  if (existsSync(installed) && readFileSync(installed, "utf8") === lock) return;
  const { name } = folder.pathname.match(/(?<name>[^/]+)\/$/)?.groups ?? {};
  console.error(`installing what scripts/${name} needs`);
  const { status, stderr } = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    // npm is a command file on Windows, which only a shell starts.
    { cwd: fileURLToPath(folder), encoding: "utf8", shell: process.platform === "win32" },
  );
  if (status !== 0) {
    const reason = (stderr ?? "").split("\n").find((line) => /npm error (?!code)/.test(line));
    throw new CouldNotDoIt(
      `The packages of scripts/${name} could not be installed: ${reason ?? "npm did not start"}`,
    );
  }
  writeFileSync(installed, lock);
}
