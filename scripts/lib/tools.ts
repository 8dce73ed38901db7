import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { CliError, type Io, projectRoot } from "./cli.js";

/**
 * Installs what one command needs and the project does not, so that `npm ci` stays small: the packages
 * of `scripts/NAME/tools/package-lock.json`, unless they are there already.
 *
 * @returns The folder that holds them in its `node_modules`, with a slash at its end.
 */
export function installTools(name: string, { out }: Pick<Io, "out">): string {
  const folder = `${projectRoot}scripts/${name}/tools/`;
  const lock = `${folder}package-lock.json`;
  // Written last, so that an install which was broken off does not pass for one.
  const installed = `${folder}node_modules/.installed-lock.json`;
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return folder;

  out(`Installing the packages of scripts/${name}/tools.`);
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr } = spawnSync("npm", ["ci", ...quietly], {
    cwd: folder,
    encoding: "utf8",
    // npm is a command file on Windows, which only a shell starts.
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    const why = /npm error (?!code).*/.exec(stderr ?? "")?.[0] ?? "npm did not start";
    throw new CliError(`The packages of scripts/${name}/tools could not be installed: ${why}`);
  }
  copyFileSync(lock, installed);
  return folder;
}
