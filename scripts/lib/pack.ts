import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./cli.js";
import { npmOutput, quietly } from "./npm.js";

/**
 * Packs what is built and installs it into an empty folder, as a stranger would.
 *
 * @param others - What the stranger has beside it: folders of packages.
 */
export function installPacked(folder: string, ...others: readonly string[]): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [{ filename }]: [{ filename: string }] = JSON.parse(npmOutput(projectRoot, pack));
  const packages = [join(folder, filename), ...others];
  npmOutput(folder, ["install", "--prefix", folder, ...quietly, ...packages]);
}
