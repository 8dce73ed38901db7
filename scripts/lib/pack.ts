import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./cli.js";
import { npmOutput, quietly } from "./npm.js";

/** What npm says of the archive that it packed. */
export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs what is built, and puts the archive into a folder. */
export function pack(folder: string): Packed {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed]: [Packed] = JSON.parse(npmOutput(projectRoot, args));
  return packed;
}

/**
 * Packs what is built and installs it into an empty folder, as a stranger would.
 *
 * @param others - What the stranger has beside it: folders of packages.
 */
export function installPacked(folder: string, ...others: readonly string[]): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packages = [join(folder, pack(folder).filename), ...others];
  npmOutput(folder, ["install", "--prefix", folder, ...quietly, ...packages]);
}
