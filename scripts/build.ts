import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { command, exitCode, start } from "./lib/cli.js";
import { contractPath } from "./lib/contract.js";
import { readDocument, toYaml } from "./lib/redocly.js";

/** What a program can import: the package itself, and its subpaths. */
const entries = ["index", "testing", "undici"];

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Removes the declarations that no entry reaches: nobody can import what they declare. */
function dropInternals(folder: string): void {
  const reached = new Set<string>();
  const reach = (file: string) => {
    if (reached.has(file) || !file.startsWith(folder)) return;
    reached.add(file);
    const imports = readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g);
    for (const [, from] of imports) reach(join(dirname(file), `${from}.d.ts`));
  };
  for (const name of entries) reach(join(folder, `${name}.d.ts`));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}

export const run = command({ usage: "npm run build" }, async (_args, { root }) => {
  const bundles = entries.flatMap((name) => [`${name}.js`, `${name}.js.map`]);
  for (const output of ["src", "generated", ...bundles]) {
    rmSync(`${root}dist/${output}`, { recursive: true, force: true });
  }
  const declarations = spawn(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  const ended = once(declarations, "close");
  // One file each: to find and read twenty takes longer than to run them.
  await build({
    entryPoints: entries.map((name) => `${root}src/${name}.ts`),
    outdir: `${root}dist`,
    bundle: true,
    format: "esm",
    packages: "external",
    platform: "neutral",
    // Beside the bundles, which are as readable as the sources; the package is half as large without.
    sourcemap: "external",
    target: "es2022",
  });
  // One file each, whatever the contract is split into.
  const contract = await readDocument(root + contractPath, { root });
  writeFileSync(`${root}dist/openapi.yaml`, await toYaml(contract));
  writeFileSync(`${root}dist/openapi.json`, JSON.stringify(contract));
  const [status] = await ended;
  dropInternals(join(root, "dist/src"));
  // tsc does not copy declarations that are written already.
  cpSync(`${root}generated/contract.d.ts`, `${root}dist/generated/contract.d.ts`);
  return status === 0 ? exitCode.done : exitCode.failed;
});

start(import.meta, run);
