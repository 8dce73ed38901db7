// `npm run test:redis`: the two examples that need a Redis, each in several processes.

import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import { countingServer, created, locationId, respond } from "../src/test-support/servers.js";
import { root } from "./lib/tools.js";

const { folder, port } = inject("redis");
const { Queue } = createRequire(join(folder, "package.json"))("bullmq");

/** Runs a program beside the examples, ended when its test has finished. */
function run(name: string, program: string) {
  const connect = `import { Redis } from "ioredis";
    const redis = new Redis(${port}, { maxRetriesPerRequest: null });\n`;
  writeFileSync(join(folder, `${name}.ts`), connect + program);
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), `${name}.ts`], {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, TSX_TSCONFIG_PATH: join(folder, "tsconfig.json") },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended: new Promise((resolve) => child.once("exit", resolve)) };
}

const slugsOf = (requests: readonly { readonly body: string }[]) =>
  requests.map(({ body }): string => JSON.parse(body).slug);

it("both compile", () => {
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
});

it("a queue whose workers are killed creates nothing twice, and loses nothing", async () => {
  const plenty = { "X-RateLimit-Max": "10000", "X-RateLimit-Remaining": "10000" };
  let kill = () => {};
  const server = await countingServer((response, _, count) => {
    setTimeout(() => respond(response, 201, created, plenty), Math.random() * 50);
    if (count % 20 === 0) setTimeout(() => kill(), Math.random() * 20);
  });
  const options = JSON.stringify({ locationId, token: "a-token", baseUrl: server.url });
  const quick =
    "{ lockDuration: 1_000, stalledInterval: 500, limiter: { max: 100, duration: 1_000 } }";
  const startWorker = () =>
    run(
      "worker",
      `import { startWorker } from "./queue.js"; startWorker(redis, ${options}, ${quick});`,
    );
  const slugs = Array.from({ length: 300 }, (_, i) => `slug-${i}`);
  const collections = JSON.stringify(slugs.map((slug) => ({ name: slug, slug })));
  const add = `import { addCollections } from "./queue.js";
    for (const _ of "12") await addCollections(redis, "${locationId}", ${collections});
    await redis.quit();`;
  await run("add", add).ended;

  let workers = [startWorker(), startWorker()];
  let kills = 0;
  kill = () => {
    if (kills === 10) return;
    kills++;
    workers[0]?.child.kill("SIGKILL");
    workers = [...workers.slice(1), startWorker()];
  };
  const queue = new Queue(`product-collections-${locationId}`, { connection: { port } });
  onTestFinished(() => queue.close());
  const unfinished = async () =>
    slugs.length - (await queue.getJobCountByTypes("completed", "failed"));
  await vi.waitFor(async () => expect(await unfinished()).toBe(0), {
    timeout: 50_000,
    interval: 200,
  });

  const sent = slugsOf(server.requests);
  const failed: { failedReason: string; data: { slug: string } }[] = await queue.getFailed();
  for (const { failedReason } of failed) expect(failedReason).toContain("stalled");
  const lost = slugs.filter(
    (it) => !sent.includes(it) && !failed.some(({ data }) => data.slug === it),
  );
  console.log(`${kills} kills, ${sent.length} sent, ${failed.length} to be looked at`);
  expect({ kills, twice: sent.length - new Set(sent).size, lost }).toEqual({
    kills: 10,
    twice: 0,
    lost: [],
  });
  expect(failed.length).toBeGreaterThan(0);
});

it("two processes that share a budget never exceed it", async () => {
  const arrivals: number[] = [];
  const server = await countingServer((response) => {
    arrivals.push(performance.now());
    respond(response, 201);
  });
  const options = JSON.stringify({ locationId, token: "a-token", baseUrl: server.url });
  const program = `import { createClient } from "highlevel-product-collections";
    import { sharedBudget } from "./shared-budget.js";
    const client = createClient({ ...${options}, limiter: sharedBudget(redis) });
    const calls = Array.from({ length: 100 }, () => client.createProductCollection({ name: "A", slug: "a" }));
    await Promise.all(calls);
    await redis.quit();`;
  const processes = [run("one", program), run("other", program)];
  expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0]);
  const inTenSeconds = arrivals.map(
    (from) => arrivals.filter((it) => it >= from && it < from + 10_000).length,
  );
  console.log(`${arrivals.length} arrived, at most ${Math.max(...inTenSeconds)} in 10 s`);
  expect(arrivals.length).toBe(200);
  expect(Math.max(...inTenSeconds)).toBeLessThanOrEqual(100);
});
