import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { type Io, projectRoot } from "./cli.js";
import { npmOutput, quietly } from "./npm.js";

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
  npmOutput(folder, ["ci", ...quietly]);
  copyFileSync(lock, installed);
  return folder;
}
