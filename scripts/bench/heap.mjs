// Calls in a loop and prints, as JSON, the bytes of the heap before and after. Run with --expose-gc;
// takes { url, warmUp, calls } as JSON.

import { setImmediate } from "node:timers/promises";
import { createClient, createLimiter } from "highlevel-product-collections";

const { url, warmUp, calls } = JSON.parse(process.argv[2] ?? "");
const client = createClient({
  locationId: "6578278e879ad2646715ba9c",
  token: async () => "token-of-the-bench",
  baseUrl: url,
  limiter: createLimiter({ limit: 100, intervalMs: 1 }),
});
// One for all calls: a listener that a call left on it would be found.
const { signal } = new AbortController();

async function call(count) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) {
      await client.createProductCollection({ name: `No. ${left}`, slug: `no-${left}` }, { signal });
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));
}

async function heapUsed() {
  for (let times = 0; times < 5; times++) {
    await setImmediate();
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}

await call(warmUp);
const before = await heapUsed();
await call(calls);
const after = await heapUsed();
process.stdout.write(JSON.stringify({ before, after }));
process.exit(); // kept connections would hold it
