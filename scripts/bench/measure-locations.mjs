// Calls of a thousand locations at once, in one process with one limiter; prints what came of them as
// JSON. Run with --expose-gc; takes { url, busyUrl } as JSON: a server that has room for all, and one
// that keeps a location waiting.

import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "highlevel-product-collections";
import { heapUsed } from "./heap-used.mjs";

const { url, busyUrl, locations, callsOfEach, intervalMs } = JSON.parse(process.argv[2] ?? "");
const token = "token-of-the-bench";

/** Bare fetch opens a connection for each of 20 000 calls, more than most systems allow a process. */
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
function fetch(to, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    request(to, { agent, method, headers, signal })
      .on("response", (body) => resolve({ status: body.statusCode, headers: body.headers, body }))
      .on("error", reject)
      .end(body);
  });
}

function clientsOf(count, options) {
  return Array.from({ length: count }, (_, i) =>
    createClient({ locationId: `location-${i}`, token, baseUrl: url, fetch, ...options }),
  );
}

/** Creates through all clients at once; gives how long it took, and what failed. */
async function fire(clients, name, count) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const settled = await Promise.allSettled(
    clients.flatMap((client, i) =>
      Array.from({ length: count }, (_, n) =>
        client.createProductCollection({ name, slug: `${name}-${i}-${n}` }),
      ),
    ),
  );
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const failures = settled.filter(({ status }) => status === "rejected");
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    failed: failures.length,
    reason: String(failures[0]?.reason ?? ""),
  };
}

const clients = clientsOf(locations);
await fire(clients, "warm-up", 2);
const withoutLimiter = await fire(clientsOf(locations, { limiter: false }), "free", callsOfEach);
// Until the windows are over and the limiter has looked for idle keys.
await sleep(2 * intervalMs + 1000);
await fire(clients.slice(0, 1), "before", 1);
const before = await heapUsed();

// A location whose budget is spent, and whose calls wait all the time.
const stop = new AbortController();
const busy = createClient({ locationId: "busy", token, baseUrl: busyUrl, fetch });
let busyCreated = 0;
const waiting = Array.from({ length: callsOfEach }, (_, n) =>
  busy.createProductCollection({ name: "busy", slug: `busy-${n}` }, { signal: stop.signal }).then(
    () => busyCreated++,
    () => {},
  ),
);
const all = await fire(clients, "all", callsOfEach);
const busyWaited = callsOfEach - busyCreated;
stop.abort();
await Promise.all(waiting);

const most = await heapUsed();
await sleep(2 * intervalMs + 1000);
await fire(clients.slice(0, 1), "after", 1);
const after = await heapUsed();
const heap = { before, most, after };
process.stdout.write(JSON.stringify({ all, withoutLimiter, busyWaited, heap }));
process.exit(); // kept connections would hold it
