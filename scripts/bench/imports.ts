import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { benchFolder, ours, runNode, toolsFolder, vendor } from "./measured.js";
import { median, medianRatio, type Part, printTable, times } from "./report.js";

/** A folder from which each package is found. */
const folders = new Map([
  [ours, benchFolder],
  ["openapi-fetch", benchFolder],
  ["axios", toolsFolder],
  [vendor, toolsFolder],
]);

export const benchImports: Part = async (given, { out }) => {
  const rounds = Math.min(given, 20);
  const names = [...folders.keys()];
  const importMs = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    const order = [...folders];
    order.push(...order.splice(0, (round + 1) % order.length));
    for (const [name, folder] of order) {
      const ms = await timeOfImport(name, folder);
      // The first round only brings the files into memory.
      if (round >= 0) importMs.get(name)?.push(ms);
    }
  }
  const ms = (name: string) => importMs.get(name) ?? [];
  const ratio = (name: string) => medianRatio(ms(name), ms("openapi-fetch"));
  const sizes = await Promise.all([...folders].map((entry) => bundledBytes(...entry)));

  out(`Bundled, minified and gzipped; imported, median of ${rounds} new processes`);
  printTable(out, [
    ["", "bytes", "import ms", "× openapi-fetch"],
    ...names.map((name, i) => [
      name,
      String(sizes[i]),
      median(ms(name)).toFixed(1),
      times(ratio(name)),
    ]),
  ]);
  return [
    { what: "at most 10 240 bytes", holds: (sizes[0] ?? Number.NaN) <= 10_240 },
    { what: "import at most ×1.50 openapi-fetch", holds: ratio(ours) <= 1.5 },
  ];
};

async function timeOfImport(name: string, folder: string): Promise<number> {
  const code = `const start = performance.now();
    await import(${JSON.stringify(name)});
    process.stdout.write(String(performance.now() - start));
    process.exit();`;
  return Number(await runNode(["--input-type=module", "--eval", code], folder));
}

/** The size of all that an app takes in with a package. */
async function bundledBytes(name: string, folder: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [name],
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
