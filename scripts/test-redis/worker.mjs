// One process of a fleet: a client whose places come out of a budget in Redis. Forked with a task as
// JSON; says "ready", fires all creates at once when it is told to, and tells how they ended.

import { createRequire } from "node:module";
import { createClient } from "highlevel-product-collections";
import { sharedBudget } from "../../examples/shared-budget.ts";

/** `slugs` to create, `aborted` to give up on. */
const task = JSON.parse(process.argv[2] ?? "");
const { Redis } = createRequire(new URL("./tools/package.json", import.meta.url))("ioredis");

const storeClient = new Redis({ host: "127.0.0.1", port: task.redisPort });
const { locationId } = task;
const highlevel = createClient({
  locationId,
  token: "token-of-the-fleet",
  baseUrl: task.url,
  limiter: sharedBudget(storeClient),
});

/** Creates a collection; resolves to what went wrong, or to undefined. */
const create = (slug, signal) =>
  highlevel.createProductCollection({ name: slug, slug }, { signal }).then(
    () => undefined,
    (error) => error,
  );

async function fire() {
  const start = performance.now();
  const leaving = new AbortController();
  const half = task.slugs.length / 2;
  const first = task.slugs.slice(0, half).map((slug) => create(slug));
  // In the middle of the queue, so that they leave it with others before and behind them.
  const aborted = task.aborted.map((slug) => create(slug, leaving.signal));
  let overtaken = 0;
  const last = task.slugs.slice(half).map((slug) => create(slug).finally(() => overtaken++));

  await new Promise((resolve) => setTimeout(resolve, 500));
  const reason = new Error("no longer wanted");
  leaving.abort(reason);
  const leftWith = await Promise.all(aborted);
  const overtakenBy = overtaken;
  const failures = (await Promise.all([...first, ...last])).filter(Boolean).map(String);
  return {
    failures,
    left: leftWith.filter((error) => error?.cause === reason).length,
    overtakenBy,
    seconds: (performance.now() - start) / 1000,
  };
}

process.once("message", async () => {
  process.send?.(await fire());
  storeClient.disconnect();
  process.disconnect();
});
process.once("disconnect", () => process.exit());
await storeClient.ping();
process.send?.("ready");
