import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cli, exitCode } from "./cli.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

cli(import.meta, "npm run build", {}, async () => {
  for (const folder of ["src", "generated"])
    rmSync(`${root}dist/${folder}`, { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) return exitCode.foundSomethingWrong;
  // tsc copies neither JavaScript that has declarations of its own nor those declarations.
  for (const file of ["contract.js", "contract.d.ts"]) {
    cpSync(`${root}generated/${file}`, `${root}dist/generated/${file}`);
  }
  return exitCode.done;
});
