// Copied beside the examples, where their packages are, and run there: fills the queue, kills workers
// at some of their requests, and prints as JSON what came of the jobs.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { openQueue } from "./queue.js";

const locationId = "6578278e879ad2646715ba9c";
const jobs = 60;
/** At which requests the worker is killed: on receipt, or once it was answered. */
const killsAt = new Map([
  [4, "request"],
  [11, "answer"],
  [20, "request"],
  [29, "answer"],
  [38, "request"],
]);

/** How often each slug was created. */
const created = new Map<string, number>();
let requests = 0;
let kills = 0;
let worker: ChildProcess | undefined;
function kill(): void {
  kills++;
  worker?.kill("SIGKILL");
  worker = startWorker();
}

const server = createServer(async (request, response) => {
  const { slug } = Object(await json(request).catch(() => ({}))); // broken off by a kill
  if (slug === undefined) return;
  const moment = killsAt.get(++requests);
  const isRefused = requests % 10 === 7;
  if (!isRefused) created.set(slug, (created.get(slug) ?? 0) + 1);
  if (moment === "request") return kill();
  response.writeHead(isRefused ? 429 : 201, { "content-type": "application/json" });
  response.end(JSON.stringify({ data: { _id: slug, altId: locationId, name: "Row", slug } }));
  if (moment === "answer") kill();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
if (typeof address !== "object" || address === null) throw new Error("It listens on no port.");
const url = `http://127.0.0.1:${address.port}`;

function startWorker(): ChildProcess {
  return spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("queue-worker.ts", import.meta.url))],
    { env: { ...process.env, SERVER_URL: url }, stdio: "inherit" },
  );
}

const redis = new Redis(Number(process.env.REDIS_PORT), { maxRetriesPerRequest: null });
const queue = openQueue(redis);
const slugs = Array.from({ length: jobs }, (_, i) => `job-${i}`);
await queue.addBulk(
  slugs.map((slug) => ({ name: slug, data: { locationId, collection: { name: "Row", slug } } })),
);
worker = startWorker();
const isOver = async () => (await queue.getJobCountByTypes("completed", "failed")) === jobs;
for (const until = Date.now() + 120_000; !(await isOver()) && Date.now() < until; )
  await sleep(200);

const completed = await queue.getCompleted(0, jobs);
const failed = await queue.getFailed(0, jobs);
worker.kill("SIGKILL");
server.close();
const mayExist = failed.filter(({ failedReason }) => failedReason.startsWith("It may exist: "));
console.log(
  JSON.stringify({
    jobs,
    kills,
    killsWanted: killsAt.size,
    createdTwice: slugs.filter((slug) => (created.get(slug) ?? 0) > 1).length,
    completed: completed.length,
    mayExist: mayExist.length,
    // Jobs that ended in neither way.
    lost: jobs - completed.length - mayExist.length,
    invented: completed.filter(({ data }) => !created.has(data.collection.slug)).length,
  }),
);
await queue.close();
redis.disconnect();
