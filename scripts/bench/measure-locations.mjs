// Calls of a thousand locations at once, in one process with one limiter; prints what came of them as
// JSON. Run with --expose-gc; takes { url, busyUrl } as JSON: a server that has room for all, and one
// that keeps a location waiting.

import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "highlevel-product-collections";
import { heapUsed } from "./heap-used.mjs";

const { url, busyUrl, locations, callsOfEach, intervalMs } = JSON.parse(process.argv[2] ?? "");
const token = "token-of-the-bench";

function clientsOf(count, options) {
  return Array.from({ length: count }, (_, i) =>
    createClient({ locationId: `location-${i}`, token, baseUrl: url, ...options }),
  );
}

/** Creates through all clients at once; gives the seconds, and what calls failed with. */
async function fire(clients, name, count) {
  const start = performance.now();
  const settled = await Promise.allSettled(
    clients.flatMap((client, i) =>
      Array.from({ length: count }, (_, n) =>
        client.createProductCollection({ name, slug: `${name}-${i}-${n}` }),
      ),
    ),
  );
  const failures = settled.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)]));
  return { seconds: (performance.now() - start) / 1000, failures };
}

const clients = clientsOf(locations);
await fire(clients, "warm-up", 2);
const withoutLimiter = await fire(clientsOf(locations, { limiter: false }), "free", callsOfEach);
// Windows pass, and connections that are no longer used are closed.
await sleep(5000 + 2 * intervalMs);
await fire(clients.slice(0, 1), "before", 1);
const before = await heapUsed();

// A location whose budget is spent, and whose calls wait all the time.
const stop = new AbortController();
const busy = createClient({ locationId: "busy", token, baseUrl: busyUrl });
let busyCreated = 0;
const waiting = Array.from({ length: callsOfEach }, (_, n) =>
  busy.createProductCollection({ name: "busy", slug: `busy-${n}` }, { signal: stop.signal }).then(
    () => busyCreated++,
    () => {},
  ),
);
const { seconds, failures } = await fire(clients, "all", callsOfEach);
const busyWaited = callsOfEach - busyCreated;
stop.abort();
await Promise.all(waiting);

const most = await heapUsed();
await sleep(5000 + 2 * intervalMs);
await fire(clients.slice(0, 1), "after", 1);
const after = await heapUsed();
const heap = { before, most, after };
const report = { seconds, failures, withoutLimiter, busyWaited, heap };
process.stdout.write(JSON.stringify(report));
process.exit(); // kept connections would hold it
