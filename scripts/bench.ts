// Prints each figure beside its goal. Machines are too noisy for a test to depend on one.

import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { createClient, createLimiter } from "highlevel-product-collections";
import { fail, install, orFail, root } from "./lib/tools.js";

const parts = { calls, limits, size, import: importTime };
const chosen = Object.entries(parts).filter(([name]) => name === (process.argv[2] ?? name));
if (chosen.length === 0) fail(`The parts are ${Object.keys(parts).join(", ")}.`);
const peers = ["openapi-fetch@0.17.0", "axios@1.21.1", "@gohighlevel/api-client@3.1.0"];
const folder = orFail(() => install("esbuild@0.28.2", "undici@7.30.2", ...peers));
for (const [, part] of chosen) await part();
process.exit(); // kept connections would hold it

async function calls(): Promise<void> {
  const { createWays } = await import(
    pathToFileURL(bundle("scripts/bench/ways.mjs", "--packages=external")).href
  );
  const ways = createWays(await startServer({ limit: 1_000_000 }));
  for (const [inFlight, most] of Object.entries({ 1: 1.2, 50: 1.1 })) {
    const microseconds = async (way: string) => {
      let left = 500;
      const lane = async () => {
        while (left-- > 0) if (!(await ways[way]())._id) fail(`${way} created nothing.`);
      };
      const start = performance.now();
      await Promise.all(Array.from({ length: Number(inFlight) }, lane));
      return ((performance.now() - start) * 1000) / 500;
    };
    console.log(`Microseconds of a call, ${inFlight} in flight, on Node ${process.version}`);
    await compare(microseconds, {
      fetch: "",
      ours: `at most ${most} × fetch, Node 20`,
      "ours over undici": "at most 0.55 × fetch, Node 20",
      "openapi-fetch": "at least 1.25 × ours, Node 20",
      axios: "over 1 × ours, Node 24",
      sdk: "over 1 × ours, Node 24",
    });
  }
}

async function limits(): Promise<void> {
  console.log("Calls fired at once at a server with fixed windows of 1 s; none may fail");
  console.table({
    "100 a window": await fire(1000, { limit: 100 }, "at most 10 s"),
    "100, from 50 clients": await fire(1000, { limit: 100 }, "at most 10 s", { clients: 50 }),
    "100, half eaten at once": await fire(500, { limit: 100, eatenInMs: 1 }, "at most 10 of 429"),
    "100, half eaten evenly": await fire(500, { limit: 100, eatenInMs: 1e3 }, "at most 10 of 429"),
    "500 a window": await fire(1000, { limit: 500 }, "at most 2 s"),
    "20 a window": await fire(200, { limit: 20 }, "at most 10 of 429"),
    "100, slow provider": await fire(500, { limit: 100 }, "at most 100 in 1 s", { slowAt: 150 }),
  });
}

async function fire(calls: number, budget: object, goal: string, { clients = 1, slowAt = 0 } = {}) {
  const [locationId, baseUrl, limiter] = ["bench", await startServer(budget), createLimiter()];
  let asked = 0;
  let refresh: Promise<void> | undefined;
  const token = async () => {
    if (++asked === slowAt) refresh = sleep(1500);
    await refresh; // calls that ask meanwhile wait too, and then all go on at once
    return "bench-token";
  };
  const options = { locationId, token, baseUrl, limiter };
  const sharing = Array.from({ length: clients }, () => createClient(options));
  const start = performance.now();
  const creating = Array.from({ length: calls }, (_, i) =>
    sharing[i % clients]?.createProductCollection({ name: "Bench", slug: `no-${i}` }),
  );
  const settled = await Promise.allSettled(creating);
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const failed = settled.filter(({ status }) => status === "rejected").length;
  return { calls, failed, ...(await (await fetch(baseUrl)).json()), seconds, goal };
}

function size(): void {
  const bytes = (entry: string) => gzipSync(readFileSync(bundle(entry, "--minify"))).length;
  console.log("Bundled, minified and gzipped");
  console.table({
    ".": { bytes: bytes("src/index.ts"), goal: "at most 10240" },
    "./testing": { bytes: bytes("src/testing.ts"), goal: "" },
  });
}

async function importTime(): Promise<void> {
  bundle("src/index.ts", "--packages=external");
  const milliseconds = async (module: string) => {
    const code = `const start = performance.now();
      import("${module}").then(() => console.log(performance.now() - start));`;
    return Number(execFileSync(process.execPath, ["--eval", code], { cwd: folder }));
  };
  console.log("Milliseconds of an import in a new process");
  await compare(milliseconds, { "openapi-fetch": "", "./ours.mjs": "at most 1.3 × openapi-fetch" });
}

/** Prints medians: of what each way costs, and of its ratios to the first two in the same round. */
async function compare(measure: (way: string) => Promise<number>, goals: Record<string, string>) {
  const ways = Object.entries(goals).map(([way, goal]) => ({ way, goal, costs: [] as number[] }));
  for (let round = 0; round < 25; round++) {
    // In random order, since each way leaves garbage that the next one has to collect.
    const order = [...ways].sort(() => Math.random() - 0.5);
    for (const { way, costs } of order) costs.push(await measure(way));
  }
  const median = (of: number[]) => of.toSorted((a, b) => a - b)[of.length >> 1]?.toFixed(2);
  const rows = ways.map(({ way, goal, costs }) => {
    const row: Record<string, string | undefined> = { way, median: median(costs) };
    for (const to of ways.slice(0, 2)) {
      row[`× ${to.way}`] = median(costs.map((cost, round) => cost / (to.costs[round] ?? 0)));
    }
    return { ...row, goal };
  });
  console.table(rows);
}

/** Bundles an entry to where the peers are, and returns the file. */
function bundle(entry: string, option: string): string {
  const file = join(folder, "ours.mjs");
  const esbuild = join(folder, "node_modules/esbuild/bin/esbuild");
  const args = [join(root, entry), "--bundle", "--format=esm", `--outfile=${file}`, option];
  execFileSync(process.execPath, [esbuild, ...args], { stdio: "pipe" });
  return file;
}

async function startServer(budget: object): Promise<string> {
  const server = fork(join(root, "scripts/bench/server.mjs"), [JSON.stringify(budget)]);
  const [port] = await once(server, "message");
  return `http://127.0.0.1:${port}`;
}
