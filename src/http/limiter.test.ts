import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Budget, createLimiter, highLevelBudget, type RateLimiter } from "./limiter.js";
import {
  answer,
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  rejection,
} from "./testing/servers.js";

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The most times that fall in any window, which is where some time opens it. */
function fullestWindow(times: readonly number[], { intervalMs }: Budget): number {
  const within = (start: number) =>
    times.filter((time) => time >= start && time < start + intervalMs).length;
  return Math.max(...times.map(within));
}

describe("the default limiter", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers(); // last, for the others put back what they found
  });

  /** Asks for a place at each of the times, and gives the times at which they were had. */
  async function placesFor(arrivals: readonly number[], limiter: RateLimiter): Promise<number[]> {
    const start = performance.now();
    const { setTimeout } = globalThis;
    const had = arrivals.map(async (arrival) => {
      await new Promise((resolve) => setTimeout(resolve, arrival));
      await limiter.removeTokens(1, locationId);
      return performance.now() - start;
    });
    await vi.runAllTimersAsync();
    return Promise.all(had);
  }

  /** Lets every timer of the limiter fire at another time than it was set for. */
  function shiftTimers(shifted: (ms: number) => number): void {
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", (work: (arg: unknown) => void, ms: number, arg: unknown) =>
      setTimeout(work, Math.max(0, shifted(ms)), arg),
    );
  }

  const budgets: Budget[] = [
    { limit: 1, intervalMs: 10 },
    { limit: 3, intervalMs: 100 },
    { limit: 7, intervalMs: 333.3 },
    { limit: 100, intervalMs: 1000 },
    highLevelBudget,
  ];
  const random = seeded(42);
  const arrivals: [string, (budget: Budget) => number][] = [
    ["all at once", () => 0],
    [
      "at any time, at twice the pace",
      ({ limit, intervalMs }) => (random() * 500 * intervalMs) / limit,
    ],
    [
      "at any time, at half the pace",
      ({ limit, intervalMs }) => (random() * 2000 * intervalMs) / limit,
    ],
    ["in bursts", ({ intervalMs }) => Math.floor(random() * 20) * intervalMs * 0.7],
  ];

  describe.each(budgets)("of $limit in $intervalMs ms", (budget) => {
    it.each(arrivals)("never gives more in any window: 1000 calls %s", async (_, arrival) => {
      const times = Array.from({ length: 1000 }, () => arrival(budget)).sort((a, b) => a - b);
      const had = await placesFor(times, createLimiter(budget));
      expect(had).toHaveLength(1000);
      expect(fullestWindow(had, budget)).toBeLessThanOrEqual(budget.limit);
      expect(had).toEqual([...had].sort((a, b) => a - b)); // first come, first served
    });

    it.each([
      ["early", -1],
      ["late", 40],
    ])("never gives more in any window where timers are %s", async (_, off) => {
      shiftTimers((ms) => ms + off * random());
      const had = await placesFor(Array(300).fill(0), createLimiter(budget));
      expect(fullestWindow(had, budget)).toBeLessThanOrEqual(budget.limit);
    });
  });

  const all = Array<number>(1000).fill(0);

  it("is done with 1000 calls at once, at 100 in 1000 ms, within 1.15 times the least time", async () => {
    const had = await placesFor(all, createLimiter({ limit: 100, intervalMs: 1000 }));
    expect(Math.max(...had)).toBeGreaterThanOrEqual(9000);
    expect(Math.max(...had)).toBeLessThanOrEqual(1.15 * 9000);
  });

  it("is as fast where every timer is late", async () => {
    shiftTimers((ms) => ms + 2);
    const had = await placesFor(all, createLimiter({ limit: 100, intervalMs: 1000 }));
    expect(Math.max(...had)).toBeLessThanOrEqual(1.15 * 9000);
  });

  it("gives places a fiftieth of a window late, and spreads them over a quarter of it", async () => {
    const had = await placesFor(Array(22).fill(0), createLimiter({ limit: 10, intervalMs: 1000 }));
    const calls = [9, 10, 11, 19, 20, 21];
    expect(had.filter((_, call) => calls.includes(call))).toEqual([
      0, 1020, 1045, 1245, 2040, 2065,
    ]);
  });

  it("lets the first calls of a window through at once, and leaves no timer", async () => {
    const limiter = createLimiter({ limit: 5, intervalMs: 1000 });
    for (let call = 0; call < 5; call++) await limiter.removeTokens(1, locationId);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("serves each key from a budget of its own", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    for (const key of ["one", "another", "__proto__"]) await limiter.removeTokens(1, key);
    expect(vi.getTimerCount()).toBe(0);
    void limiter.removeTokens(1, "one");
    expect(vi.getTimerCount()).toBe(1);
  });

  it("takes as many places as it is asked for", async () => {
    const limiter = createLimiter({ limit: 2, intervalMs: 100 });
    const had = vi.fn();
    limiter.removeTokens(5, locationId).then(had);
    await vi.advanceTimersByTimeAsync(203);
    expect(had).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(had).toHaveBeenCalled();
  });

  it("rejects an aborted wait at once, gives its place to the next, and leaves no timer", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    await limiter.removeTokens(1, locationId);
    const controller = new AbortController();
    const reason = new Error("Not wanted any more");
    const aborted = [1, 2, 3].map(() => limiter.waitForPlace(locationId, controller.signal));
    const next = limiter.removeTokens(1, locationId).then(() => performance.now());
    const start = performance.now();
    controller.abort(reason);
    for (const wait of aborted) expect(await rejection(wait)).toBe(reason);
    await vi.advanceTimersByTimeAsync(1020);
    expect((await next) - start).toBe(1020);

    const alone = new AbortController();
    const last = limiter.waitForPlace(locationId, alone.signal);
    expect(vi.getTimerCount()).toBe(1);
    alone.abort(reason);
    expect(await rejection(last)).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);

    const later = vi.fn();
    limiter.removeTokens(1, locationId).then(later);
    await vi.advanceTimersByTimeAsync(1020);
    expect(later).toHaveBeenCalled();
  });

  it("gives nothing to a signal that is aborted already", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    const signal = AbortSignal.abort();
    expect(await rejection(limiter.waitForPlace(locationId, signal))).toBe(signal.reason);
    await limiter.removeTokens(1, locationId); // the place was not taken
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no listener on the signal of a wait that ended", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    const { signal } = new AbortController();
    const waits = [1, 2, 3].map(() => limiter.waitForPlace(locationId, signal));
    await vi.runAllTimersAsync();
    await Promise.all(waits);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("waits for a window that with its slack is longer than a timer can be", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 2 ** 31 - 1 });
    await limiter.removeTokens(1, locationId);
    const set = vi.spyOn(globalThis, "setTimeout");
    void limiter.removeTokens(1, locationId);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(set).toHaveBeenCalledTimes(1); // and so no timer has fired at once
    expect(set.mock.calls[0]?.[1]).toBeLessThan(2 ** 31);
  });

  it.each<[string, unknown]>([
    ["limit", 0],
    ["limit", -1],
    ["limit", 1.5],
    ["limit", Number.NaN],
    ["limit", Number.POSITIVE_INFINITY],
    ["limit", "100"],
    ["limit", undefined],
    ["intervalMs", 0],
    ["intervalMs", -1],
    ["intervalMs", Number.NaN],
    ["intervalMs", 2 ** 31],
    ["intervalMs", Number.POSITIVE_INFINITY],
    ["intervalMs", "1000"],
    ["intervalMs", undefined],
  ])("refuses the %s %o with a TypeError that names it", (figure, value) => {
    const budget = { limit: 100, intervalMs: 1000, [figure]: value };
    expect(() => createLimiter(budget)).toThrow(TypeError);
    expect(() => createLimiter(budget)).toThrow(`\`${figure}\``);
  });
});

describe("a client", () => {
  const serverUp = () => countingServer((response) => answer(response, 201));

  it("without the option keeps HighLevel's budget: 100 in 10 s", async () => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    const fetch = vi.fn(async () => Response.json(created, { status: 201 }));
    const client = makeClient("http://127.0.0.1:1", { limiter: undefined, fetch });
    const calls = Array.from({ length: 101 }, () => client.createProductCollection(collection));
    await vi.advanceTimersByTimeAsync(10_199);
    expect(fetch).toHaveBeenCalledTimes(100);
    await vi.advanceTimersByTimeAsync(1);
    expect(fetch).toHaveBeenCalledTimes(101);
    await Promise.all(calls);
    vi.useRealTimers();
  });

  it("asks its limiter for one place, with the location id, before each attempt", async () => {
    const events: unknown[] = [];
    const server = await countingServer((response, _, count) => {
      events.push("sent");
      if (count === 1) answer(response, 429, "", { "Retry-After": "0" });
      else if (count === 2) answer(response, 401, {});
      else answer(response, 201);
    });
    const client = makeClient(server.url, {
      token: (rejected) => (rejected ? "another-token" : "the-first-token"),
      limiter: { removeTokens: async (tokens, key) => events.push([tokens, key]) },
    });
    await client.createProductCollection(collection);
    const place = [1, locationId];
    expect(events).toEqual([place, "sent", place, "sent", place, "sent"]);
  });

  it("calls a limiter as a method of its own", async () => {
    class Queue implements RateLimiter {
      readonly taken: number[] = [];
      async removeTokens(tokens: number): Promise<void> {
        this.taken.push(tokens);
      }
    }
    const limiter = new Queue();
    const server = await serverUp();
    await makeClient(server.url, { limiter }).createProductCollection(collection);
    expect(limiter.taken).toEqual([1]);
  });

  it("with `limiter: false` sends at once, however many", async () => {
    const server = await serverUp();
    const client = makeClient(server.url, { limiter: false });
    const calls = Array.from({ length: 150 }, () => client.createProductCollection(collection));
    expect(await Promise.all(calls)).toHaveLength(150);
  });

  it.each([new Error("No Redis"), "no Redis", undefined])(
    "rejects with what its limiter rejects with: %s",
    async (reason) => {
      const server = await serverUp();
      let broken = true;
      const limiter: RateLimiter = {
        removeTokens: () => (broken ? Promise.reject(reason) : Promise.resolve()),
      };
      const client = makeClient(server.url, { limiter });
      expect(await rejection(client.createProductCollection(collection))).toBe(reason);
      expect(server.requests).toHaveLength(0);
      broken = false;
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    },
  );
});
