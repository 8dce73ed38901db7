import { describe, expect, it } from "vitest";
import { fixedWindows } from "../../contract-tests/support/counters.js";
import { collection, makeClient } from "../../contract-tests/support/servers.js";
import {
  fakeClock,
  finished,
  rateLimitHeaders,
  simulatedServer,
} from "../../contract-tests/support/simulated.js";
import { createLimiter } from "./limiter.js";

/** So many calls at once, spread over clients that share one limiter. */
function callsOf(fetch: ReturnType<typeof simulatedServer>["fetch"], count: number, clients = 1, overrides = {}) {
  const limiter = createLimiter();
  const made = Array.from({ length: clients }, () =>
    makeClient("https://highlevel.test", { fetch, limiter, ...overrides }),
  );
  return Array.from({ length: count }, (_, i) => made[i % clients]?.createProductCollection(collection));
}

describe("dbg", () => {
  it.each([0, 500, 990])("rows phase %i", async (phase) => {
    const rows: [string, number, number, number, number, number?][] = [
      ["100", 100, 1000, 1, 0], ["100 eaten", 100, 500, 1, 50], ["500", 500, 1000, 1, 0], ["20", 20, 200, 1, 0], ["50 clients", 100, 500, 50, 0],
    ];
    for (const [name, limit, calls, clients, eaten] of rows) for (const latency of [2, 10, 50, 150]) {
      fakeClock();
      const budget = { limit, intervalMs: 1000 };
      const server = simulatedServer({ counter: fixedWindows(budget, performance.now() + phase), headers: rateLimitHeaders(budget), latencyMs: () => latency });
      if (eaten) server.eat(eaten, budget, 30);
      const t0 = performance.now();
      const { outcomes, tookMs } = await finished(callsOf(server.fetch, calls, clients));
      void t0;
      console.log(name, phase, latency, "took", tookMs, "created", server.created.length, "refused", server.refused.length, "lost", outcomes.filter((it) => it.status === "rejected").length);
    }
    expect(1).toBe(1);
  });
});
