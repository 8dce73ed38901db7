// Installs the packed package in an empty folder, as a user does, and runs test-package/smoke.ts there
// in each compiler, test runner and runtime that the package promises to work in.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fail, findChromium, install, root, temporaryFolder } from "./lib/tools.js";
import { startServer } from "./test-package/server.js";

/** Examples that need packages: each is compiled, and `run` is a file of test-package/ that uses it. */
const examples: readonly { file: string; packages: readonly string[]; run?: string }[] = [
  { file: "queue.ts", packages: ["bullmq@6.7.0", "ioredis@5.11.1"] },
  { file: "shared-budget.ts", packages: ["rate-limiter-flexible@11.4.0"] },
  { file: "undici-fetch.ts", packages: ["undici@7.30.2"], run: "run-undici-fetch.js" },
  {
    file: "opentelemetry.ts",
    packages: ["@opentelemetry/api@1.9.1", "@opentelemetry/sdk-trace-base@2.12.1"],
    run: "run-opentelemetry.js",
  },
];

const tools = [
  "@babel/plugin-transform-modules-commonjs@7.29.14",
  "@types/node@20.19.43",
  "esbuild@0.28.2",
  "happy-dom@21.0.4",
  "jest@30.5.2",
  "jsdom@26.1.0",
  "playwright-core@1.64.1",
  "typescript-5.4@npm:typescript@5.4.5",
  "typescript-5.9@npm:typescript@5.9.3",
  "typescript-7@npm:typescript@7.0.2",
  "vitest@4.1.12",
];

const { platform, arch, execPath: node } = process;
/** Each has a package for each platform; npm leaves out a package that does not exist. */
const runtimes = [
  `node-22@npm:node-${platform}-${arch}@22.23.3`,
  `node-24@npm:node-${platform}-${arch}@24.21.0`,
  `node-26@npm:node-${platform}-${arch}@26.10.0`,
  `bun@npm:@oven/bun-${platform}-${arch.replace("arm64", "aarch64")}@1.3.14`,
  `deno@npm:@deno/${platform}-${arch}${platform === "linux" ? "-glibc" : ""}@2.9.6`,
  `workerd@npm:@cloudflare/workerd-${platform}-${arch.replace("x64", "64")}@1.20261117.1`,
];

/** Where smoke.ts runs; there is no version where it is not available. */
type Place = [label: string, version: string | undefined, command: string[], expectedPosts: number];

const resolutions = { nodenext: "nodenext", bundler: "esnext" };
/** Where the types of `fetch` come from. */
const platforms = {
  "Node's types": { lib: ["es2022"], types: ["node"] },
  "DOM's types": { lib: ["es2022", "dom"], types: [] },
};

const folder = install(...tools, ...examples.flatMap(({ packages }) => packages), pack());
try {
  const options = ["--save-optional", "--ignore-scripts"];
  execFileSync("npm", ["install", ...options, ...runtimes], { cwd: folder, stdio: "pipe" });
} catch {
  fail("npm could not install the runtimes: check the network, then try again.");
}
cpSync(join(root, "scripts/test-package"), folder, { recursive: true });
for (const { file } of examples) cpSync(join(root, "examples", file), join(folder, file));

const problems: string[] = [];
printRow("where", "version", "works", "POSTs after a reset");

for (const compiler of ["typescript-5.4", "typescript-5.9", "typescript-7"]) {
  for (const [moduleResolution, module] of Object.entries(resolutions)) {
    for (const [platform, types] of Object.entries(platforms)) {
      const options = { module, moduleResolution, ...types, noEmit: true };
      const label = `TypeScript, ${moduleResolution}, ${platform}`;
      await check(label, versionOf(compiler), () => compile(compiler, ["smoke.ts"], options));
    }
  }
}
// The rest runs what this one writes.
await check("TypeScript, examples", versionOf("typescript-5.9"), () =>
  compile("typescript-5.9", ["smoke.ts", ...examples.map(({ file }) => file)], {
    module: "nodenext",
    lib: ["es2023"],
    types: ["node"],
  }),
);

await bundle("worker.js");
await bundle("page.js");
const jest = ["node_modules/jest/bin/jest.js", "--config"];
const jestEsm = [node, "--experimental-vm-modules", ...jest, "jest.esm.config.json"];
const vitest = [node, "node_modules/vitest/vitest.mjs", "run", "--environment"];
const workerd = ["node_modules/workerd/bin/workerd", "test", "workerd.capnp"];
const deno = ["node_modules/deno/deno", "run", "--quiet", "--allow-net", "--allow-env"];
const chromium = findChromium();
const chromiumSays =
  chromium && execFileSync(chromium, ["--version"], { encoding: "utf8", stdio: "pipe" });
const places: readonly Place[] = [
  ["Node.js, import", process.versions.node, [node, "main.js"], 1],
  ["Node.js, require", process.versions.node, [node, "main.cjs"], 1],
  ["Node.js", versionOf("node-22"), ["node_modules/node-22/bin/node", "main.js"], 1],
  ["Node.js", versionOf("node-24"), ["node_modules/node-24/bin/node", "main.js"], 1],
  ["Node.js", versionOf("node-26"), ["node_modules/node-26/bin/node", "main.js"], 1],
  ["Jest, ES modules", versionOf("jest"), jestEsm, 1],
  ["Jest, CommonJS", versionOf("jest"), [node, ...jest, "jest.commonjs.config.json"], 1],
  ["Vitest, jsdom", versionOf("vitest"), [...vitest, "jsdom"], 1],
  ["Vitest, happy-dom", versionOf("vitest"), [...vitest, "happy-dom"], 1],
  ["Bun", versionOf("bun"), ["node_modules/bun/bin/bun", "main.js"], 1],
  ["Deno", versionOf("deno"), [...deno, "main.js"], 2],
  ["Deno, keeping no connection", versionOf("deno"), [...deno, "deno-fetch-once.js"], 1],
  ["workerd", versionOf("workerd"), workerd, 1],
  ["Chromium", chromiumSays?.match(/[\d.]+/)?.[0], [node, "chromium.js"], 2],
];
for (const place of places) await smoke(...place);
for (const { file, run } of examples) {
  if (run) await smoke(`examples/${file}`, process.versions.node, [node, run], 1);
}

for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The packed package. */
function pack(): string {
  const destination = temporaryFolder();
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", destination], {
    cwd: root,
    stdio: "pipe",
  });
  return join(destination, readdirSync(destination)[0] ?? "");
}

/** The version of a package of the folder; undefined where this machine's platform has none. */
function versionOf(name: string): string | undefined {
  const file = join(folder, "node_modules", name, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

function printRow(label: string, version: string, works: string, posts = "") {
  console.log(`${label.padEnd(38)}${version.padEnd(17)}${works.padEnd(9)}${posts}`.trimEnd());
}

/** Does what can fail, and prints how it went; without a version it is skipped. */
async function check(
  label: string,
  version: string | undefined,
  act: () => Promise<number | undefined>,
): Promise<void> {
  if (version === undefined) {
    printRow(label, "-", "skipped: not available on this machine");
    if (process.env.CI) problems.push(`${label}: not available, and CI must not skip it.`);
    return;
  }
  try {
    const posts = await act();
    printRow(label, version, "ok", posts?.toString());
  } catch (error) {
    printRow(label, version, "failed");
    problems.push(`${label}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Runs a command in the folder. */
async function run([file = "", ...args]: readonly string[], env = {}): Promise<void> {
  await promisify(execFile)(file, args, {
    cwd: folder,
    env: { ...process.env, ...env, DENO_DIR: join(folder, "deno"), NO_PROXY: "127.0.0.1" },
    timeout: 120_000,
  }).catch(({ message, stdout }) => {
    throw new Error(`${message}${stdout}`); // compilers print what they find to stdout
  });
}

async function compile(compiler: string, sources: readonly string[], options: object) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const compilerOptions = { target: "es2022", ...strict, ...options };
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, files: sources }));
  await run([node, `node_modules/${compiler}/bin/tsc`]);
  return undefined;
}

/** Bundles a file with all that it imports, for runtimes without node_modules. */
async function bundle(file: string): Promise<void> {
  const output = `--outfile=${file.replace(".js", ".bundle.js")}`;
  await run([node, "node_modules/esbuild/bin/esbuild", file, "--bundle", "--format=esm", output]);
}

/** Runs a command that runs smoke.ts, against a server of its own. */
async function smoke(...[label, version, command, expectedPosts]: Place): Promise<void> {
  await check(label, version, async () => {
    const { seen, url, close } = await startServer();
    try {
      await run(command, { SERVER: url, CHROMIUM: chromium });
    } finally {
      close();
    }
    if (seen.redirected > 0) throw new Error("A redirect was followed.");
    if (seen.posts !== expectedPosts) {
      throw new Error(`After a reset the server had ${seen.posts} POSTs, not ${expectedPosts}.`);
    }
    return seen.posts;
  });
}
