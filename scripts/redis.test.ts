// `npm run test:redis`: the two examples that need a Redis, with workers and a Redis that are killed.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Limiter } from "../src/index.js";
import { closedPort, countingServer, respond } from "../src/test-support/servers.js";
import { install, root } from "./lib/tools.js";

interface JobOfBullMQ {
  readonly id: string;
  readonly data: { readonly locationId: string; readonly collection: { readonly slug: string } };
  readonly failedReason: string;
  readonly returnvalue: string;
  readonly attemptsStarted: number;
  readonly delay: number;
}

interface QueueOfBullMQ {
  getFailed(): Promise<JobOfBullMQ[]>;
  getDelayed(): Promise<JobOfBullMQ[]>;
  getCompleted(): Promise<JobOfBullMQ[]>;
  getCompletedCount(): Promise<number>;
  getJobCountByTypes(...types: string[]): Promise<number>;
  close(): Promise<void>;
}

interface WorkerOfBullMQ {
  on(event: "error", listener: (error: Error) => void): void;
  close(): Promise<void>;
}

// A thousand locations take a while.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 120_000 });

// The examples, where their packages are: tsc cannot see these from here.
let folder: string;
let packages: NodeJS.Require;
let example: {
  readonly queueName: string;
  addCollections(redis: unknown, jobs: readonly unknown[]): Promise<object>;
  startWorker(
    redis: unknown,
    optionsFor: (locationId: string) => object,
    workerOptions?: object,
  ): WorkerOfBullMQ;
  sharedBudget(redis: unknown): Limiter;
};

beforeAll(async () => {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
  } catch {
    throw new Error("There is no redis-server: apt-get install redis-server");
  }
  folder = install("bullmq@6.7.0", "ioredis@5.11.1", "rate-limiter-flexible@11.4.0");
  packages = createRequire(join(folder, "package.json"));
  const files = ["queue.ts", "shared-budget.ts"];
  for (const file of files) cpSync(join(root, "examples", file), join(folder, file));
  const tsconfig = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: { "highlevel-product-collections": [join(root, "src/index.ts")] },
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(join(folder, file)).href)),
  );
  example = Object.assign({}, ...modules);
});

afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

/** A Redis of the test's own. What it has acknowledged survives a kill. */
async function startRedis(port?: number) {
  port ??= await closedPort();
  const dir = join(folder, `redis-${port}`);
  mkdirSync(dir, { recursive: true });
  const options = {
    port,
    dir,
    bind: "127.0.0.1",
    appendonly: "yes",
    appendfsync: "always",
    save: "",
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn("redis-server", args);
  onTestFinished(() => void server.kill("SIGKILL"));
  let log = "";
  server.stdout.setEncoding("utf8").on("data", (text) => (log += text));
  while (!log.includes("Ready to accept connections")) await once(server.stdout, "data");
  return {
    port,
    async kill() {
      server.kill("SIGKILL");
      await once(server, "exit");
    },
  };
}

type Redis = Awaited<ReturnType<typeof startRedis>>;

function connect({ port }: Redis) {
  const redis = new (packages("ioredis").Redis)(port, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  return redis;
}

function openQueue({ port }: Redis): QueueOfBullMQ {
  const { Queue } = packages("bullmq");
  const queue = new Queue(example.queueName, { connection: { port } });
  onTestFinished(() => queue.close());
  return queue;
}

/** Starts a worker in this process, and returns what it tells. */
function startWorker(redis: Redis, optionsFor: (locationId: string) => object, options?: object) {
  const errors: string[] = [];
  const worker = example.startWorker(connect(redis), optionsFor, options);
  worker.on("error", ({ message }) => errors.push(message));
  onTestFinished(() => worker.close());
  return { worker, errors };
}

/** Runs a file beside the examples as a program of its own, killed when the test has finished. */
function run(file: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), file], {
    cwd: folder,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, "tsconfig.json"), ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, output };
}

interface Arrival {
  readonly locationId: string;
  readonly slug: string;
  readonly token: string;
  readonly at: number;
}

/** A HighLevel that notes what arrives, and creates it unless `handle` has responded. */
async function startHighLevel(
  handle: (response: ServerResponse, arrival: Arrival) => boolean = () => false,
) {
  const arrivals: Arrival[] = [];
  const { url } = await countingServer((response, { body, headers }) => {
    const { altId: locationId, slug } = JSON.parse(body);
    const token = String(headers.authorization).replace("Bearer ", "");
    const arrival = { locationId, slug, token, at: performance.now() };
    arrivals.push(arrival);
    if (!handle(response, arrival)) respond(response, 201);
  });
  const arrivalsOf = (locationId: string) => arrivals.filter((it) => it.locationId === locationId);
  const twice = () => arrivals.length - new Set(arrivals.map(idOf)).size;
  return { url, arrivals, arrivalsOf, twice };
}

const idOf = ({ locationId, slug }: { locationId: string; slug: string }) =>
  `${slug}@${locationId}`;

function jobsOf(locationId: string, count: number) {
  const slugs = Array.from({ length: count }, (_, i) => `slug-${i}`);
  return slugs.map((slug) => ({ locationId, collection: { name: slug, slug } }));
}

const manyOf = (prefix: string, locations: number, jobs: number) =>
  Array.from({ length: locations }, (_, i) => jobsOf(`${prefix}-${i}`, jobs)).flat();

/** The most that arrived in any interval of this length. */
function mostWithin(ms: number, arrivals: readonly Arrival[]): number {
  const times = arrivals.map(({ at }) => at);
  return Math.max(
    0,
    ...times.map((from) => times.filter((it) => it >= from && it < from + ms).length),
  );
}

async function eventually(assertion: () => Promise<void> | void, timeout = 90_000) {
  await vi.waitFor(assertion, { timeout, interval: 100 });
}

it("both compile", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", folder], { stdio: "inherit" });
});

describe("adding", () => {
  it("refuses a job that breaks the contract, with its place and the issues, and adds the others", async () => {
    const redis = await startRedis();
    const [good] = jobsOf("location", 1);
    const jobs = [
      { collection: { name: "A", slug: "a" } },
      good,
      { locationId: "location", collection: { name: "A", slug: "has space" } },
      { locationId: "location" },
      null,
      { locationId: "location", collection: { name: "A", slug: "a:b@c%\ud800" } },
    ];
    expect(await example.addCollections(connect(redis), jobs)).toEqual({
      refused: [
        { index: 0, issues: [expect.objectContaining({ path: "/locationId" })] },
        { index: 2, issues: [expect.objectContaining({ path: "/slug" })] },
        { index: 3, issues: [expect.objectContaining({ path: "" })] },
        { index: 4, issues: [expect.objectContaining({ path: "/locationId" })] },
      ],
      failed: [],
    });
    expect(await openQueue(redis).getJobCountByTypes("waiting")).toBe(2);
  });

  it("leaves alone what waits or is done, and tells what has failed", async () => {
    const redis = await startRedis();
    const queue = openQueue(redis);
    const { url, arrivals } = await startHighLevel((response, { slug }) => {
      if (slug === "slug-1") respond(response, 422, { message: "The slug is taken" });
      if (slug === "slug-2") respond(response, 500, {});
      return response.headersSent;
    });
    const jobs = jobsOf("location", 4);
    const connection = connect(redis);
    await example.addCollections(connection, [...jobs, ...jobs]);
    await example.addCollections(connection, jobs);
    startWorker(redis, () => ({ token: "a-token", baseUrl: url }));
    await eventually(async () => {
      expect(await queue.getJobCountByTypes("completed", "failed")).toBe(4);
    });
    expect(await example.addCollections(connection, jobs)).toEqual({
      refused: [],
      failed: [
        {
          index: 1,
          jobId: "slug-1@location",
          reason: expect.stringMatching(/^Refused: .*422: The slug is taken$/),
        },
        {
          index: 2,
          jobId: "slug-2@location",
          reason: expect.stringMatching(/^May exist: .*500/),
        },
      ],
    });
    await setTimeout(500);
    expect([arrivals.length, await queue.getJobCountByTypes("waiting", "delayed")]).toEqual([4, 0]);
  });
});

describe("a thousand locations in one process", () => {
  it("keep their budgets, and the trouble of one is its own", async () => {
    const redis = await startRedis();
    const server = await startHighLevel((response, { locationId, token }) => {
      if (token === "expired") respond(response, 401, { message: "Invalid JWT" });
      if (locationId === "forbidden") respond(response, 403, { message: "Forbidden" });
      if (locationId === "spent") respond(response, 429, {}, spentFor(3_600_000));
      return response.headersSent;
    });
    const inTrouble = ["spent", "expired", "forbidden", "unknown"];
    const good = [...manyOf("location", 1_000, 5), ...jobsOf("large", 300)];
    const jobs = [...inTrouble.flatMap((it) => jobsOf(it, 20)), ...good];
    const tokens = Object.fromEntries(jobs.map(({ locationId }) => [locationId, "good"]));
    const writeTokens = (changes: object) =>
      writeFileSync(join(folder, "tokens.json"), JSON.stringify({ ...tokens, ...changes }));
    writeTokens({ expired: "expired", unknown: undefined });
    const connection = connect(redis);
    await example.addCollections(connection, jobs);
    const connections = async () =>
      Number(/connected_clients:(\d+)/.exec(await connection.info("clients"))?.[1]);
    const before = await connections();

    const startedAt = performance.now();
    const { child, output } = run("queue.ts", {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      HIGHLEVEL_TOKENS: "tokens.json",
      HIGHLEVEL_BASE_URL: server.url,
    });
    let megabytes = 0;
    const linesOf = (text: string) => text.split("\n").slice(0, -1);
    await eventually(() => {
      megabytes = Math.max(megabytes, residentMegabytes(child.pid));
      expect(linesOf(output.stdout).length).toBe(good.length);
    }, 180_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    const connected = (await connections()) - before;
    writeTokens({ unknown: undefined }); // the expired token is renewed
    await eventually(() => expect(linesOf(output.stdout).length).toBe(good.length + 20), 120_000);

    const [most] = ["large", ...inTrouble, "location-0"]
      .map((it) => mostWithin(10_000, server.arrivalsOf(it)))
      .sort((a, b) => b - a);
    const requests = inTrouble.map((it) => `${it} ${server.arrivalsOf(it).length}`).join(", ");
    console.log(
      `${seconds.toFixed(1)} s, ${connected} connections, ${megabytes.toFixed(0)} MB, at most ${most} in 10 s, requests: ${requests}`,
    );
    expect(linesOf(output.stderr).sort()).toEqual([
      expect.stringMatching(/^The jobs of location expired wait: .* 401: Invalid JWT$/),
      expect.stringMatching(/^The jobs of location forbidden wait: .* 403: Forbidden$/),
      expect.stringMatching(/^The jobs of location spent wait: .* 429.*budget is spent/),
      "The jobs of location unknown wait: it has no token in HIGHLEVEL_TOKENS",
    ]);
    expect(await openQueue(redis).getJobCountByTypes("failed")).toBe(0);
    expect(connected).toBeLessThanOrEqual(10);
    expect(megabytes).toBeLessThanOrEqual(250);
    expect(most).toBeLessThanOrEqual(100);
    expect(server.twice()).toBeLessThanOrEqual(4); // what was refused is sent again
    expect(server.arrivalsOf("spent").length).toBe(1);
    expect(server.arrivalsOf("forbidden").length).toBeLessThanOrEqual(3);
    expect(server.arrivals.filter(({ token }) => token === "expired").length).toBeLessThanOrEqual(
      2,
    );
    expect(server.arrivalsOf("unknown")).toEqual([]);
  });
});

describe("two workers", () => {
  it("let the jobs of a location with a spent day wait until it is over, and hold up no others", async () => {
    const redis = await startRedis();
    const resetAt = performance.now() + 12_000;
    const silent: ServerResponse[] = [];
    let isOver = false;
    const { url, arrivals, arrivalsOf } = await startHighLevel((response, { locationId, at }) => {
      if (locationId === "silent" && !isOver) silent.push(response);
      else if (locationId !== "spent") respond(response, 201);
      else if (at < resetAt) respond(response, 429, {}, spentFor(Math.ceil(resetAt - at)));
      else setTimeout(500).then(() => respond(response, 201));
      return true;
    });
    const jobs = [...jobsOf("silent", 60), ...jobsOf("spent", 20), ...manyOf("location", 4, 32)];
    await example.addCollections(connect(redis), jobs);
    // A location whose requests hang takes ten of the twelve jobs that a worker can do at once.
    const options = { token: "good", baseUrl: url };
    const workers = [1, 2].map(() => startWorker(redis, () => options, { concurrency: 12 }));
    const queue = openQueue(redis);
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(4 * 32 + 20));
    expect(arrivalsOf("silent").length).toBe(20);
    const others = arrivals.filter(({ locationId }) => locationId.startsWith("location-"));
    expect(others.every(({ at }) => at < resetAt)).toBe(true);
    const [early, late] = [true, false].map((isEarly) =>
      arrivalsOf("spent").filter(({ at }) => at < resetAt === isEarly),
    );
    expect(early?.length).toBeLessThanOrEqual(4);
    // One finds out that the day is over, and the others follow at once.
    expect(Math.max(...(late ?? []).map(({ at }) => at))).toBeLessThan(resetAt + 9_000);
    expect(workers.flatMap(({ errors }) => errors)).toEqual([
      expect.stringMatching(/^The jobs of location spent wait: .*the day's budget is spent/),
    ]);
    isOver = true;
    for (const response of silent) respond(response, 201);
  });

  it("ask again for the options of a location for which they have thrown, but not for each job", async () => {
    const redis = await startRedis();
    const { url } = await startHighLevel();
    await example.addCollections(connect(redis), [...jobsOf("new", 20), ...jobsOf("other", 1)]);
    let asked = 0;
    const optionsFor = (locationId: string) => {
      if (locationId === "new" && ++asked < 2) throw new Error("the vault is sealed");
      return { token: "good", baseUrl: url };
    };
    const workers = [1, 2].map(() => startWorker(redis, optionsFor));
    const queue = openQueue(redis);
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(1));
    await eventually(async () => {
      const delays = (await queue.getDelayed()).map(({ delay }) => delay);
      expect([delays.length, Math.min(...delays)]).toEqual([
        20,
        expect.toSatisfy((ms) => ms > 50_000),
      ]);
    });
    expect(asked).toBe(1);
    expect(workers.flatMap(({ errors }) => errors)).toEqual([
      "The jobs of location new wait: the vault is sealed",
    ]);
  });

  it("let one job find out whether a trouble is over, with new options, and the others wait for it", async () => {
    const redis = await startRedis();
    const { url, arrivals } = await startHighLevel((response, { token }) => {
      if (token === "old") respond(response, 429, {}, { "Retry-After": "1" });
      return true; // and the new token has no response for now
    });
    await example.addCollections(connect(redis), jobsOf("location", 20));
    const tokens = ["old"];
    const optionsFor = () => ({ token: tokens.pop() ?? "new", baseUrl: url, timeoutMs: 4_000 });
    const { errors } = startWorker(redis, optionsFor);
    await eventually(() => expect(arrivals.map(({ token }) => token)).toContain("new"));
    await setTimeout(3_500);
    expect(arrivals.filter(({ token }) => token === "new").length).toBe(1);
    expect(errors).toEqual([]); // HighLevel's usual 429 is no news
  });

  it("send again with the token that a provider has renewed", async () => {
    const redis = await startRedis();
    const { url, arrivals } = await startHighLevel((response, { token }) => {
      if (token === "old") respond(response, 401, {});
      return response.headersSent;
    });
    await example.addCollections(connect(redis), jobsOf("location", 1));
    const token = (rejected?: string) => (rejected === "old" ? "new" : "old");
    startWorker(redis, () => ({ token, baseUrl: url }));
    await eventually(async () => expect(await openQueue(redis).getCompletedCount()).toBe(1));
    expect(arrivals.map(({ token }) => token)).toEqual(["old", "new"]);
  });

  it("that are killed ten times create nothing twice, and lose nothing", async () => {
    const redis = await startRedis();
    let kill = () => {};
    const { url, arrivals, twice } = await startHighLevel((response) => {
      setTimeout(Math.random() * 50).then(() => respond(response, 201));
      if (arrivals.length % 20 === 0) setTimeout(Math.random() * 20).then(() => kill());
      return true;
    });
    const jobs = manyOf("location", 8, 40);
    await example.addCollections(connect(redis), jobs);
    const start = () => run(...program(redis, `() => ({ token: "good", baseUrl: "${url}" })`));
    let workers = [start(), start()];
    let kills = 0;
    kill = () => {
      if (kills === 10) return;
      kills++;
      workers[0]?.child.kill("SIGKILL");
      workers = [...workers.slice(1), start()];
    };
    const queue = openQueue(redis);
    await eventually(async () => {
      expect(await queue.getJobCountByTypes("completed", "failed")).toBe(jobs.length);
    });

    const failed = await queue.getFailed();
    const told = [...arrivals.map(idOf), ...failed.map(({ id }) => id)];
    const lost = jobs.length - new Set(told).size;
    console.log(
      `${kills} kills, ${twice()} created twice, ${lost} lost, ${failed.length} to be looked at`,
    );
    expect([kills, twice(), lost]).toEqual([10, 0, 0]);
    for (const { failedReason } of failed) expect(failedReason).toMatch(/^May exist: its worker/);
  });

  it("go on with a job whose worker was killed before it was sent, and fail one that may have been", async () => {
    const redis = await startRedis();
    const { url, arrivals } = await startHighLevel(({ socket }, { slug }) => {
      if (slug === "slug-1") first.child.kill("SIGKILL");
      return slug === "slug-1" && socket !== null;
    });
    await example.addCollections(connect(redis), jobsOf("location", 2));
    // The first job's token does not come, the second's does.
    const tokens =
      'let asked = 0; const token = () => asked++ === 0 ? new Promise(() => {}) : "good"';
    const first = run(...program(redis, `() => ({ token, baseUrl: "${url}" })`, tokens));
    const queue = openQueue(redis);
    await once(first.child, "exit");
    startWorker(redis, () => ({ token: "good", baseUrl: url }), quick);
    await eventually(async () => {
      expect((await queue.getCompleted()).map(({ id }) => id)).toEqual(["slug-0@location"]);
      expect((await queue.getFailed()).map(({ id }) => id)).toEqual(["slug-1@location"]);
    });
    expect(arrivals.map(({ slug }) => slug)).toEqual(["slug-1", "slug-0"]);
  });

  it("do not both send a job that one of them has held for too long", async () => {
    const redis = await startRedis();
    const { url, arrivals } = await startHighLevel();
    await example.addCollections(connect(redis), jobsOf("location", 1));
    const tokens = `import { setTimeout } from "node:timers/promises";
      const token = async () => { console.log("asked"); await setTimeout(500); return "good"; };`;
    const { child, output } = run(
      ...program(redis, `() => ({ token, baseUrl: "${url}" })`, tokens),
    );
    await eventually(() => expect(output.stdout).toContain("asked"));
    child.kill("SIGSTOP");
    startWorker(redis, () => ({ token: "good", baseUrl: url }), quick);
    const queue = openQueue(redis);
    await eventually(async () => expect(await queue.getCompletedCount()).toBe(1));
    child.kill("SIGCONT");
    await setTimeout(1_500);
    expect([arrivals.length, await queue.getCompletedCount()]).toEqual([1, 1]);
  });
});

describe("a program", () => {
  it("waits for a Redis that is not there, tells it once, and goes on when it is back", async () => {
    const port = await closedPort();
    const { url, arrivals, twice } = await startHighLevel((response) => {
      setTimeout(100).then(() => respond(response, 201));
      return true;
    });
    const { output } = run("queue.ts", {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      HIGHLEVEL_TOKEN: "good",
      HIGHLEVEL_BASE_URL: url,
    });
    await eventually(() => expect(output.stderr).toContain("There is no Redis"));
    await setTimeout(1_000);
    const first = await startRedis(port);
    const jobs = manyOf("location", 5, 20);
    await example.addCollections(connect(first), jobs);
    await eventually(() => expect(arrivals.length).toBeGreaterThan(20));
    await first.kill();
    await setTimeout(1_000);
    await startRedis(port);
    await eventually(() => expect(output.stdout.match(/: created /g)?.length).toBe(jobs.length));
    expect([arrivals.length, twice()]).toEqual([jobs.length, 0]);
    expect(output.stderr.split("\n").slice(0, -1)).toEqual(
      Array(2).fill(expect.stringMatching(/^There is no Redis, waiting for it: /)),
    );
  });
});

it("10 000 jobs of one location that are due at once are delayed at most twice, and hold up no others", async () => {
  const redis = await startRedis();
  const { url, arrivals, arrivalsOf } = await startHighLevel();
  await example.addCollections(connect(redis), [
    ...jobsOf("huge", 10_000),
    ...manyOf("other", 100, 10),
  ]);
  const startedAt = performance.now();
  startWorker(redis, () => ({ token: "good", baseUrl: url }));
  await eventually(() => {
    expect(arrivals.length - arrivalsOf("huge").length).toBe(1_000);
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  await setTimeout(5_000);
  const queue = openQueue(redis);
  const starts = (await queue.getDelayed()).map(({ attemptsStarted }) => attemptsStarted);
  const ends = (await queue.getCompleted()).map(({ attemptsStarted }) => attemptsStarted - 1);
  const most = Math.max(...starts, ...ends);
  console.log(`the others were done after ${seconds} s; at most ${most} delays`);
  expect(most).toBeLessThanOrEqual(2);
  expect(mostWithin(10_000, arrivalsOf("huge"))).toBeLessThanOrEqual(100);
  expect(mostWithin(1_000, arrivalsOf("huge"))).toBeLessThanOrEqual(20); // late ones go no faster
  expect(await queue.getJobCountByTypes("failed")).toBe(0);
});

describe("a shared budget", () => {
  const send = async () => ({ status: 201, headers: new Headers() });

  it("is not exceeded by two processes", async () => {
    const redis = await startRedis();
    const limiters = [1, 2].map(() => example.sharedBudget(connect(redis)));
    const times: number[] = [];
    const calls = limiters.flatMap((limiter) =>
      Array.from({ length: 60 }, () =>
        limiter("key", send, {}).then(() => times.push(performance.now())),
      ),
    );
    await Promise.all(calls);
    const most = Math.max(
      ...times.map((from) => times.filter((it) => it >= from && it < from + 10_000).length),
    );
    console.log(`${times.length} sent, at most ${most} in 10 s`);
    expect([times.length, most]).toEqual([120, expect.toSatisfy((it) => it <= 100)]);
  });

  it("lets a call that waits be aborted, which then takes nothing from it, and tells of the wait", async () => {
    const connection = connect(await startRedis());
    const limiter = example.sharedBudget(connection);
    await Promise.all(Array.from({ length: 8 }, () => limiter("key", send, {})));
    const user = new AbortController();
    const [sent, onWait] = [vi.fn(send), vi.fn()];
    const before = limiter("key", send, { onWait });
    await eventually(() => expect(onWait).toHaveBeenCalledExactlyOnceWith(expect.any(Number)));
    const aborted = Array.from({ length: 20 }, () =>
      limiter("key", sent, { signal: user.signal }).catch(() => "aborted"),
    );
    const after = limiter("key", send, { onWait });
    expect(onWait).toHaveBeenLastCalledWith(undefined); // how long depends on those before
    user.abort();
    expect(await Promise.all(aborted)).toEqual(Array(20).fill("aborted"));
    await Promise.all([before, after]);
    expect(await connection.get("highlevel-product-collections:key")).toBe("2");
    expect(sent).not.toHaveBeenCalled();
    // Also the one that waits first, whose turn would come within a second.
    await Promise.all(Array.from({ length: 8 }, () => limiter("other", send, {})));
    const first = limiter("other", sent, { signal: AbortSignal.timeout(10) });
    await expect(first).rejects.toThrow("aborted");
    expect(sent).not.toHaveBeenCalled();
  });
});

/** Jobs of a worker that is killed are taken over after a second. */
const quick = { concurrency: 10, lockDuration: 1_000, stalledInterval: 500 };

/** A program with a worker, for `run`. */
function program({ port }: Redis, optionsFor: string, before = ""): [file: string] {
  const file = `worker-${port}.ts`;
  const text = `import { Redis } from "ioredis";
    import { startWorker } from "./queue.js";
    ${before}
    const redis = new Redis(${port}, { maxRetriesPerRequest: null });
    startWorker(redis, ${optionsFor}, ${JSON.stringify(quick)});`;
  writeFileSync(join(folder, file), text);
  return [file];
}

const spentFor = (ms: number) => ({
  "X-RateLimit-Daily-Remaining": "0",
  "X-RateLimit-Daily-Reset": String(ms),
});

/** As Linux knows it; 0 on other systems. */
function residentMegabytes(pid: number | undefined): number {
  if (process.platform !== "linux") return 0;
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_000;
}
