import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import { contractFile } from "./contract.js";
import { redocly } from "./redocly.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

cli(import.meta, "npm run build", {}, async () => {
  for (const output of ["src", "generated", "index.js", "index.js.map"]) {
    rmSync(`${root}dist/${output}`, { recursive: true, force: true });
  }
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) return exitCode.foundSomethingWrong;
  // tsc does not copy declarations that are written already.
  cpSync(`${root}generated/contract.d.ts`, `${root}dist/generated/contract.d.ts`);
  // One file: to find and read twenty takes longer than to run them.
  await build({
    entryPoints: [`${root}src/index.ts`],
    outfile: `${root}dist/index.js`,
    bundle: true,
    format: "esm",
    packages: "external",
    platform: "neutral",
    sourcemap: true,
    target: "es2022",
  });
  // One file each, whatever the contract is split into.
  for (const file of ["openapi.yaml", "openapi.json"]) {
    const { status, stderr } = redocly("bundle", contractFile, "--output", `${root}dist/${file}`);
    if (status !== 0) throw new CouldNotDoIt(`dist/${file} was not written: ${stderr}`);
  }
  return exitCode.done;
});
