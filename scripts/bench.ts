import { execFile } from "node:child_process";
import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { createClient, createLimiter } from "highlevel-product-collections";
import { CliError, command, exitCode, type Io, projectRoot, start } from "./lib/cli.js";
import { startServer, type Window } from "./lib/rate-limited-server.js";
import { installTools } from "./lib/tools.js";

const here = `${projectRoot}scripts/bench/`;
const tools = `${here}tools/`;
const execute = promisify(execFile);

const ours = "highlevel-product-collections";
const vendor = "@gohighlevel/api-client";
const locationId = "6578278e879ad2646715ba9c";
const token = "token-of-the-bench";

/** A figure to reach, and whether it was. */
interface Target {
  readonly what: string;
  readonly holds: boolean;
}

/** Prints rows in columns, the first of them to the left and the others to the right. */
function printTable(out: Io["out"], rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    out(`  ${cells.join("  ")}`.trimEnd());
  }
  out("");
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  );
}

/** The median of what a figure is to another one of the same round. */
function medianRatio(figures: readonly number[], to: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (to[round] ?? Number.NaN)));
}

const times = (ratio: number) => `×${ratio.toFixed(2)}`;

/** Runs a script of bench/ in plain Node; resolves to the JSON that it prints. */
async function measured(
  script: string,
  task: object,
  withinMs: number,
  flags: readonly string[] = [],
): Promise<unknown> {
  const args = [...flags, `${here}${script}`, JSON.stringify(task)];
  try {
    const { stdout } = await execute(process.execPath, args, { cwd: here, timeout: withinMs });
    return JSON.parse(stdout);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const why =
      said.split("\n").find((line) => /^\w*Error\b/.test(line)) ??
      `not within ${withinMs / 1000} s`;
    throw new CliError(`bench/${script} could not measure: ${why}`);
  }
}

/** Of each round, the microseconds of a call; by client, and by how many were in flight. */
type Calls = Record<string, Record<"1" | "50", { us: number; cpuUs: number }[]>>;

async function benchCalls(rounds: number, { out }: Io): Promise<Target[]> {
  const server = await startServer({ limit: 0, intervalMs: 10_000 });
  let calls: Calls;
  try {
    const task = { url: server.url, rounds };
    calls = (await measured("calls.mjs", task, 600_000)) as Calls; // what calls.mjs prints
  } finally {
    server.close();
  }
  const figure = (name: string, inFlight: "1" | "50", unit: "us" | "cpuUs" = "us") =>
    (calls[name]?.[inFlight] ?? []).map((round) => round[unit]);
  const ratio = (name: string, inFlight: "1" | "50") =>
    medianRatio(figure(name, inFlight), figure("fetch", inFlight));

  out(`Calls at 1 and at 50 in flight, median of ${rounds} rounds`);
  printTable(out, [
    ["", "× fetch at 1", "at 50", "µs at 1", "at 50", "CPU µs at 1", "at 50"],
    ...Object.keys(calls).map((name) => [
      name,
      times(ratio(name, "1")),
      times(ratio(name, "50")),
      ...(["us", "cpuUs"] as const).flatMap((unit) =>
        (["1", "50"] as const).map((inFlight) => median(figure(name, inFlight, unit)).toFixed(0)),
      ),
    ]),
  ]);
  const isAhead = (name: string, inFlight: "1" | "50") =>
    medianRatio(figure("this client", inFlight), figure(name, inFlight)) < 1;
  return [
    { what: "at most ×1.10 over fetch at 1 in flight", holds: ratio("this client", "1") <= 1.1 },
    ...["openapi-fetch", "axios"].flatMap((name) =>
      (["1", "50"] as const).map((inFlight) => ({
        what: `ahead of ${name} at ${inFlight}`,
        holds: isAhead(name, inFlight),
      })),
    ),
    ...(await benchImports(Math.min(rounds, 20), out)),
  ];
}

async function benchImports(rounds: number, out: Io["out"]): Promise<Target[]> {
  /** A folder from which each package is found. */
  const from = new Map([
    [ours, here],
    ["openapi-fetch", here],
    ["axios", tools],
    [vendor, tools],
  ]);
  const names = [...from.keys()];
  const importMs = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    const order = [...from];
    order.push(...order.splice(0, (round + 1) % order.length));
    for (const [name, folder] of order) {
      const ms = await timeOfImport(name, folder);
      // The first round only brings the files into memory.
      if (round >= 0) importMs.get(name)?.push(ms);
    }
  }
  const ms = (name: string) => importMs.get(name) ?? [];
  const ratio = (name: string) => medianRatio(ms(name), ms("openapi-fetch"));
  const sizes = await Promise.all([...from].map((entry) => bundledBytes(...entry)));

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
}

async function timeOfImport(name: string, folder: string): Promise<number> {
  const code = `const start = performance.now();
    await import(${JSON.stringify(name)});
    process.stdout.write(String(performance.now() - start));
    process.exit();`;
  const args = ["--input-type=module", "--eval", code];
  const { stdout } = await execute(process.execPath, args, { cwd: folder, timeout: 30_000 });
  return Number(stdout);
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

/** Creates a collection with the slug, and gives up when the signal says so. */
type Create = (slug: string, signal: AbortSignal) => Promise<unknown>;

/** Fires all creates at once, and compares what the callers were told with the server's record. */
async function fire(count: number, window: Window, createWith: (url: string) => Create) {
  const server = await startServer(window);
  try {
    const create = createWith(server.url);
    const slugs = Array.from({ length: count }, (_, i) => `no-${i}`);
    const signal = AbortSignal.timeout(60_000);
    setMaxListeners(0, signal); // the vendor's SDK listens once for each call
    const start = performance.now();
    const settled = await Promise.allSettled(slugs.map((slug) => create(slug, signal)));
    const seconds = (performance.now() - start) / 1000;
    const { created, refused } = await server.record();
    // Created means both: the server has it on record, and the caller was told.
    const isCreated = (slug: string, i: number) =>
      created[slug] !== undefined && settled[i]?.status === "fulfilled";
    return {
      created: slugs.filter(isCreated).length,
      lost: slugs.filter((slug, i) => !isCreated(slug, i)).length,
      twice: Object.values(created).filter((times) => times > 1).length,
      refused,
      seconds,
      // The first window is open from the first request on.
      least: ((Math.ceil(count / window.limit) - 1) * window.intervalMs) / 1000,
    };
  } finally {
    server.close();
  }
}

async function benchBulk(_rounds: number, { out }: Io): Promise<Target[]> {
  const second = { limit: 100, intervalMs: 1000 };
  const tenSeconds = { limit: 100, intervalMs: 10_000 };
  const { HighLevel } = createRequire(`${tools}package.json`)(vendor);

  const client =
    (limiter?: ReturnType<typeof createLimiter>) =>
    (baseUrl: string): Create => {
      const highlevel = createClient({ locationId, token, baseUrl, limiter });
      return (slug, signal) => highlevel.createProductCollection({ name: slug, slug }, { signal });
    };
  const vendorClient = (baseURL: string): Create => {
    const { products } = new HighLevel({
      privateIntegrationToken: token,
      apiVersion: "2021-07-28",
      logLevel: "none",
      rateLimitRetry: true,
    });
    return (slug, signal) => {
      const body = { altId: locationId, altType: "location", name: slug, slug };
      return products.createProductCollection(body, { baseURL, signal });
    };
  };

  const rows = [
    {
      name: "1 000, 100 in 1 s",
      ours: true,
      ...(await fire(1000, second, client(createLimiter(second)))),
    },
    { name: "250, default limiter", ours: true, ...(await fire(250, tenSeconds, client())) },
    {
      name: `1 000, ${vendor} with retry`,
      ours: false,
      ...(await fire(1000, second, vendorClient)),
    },
  ];
  out("Creates fired at once, against a server with fixed windows");
  printTable(out, [
    ["", "created", "lost", "twice", "429s", "seconds", "× least"],
    ...rows.map(({ name, created, lost, twice, refused, seconds, least }) => [
      name,
      ...[created, lost, twice, refused].map(String),
      seconds.toFixed(2),
      times(seconds / least),
    ]),
  ]);
  return rows
    .filter(({ ours }) => ours)
    .flatMap(({ name, lost, twice, seconds, least }) => [
      { what: `none lost, none twice (${name})`, holds: lost === 0 && twice === 0 },
      { what: `at most ×1.15 the least time (${name})`, holds: seconds / least <= 1.15 },
    ]);
}

async function benchHeap(_rounds: number, { out }: Io): Promise<Target[]> {
  const calls = 100_000;
  const server = await startServer({ limit: 0, intervalMs: 10_000 });
  try {
    const task = { url: server.url, warmUp: 2000, calls };
    const printed = await measured("heap.mjs", task, 300_000, ["--expose-gc"]);
    const { before, after } = printed as Record<"before" | "after", number>; // what heap.mjs prints
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
    out(`Heap in use, before and after ${calls} calls`);
    printTable(out, [
      ["before", megabytes(before)],
      ["after", megabytes(after)],
      ["grown by", megabytes(after - before)],
    ]);
    return [{ what: "heap within 1 MB", holds: after - before <= 1e6 }];
  } finally {
    server.close();
  }
}

const parts: Readonly<Record<string, (rounds: number, io: Io) => Promise<Target[]>>> = {
  calls: benchCalls,
  bulk: benchBulk,
  heap: benchHeap,
};

export const run = command(
  {
    usage: `npm run bench [-- --only ${Object.keys(parts).join("|")}] [--rounds 30]`,
    options: { only: { type: "string" }, rounds: { type: "string", default: "30" } },
  },
  async ({ values: { only, rounds: given } }, io) => {
    const rounds = Number(given);
    if (!Number.isInteger(rounds) || rounds < 1) {
      throw new CliError(`--rounds must be a whole number from 1 up, not ${given}.`);
    }
    const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
    if (chosen.length === 0) {
      throw new CliError(`--only takes ${Object.keys(parts).join(", ")}, not ${only}.`);
    }
    installTools("bench", io);
    const targets: Target[] = [];
    for (const [, part] of chosen) targets.push(...(await part(rounds, io)));
    const list = (holds: boolean) =>
      targets.flatMap((target) => (target.holds === holds ? [target.what] : [])).join(", ");
    io.out(`Holds: ${list(true) || "nothing"}. Does not hold: ${list(false) || "nothing"}.`);
    return exitCode.done;
  },
);

start(import.meta, run);
