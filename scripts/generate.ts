import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { command, exitCode, start } from "./lib/cli.js";
import { contractPath } from "./lib/contract.js";
import { lint } from "./lib/redocly.js";

const folder = "generated";

export const run = command(
  {
    usage: "npm run generate [-- --check]",
    options: { check: { type: "boolean", default: false } },
  },
  async ({ values: { check } }, { root, out, err }) => {
    if (!check) {
      const problems = await lint(root + contractPath, root);
      if (problems.length > 0) {
        for (const problem of problems) err(problem);
        err(`The contract has lint errors; ${folder}/ is unchanged.`);
        return exitCode.failed;
      }
    }
    // Loaded here, since it brings the compiler.
    const { generatedFiles } = await import("./generate/files.js");
    const files = await generatedFiles(root);
    const pathOf = (name: string) => `${root}${folder}/${name}`;
    const stale = Object.keys(files).filter((name) => read(pathOf(name)) !== files[name]);
    if (check && stale.length > 0) {
      const paths = stale.map((name) => `${folder}/${name}`).join(", ");
      err(`${paths}: stale. Run \`npm run generate\`.`);
      return exitCode.failed;
    }
    if (!check) {
      mkdirSync(`${root}${folder}`, { recursive: true });
      for (const name of stale) writeFileSync(pathOf(name), files[name] ?? "");
    }
    const written = check || stale.length === 0 ? "up to date" : `written: ${stale.join(", ")}`;
    out(`${folder}: ${written}`);
    return exitCode.done;
  },
);

/** The text of a file, whose line ends a checkout may have turned into those of its system. */
function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : undefined;
}

start(import.meta, run);
