// Prints, as JSON, the bytes of the heap before, at the most and after. Run with --expose-gc; takes
// { what, url } as JSON: what is measured, and a server that allows all.

import { setTimeout as sleep } from "node:timers/promises";
import { createClient, createLimiter } from "highlevel-product-collections";
import { heapUsed } from "./heap-used.mjs";

const { what, url } = JSON.parse(process.argv[2] ?? "");
const locationId = "6578278e879ad2646715ba9c";
const token = async () => "token-of-the-bench";

/** 100 000 calls, after some that bring all into memory which stays there. */
async function calls() {
  const client = createClient({ locationId, token, baseUrl: url });
  // One for all calls: a listener that a call left on it would be found.
  const { signal } = new AbortController();
  const call = async (count) => {
    let left = count;
    const lane = async () => {
      while (left-- > 0) {
        const collection = { name: `No. ${left}`, slug: `no-${left}` };
        await client.createProductCollection(collection, { signal });
      }
    };
    await Promise.all(Array.from({ length: 20 }, lane));
  };
  await call(2000);
  const before = await heapUsed();
  await call(100_000);
  return { before, after: await heapUsed() };
}

/** 100 000 keys of a limiter, and what is left of them after a window. */
async function keys() {
  const intervalMs = 1000;
  const limiter = createLimiter({ limit: 100, intervalMs });
  const rateLimit = { limit: 100, remaining: 99, intervalMs };
  const use = async (key) => {
    const place = await limiter.waitForPlace(key, undefined);
    limiter.learn(key, { status: 201, rateLimit, retryAfterMs: undefined }, place);
  };
  await use("first");
  const before = await heapUsed();
  for (let i = 0; i < 100_000; i++) await use(`location-${i}`);
  const most = await heapUsed();
  await sleep(2.5 * intervalMs);
  await use("last");
  return { before, most, after: await heapUsed() };
}

/** A million errors of a validator: two answers, each with as many as fit into 1 MiB. */
async function errors() {
  const body = JSON.stringify({ statusCode: 422, message: Array(500_000).fill(1) });
  let issues = 0;
  const client = createClient({
    locationId,
    token,
    maxRetries: 0,
    fetch: async () => new Response(body, { status: 422 }),
    onEvent(event) {
      if (event.type === "drift") issues += event.issues.length;
    },
  });
  const call = () => client.createProductCollection({ name: "n", slug: "s" }).catch(() => {});
  const warmUp = createClient({ locationId, token, fetch: async () => new Response("{}") });
  await warmUp.createProductCollection({ name: "n", slug: "s" }).catch(() => {});
  const before = await heapUsed();
  await call();
  await call();
  if (issues < 1_000_000) throw new Error(`only ${issues} errors were found`);
  return { before, after: await heapUsed() };
}

const measures = { calls, keys, errors };
process.stdout.write(JSON.stringify(await measures[what]()));
process.exit(); // kept connections would hold it
