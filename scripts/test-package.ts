// Installs the packed package in an empty folder, as a user does, and runs test-package/smoke.ts there
// in each compiler, test runner and runtime that the package promises to work in, and the contract tests
// in each test runner.

import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { contractTests } from "../contract-tests/index.js";
import { fail, findChromium, install, npm, orFail, root, temporaryFolder } from "./lib/tools.js";
import { account } from "./test-package/register.js";
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
  "pnpm@10.34.8",
  "typescript-5.4@npm:typescript@5.4.5",
  "typescript-5.9@npm:typescript@5.9.3",
  "typescript-6@npm:typescript@6.0.3",
  "typescript-7@npm:typescript@7.0.2",
  "vitest@4.1.12",
];

/** What a project has whose tests Jest runs as CommonJS, written in TypeScript. */
const jestProject = [
  "@babel/plugin-transform-modules-commonjs@7.29.14",
  "jest@30.5.2",
  "ts-jest@29.4.15",
  "typescript@5.9.3",
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

const { jestConfig, tsJest } = readJestPage();
const packed = pack();
const ofExamples = examples.flatMap(({ packages }) => packages);
const folder = orFail(() => install(...tools, ...ofExamples, packed));
try {
  npm(["install", "--save-optional", "--ignore-scripts", ...runtimes], folder);
} catch {
  fail("npm could not install the runtimes. Check the network.");
}
cpSync(join(root, "scripts/test-package"), folder, { recursive: true });
writeFileSync(join(folder, "jest.commonjs.config.json"), JSON.stringify(jestConfig));
for (const { file } of examples) cpSync(join(root, "examples", file), join(folder, file));

const problems: string[] = [];
printRow("where", "version", "works", "POSTs after a reset");

const sources = ["smoke.ts", "register.ts"];
for (const compiler of ["typescript-5.4", "typescript-5.9", "typescript-6", "typescript-7"]) {
  for (const [moduleResolution, module] of Object.entries(resolutions)) {
    for (const [platform, types] of Object.entries(platforms)) {
      const options = { module, moduleResolution, ...types, noEmit: true };
      const label = `TypeScript, ${moduleResolution}, ${platform}`;
      await check(label, versionOf(compiler), () => compile(compiler, sources, options));
    }
  }
}
// The rest runs what this one writes.
await check("TypeScript, examples", versionOf("typescript-5.9"), () =>
  compile("typescript-5.9", [...sources, ...examples.map(({ file }) => file)], {
    module: "nodenext",
    lib: ["es2023"],
    types: ["node"],
  }),
);

await bundle("worker.js");
await bundle("page.js");
const jest = ["node_modules/jest/bin/jest.js", "--config"];
const jestEsm = [node, "--experimental-vm-modules", ...jest, "jest.esm.config.json"];
const jestCommonJs = [node, ...jest, "jest.commonjs.config.json"];
const vitest = [node, "node_modules/vitest/vitest.mjs", "run"];
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
  ["Jest, ES modules", versionOf("jest"), [...jestEsm, "runner"], 1],
  ["Jest, CommonJS", versionOf("jest"), [...jestCommonJs, "runner"], 1],
  ["Vitest, jsdom", versionOf("vitest"), [...vitest, "runner", "--environment", "jsdom"], 1],
  [
    "Vitest, happy-dom",
    versionOf("vitest"),
    [...vitest, "runner", "--environment", "happy-dom"],
    1,
  ],
  ["Bun", versionOf("bun"), ["node_modules/bun/bin/bun", "main.js"], 1],
  ["Deno", versionOf("deno"), [...deno, "main.js"], 2],
  ["Deno, keeping no connection", versionOf("deno"), [...deno, "deno-fetch-once.js"], 1],
  ["workerd", versionOf("workerd"), workerd, 1],
  ["Chromium", chromiumSays?.match(/[\d.]+/)?.[0], [node, "chromium.js"], 2],
];
for (const place of places) await smoke(...place);
for (const packageManager of ["npm", "pnpm"] as const) {
  await check(`Jest, CommonJS, ts-jest, ${packageManager}`, versionOf("jest"), async () => {
    const project = await createJestProject(packageManager);
    return runSmoke([node, ...jest, "jest.config.json"], 1, project);
  });
}
const runners: readonly [label: string, version: string | undefined, command: string[]][] = [
  ["Vitest", versionOf("vitest"), [...vitest, "contract"]],
  ["Jest, ES modules", versionOf("jest"), [...jestEsm, "contract"]],
  ["Jest, CommonJS", versionOf("jest"), [...jestCommonJs, "contract"]],
  ["node:test", process.versions.node, [node, "--test", "contract.node.js"]],
];
const all = contractTests({ baseUrl: "http://127.0.0.1", ...account, create: true }).length;
for (const [label, version, command] of runners) {
  await check(`${label}, ${all} contract tests`, version, () => runContractTests(command, all));
}
for (const { file, run } of examples) {
  if (run) await smoke(`examples/${file}`, process.versions.node, [node, run], 1);
}

for (const problem of problems) console.error(`\n${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The packed package. */
function pack(): string {
  const destination = temporaryFolder();
  orFail(() => npm(["pack", "--ignore-scripts", "--pack-destination", destination]));
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
async function run([file = "", ...args]: readonly string[], env = {}, cwd = folder): Promise<void> {
  await promisify(execFile)(file, args, {
    cwd,
    env: { ...process.env, ...env, DENO_DIR: join(folder, "deno"), NO_PROXY: "127.0.0.1" },
    timeout: 120_000,
  }).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`); // compilers print what they find to stdout
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

async function smoke(...[label, version, command, expectedPosts]: Place): Promise<void> {
  await check(label, version, () => runSmoke(command, expectedPosts));
}

/** Runs a command that runs smoke.ts, and returns how many POSTs the server had after a reset. */
async function runSmoke(command: readonly string[], expectedPosts: number, cwd?: string) {
  const { posts, redirected } = await runAgainstServer(command, cwd);
  if (redirected > 0) throw new Error("A redirect was followed.");
  if (posts !== expectedPosts) {
    throw new Error(`After a reset the server had ${posts} POSTs, not ${expectedPosts}.`);
  }
  return posts;
}

/** Runs a command that runs the contract tests. */
async function runContractTests(command: readonly string[], count: number) {
  const { contractTests: requests } = await runAgainstServer(command);
  if (requests !== count) throw new Error(`The server had ${requests} requests, not ${count}.`);
  return undefined;
}

/** Runs a command against a server of its own, and returns what that has seen. */
async function runAgainstServer(command: readonly string[], cwd?: string) {
  const { seen, url, close } = await startServer();
  try {
    await run(command, { SERVER: url, CHROMIUM: chromium }, cwd);
  } finally {
    close();
  }
  return seen;
}

/** What docs/jest.md gives: a configuration, and the entry of `transform` for TypeScript. */
function readJestPage() {
  const page = readFileSync(join(root, "docs/jest.md"), "utf8");
  const [, config = fail("docs/jest.md gives no configuration.")] =
    /^```json\n(.*?)^```$/ms.exec(page) ?? [];
  const [, entry = fail("docs/jest.md gives no entry for ts-jest.")] =
    /`(".+": "ts-jest")`/.exec(page) ?? [];
  return { jestConfig: JSON.parse(config), tsJest: JSON.parse(`{${entry}}`) };
}

/** A project with tests in JavaScript and TypeScript, which Jest is to run as CommonJS. */
async function createJestProject(packageManager: "npm" | "pnpm"): Promise<string> {
  const project = temporaryFolder();
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  const packages = [...jestProject, packed];
  if (packageManager === "npm") {
    npm(["install", "--ignore-scripts", ...packages], project);
  } else {
    const pnpm = join(folder, "node_modules/pnpm/bin/pnpm.cjs");
    await run([node, pnpm, "add", "--ignore-scripts", ...packages], {}, project);
  }
  const withTsJest = { ...jestConfig, transform: { ...jestConfig.transform, ...tsJest } };
  writeFileSync(join(project, "jest.config.json"), JSON.stringify(withTsJest));
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  cpSync(join(folder, "smoke.js"), join(project, "smoke.js"));
  cpSync(join(folder, "runner.test.js"), join(project, "runner.test.js"));
  cpSync(join(folder, "typescript.jest.ts"), join(project, "typescript.test.ts"));
  return project;
}
