import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import { contractFile } from "./contract.js";
import { redocly } from "./redocly.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

cli(import.meta, "npm run build", {}, async () => {
  for (const folder of ["src", "generated"])
    rmSync(`${root}dist/${folder}`, { recursive: true, force: true });
  // Twice, since what a comment tells belongs into the declarations and would only weigh in the code.
  for (const what of [["--emitDeclarationOnly"], ["--declaration", "false", "--removeComments"]]) {
    const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...what], {
      cwd: root,
      stdio: "inherit",
    });
    if (status !== 0) return exitCode.foundSomethingWrong;
  }
  // Types alone: nothing imports them at run time.
  for (const file of ["openapi.js", "openapi.js.map"]) rmSync(`${root}dist/generated/${file}`);
  // tsc copies neither JavaScript that has declarations of its own nor those declarations.
  for (const file of ["contract.js", "contract.d.ts"]) {
    cpSync(`${root}generated/${file}`, `${root}dist/generated/${file}`);
  }
  // One file each, whatever the contract is split into.
  for (const file of ["openapi.yaml", "openapi.json"]) {
    const { status, stderr } = redocly("bundle", contractFile, "--output", `${root}dist/${file}`);
    if (status !== 0) throw new CouldNotDoIt(`dist/${file} was not written: ${stderr}`);
  }
  return exitCode.done;
});
