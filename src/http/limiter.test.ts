import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { fixedWindows } from "../../contract-tests/support/counters.js";
import {
  answer,
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  rejection,
} from "../../contract-tests/support/servers.js";
import {
  fakeClock,
  finished,
  rateLimitHeaders,
  seeded,
  simulatedServer,
} from "../../contract-tests/support/simulated.js";
import { createClient, type Fetch, type RateLimiter } from "../index.js";
import type { Budget } from "./budget.js";
import { createLimiter } from "./limiter.js";

const silent = { status: 201, rateLimit: undefined, retryAfterMs: undefined };
const url = "https://highlevel.test";
const key = locationId;

/** The most times that fall in any window, which is where some time opens it. */
function fullestWindow(times: readonly number[], { intervalMs }: Budget): number {
  const within = (start: number) =>
    times.filter((time) => time >= start && time < start + intervalMs).length;
  return Math.max(...times.map(within));
}

/** A limiter that was told by an answer which said nothing, so that it goes by its own count. */
async function openLimiter(budget: Budget) {
  const limiter = createLimiter(budget);
  limiter.learn(key, silent, await limiter.waitForPlace(key, undefined));
  return limiter;
}

describe("the limiter, where answers say nothing of a budget,", () => {
  beforeEach(fakeClock);

  /** Asks for a place at each of the times, and gives the times at which they were had. */
  async function placesFor(arrivals: readonly number[], limiter: RateLimiter): Promise<number[]> {
    const start = performance.now();
    const { setTimeout } = globalThis;
    const had = arrivals.map(async (arrival) => {
      await new Promise((resolve) => setTimeout(resolve, arrival));
      const place = await limiter.waitForPlace(key, undefined);
      limiter.learn?.(key, silent, place);
      return performance.now() - start;
    });
    await vi.runAllTimersAsync();
    return Promise.all(had);
  }

  /** Lets every timer of the limiter fire at another time than it was set for. */
  function shiftTimers(shifted: (ms: number) => number): void {
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", (work: (arg: unknown) => void, ms: number, arg: unknown) =>
      setTimeout(work, Math.max(1, shifted(ms)), arg),
    );
    onTestFinished(() => void vi.unstubAllGlobals());
  }

  const budgets: Budget[] = [
    { limit: 1, intervalMs: 10 },
    { limit: 3, intervalMs: 100 },
    { limit: 7, intervalMs: 333.3 },
    { limit: 100, intervalMs: 10_000 },
  ];
  const random = seeded(42);
  const arrivals: [string, (budget: Budget) => number][] = [
    ["all at once", () => 0],
    [
      "at any time, at twice the pace",
      ({ limit, intervalMs }) => (random() * 100 * intervalMs) / limit,
    ],
    [
      "at any time, at half the pace",
      ({ limit, intervalMs }) => (random() * 400 * intervalMs) / limit,
    ],
    ["in bursts", ({ intervalMs }) => Math.floor(random() * 20) * intervalMs * 0.7],
  ];

  describe.each(budgets)("of $limit in $intervalMs ms", (budget) => {
    it.each(arrivals)("never gives more in any window: 200 calls %s", async (_, arrival) => {
      const times = Array.from({ length: 200 }, () => arrival(budget)).sort((a, b) => a - b);
      const had = await placesFor(times, createLimiter(budget));
      expect(had).toHaveLength(200);
      expect(fullestWindow(had, budget)).toBeLessThanOrEqual(budget.limit);
    });

    it.each([
      ["early", -1],
      ["late", 40],
    ])("never gives more in any window where timers are %s", async (_, off) => {
      shiftTimers((ms) => ms + off * random());
      const had = await placesFor(Array(150).fill(0), createLimiter(budget));
      expect(fullestWindow(had, budget)).toBeLessThanOrEqual(budget.limit);
    });
  });

  it("is done with 200 calls at once, at 20 in 1000 ms, within 1.15 times the least time", async () => {
    const had = await placesFor(Array(200).fill(0), createLimiter({ limit: 20, intervalMs: 1000 }));
    expect(Math.max(...had)).toBeGreaterThanOrEqual(9000);
    expect(Math.max(...had)).toBeLessThanOrEqual(1.15 * 9000);
  });

  it("serves first who came first, give or take who looks first", async () => {
    const had = await placesFor(Array(60).fill(0), createLimiter({ limit: 10, intervalMs: 1000 }));
    for (const [call, at] of had.entries()) {
      const later = had.slice(call + 1);
      expect(Math.min(...later, at)).toBeGreaterThanOrEqual(at - 100);
    }
  });

  it("gives a place again a fiftieth of a window late: requests may arrive closer than they were sent", async () => {
    const had = await placesFor(Array(3).fill(0), createLimiter({ limit: 1, intervalMs: 1000 }));
    expect(had[1]).toBeGreaterThanOrEqual(1020);
    expect(had[2]).toBeGreaterThanOrEqual(2040);
    expect(had[2]).toBeLessThanOrEqual(2050);
  });

  it("lets the first calls through at once, and leaves no timer", async () => {
    const limiter = await openLimiter({ limit: 5, intervalMs: 1000 });
    for (let call = 0; call < 4; call++) await limiter.waitForPlace(key, undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("sends ten to find out what the budget is, and the others after the first answer", async () => {
    const limiter = createLimiter();
    const had: unknown[] = [];
    for (let call = 0; call < 30; call++) {
      void limiter.waitForPlace(key, undefined).then((place) => had.push(place));
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(had).toHaveLength(10);
    limiter.learn(key, silent, had[0]);
    // Those who wait look again after a fifth of what the answer took.
    await vi.advanceTimersByTimeAsync(210);
    expect(had).toHaveLength(30);
  });

  it("serves each key from a budget of its own", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    for (const key of ["one", "another", "__proto__"]) await limiter.waitForPlace(key, undefined);
    expect(vi.getTimerCount()).toBe(0);
    void limiter.waitForPlace("one", undefined);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("gives back a place that was not used, at once and whole", async () => {
    const limiter = await openLimiter({ limit: 2, intervalMs: 1000 });
    const place = await limiter.waitForPlace(key, undefined);
    limiter.learn(key, undefined, place);
    limiter.learn(key, undefined, place); // once is enough
    await limiter.waitForPlace(key, undefined);
    expect(vi.getTimerCount()).toBe(0);
    void limiter.waitForPlace(key, undefined);
    expect(vi.getTimerCount()).toBe(1);
  });

  it("lets the refused call go first when the window has passed", async () => {
    const limiter = createLimiter();
    const refused = await limiter.waitForPlace(key, undefined);
    const order: string[] = [];
    limiter.learn(key, { ...silent, status: 429, retryAfterMs: 500 }, refused);
    for (const name of ["second", "third"]) {
      void limiter.waitForPlace(key, undefined).then(() => order.push(name));
    }
    await vi.advanceTimersByTimeAsync(1);
    void limiter.waitForPlace(key, undefined, { again: refused }).then(() => order.push("refused"));
    await vi.advanceTimersByTimeAsync(520);
    expect(order).toEqual(["refused"]); // and it goes alone, to see
  });

  it("finds room again where no place is ever told of, as of a worker that was stopped", async () => {
    const limiter = createLimiter({ limit: 1000, intervalMs: 1000 });
    const had = vi.fn();
    for (let call = 0; call < 15; call++) void limiter.waitForPlace(key, undefined).then(had);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(had).toHaveBeenCalledTimes(10);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(had).toHaveBeenCalledTimes(15);
  });

  it("passes over a call that has stopped looking, and no other call waits for it", async () => {
    const limiter = await openLimiter({ limit: 1, intervalMs: 1000 });
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", () => 0); // as where a request has ended, and its timers with it
    void limiter.waitForPlace(key, undefined);
    vi.stubGlobal("setTimeout", setTimeout);
    onTestFinished(() => void vi.unstubAllGlobals());
    const had = vi.fn();
    void limiter.waitForPlace(key, undefined).then(had);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(had).toHaveBeenCalled();
  });

  it("rejects an aborted wait at once, gives its place to the next, and leaves no timer", async () => {
    const limiter = await openLimiter({ limit: 1, intervalMs: 1000 });
    const controller = new AbortController();
    const reason = new Error("Not wanted any more");
    const aborted = [1, 2, 3].map(() => limiter.waitForPlace(key, controller.signal));
    const start = performance.now();
    const next = limiter.waitForPlace(key, undefined).then(() => performance.now() - start);
    controller.abort(reason);
    for (const wait of aborted) expect(await rejection(wait)).toBe(reason);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await next).toBeLessThanOrEqual(1_030);

    const alone = new AbortController();
    const last = limiter.waitForPlace(key, alone.signal);
    expect(vi.getTimerCount()).toBe(1);
    alone.abort(reason);
    expect(await rejection(last)).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(alone.signal, "abort")).toEqual([]);
  });

  it("gives nothing to a signal that is aborted already", async () => {
    const limiter = createLimiter({ limit: 1, intervalMs: 1000 });
    const signal = AbortSignal.abort();
    expect(await rejection(limiter.waitForPlace(key, signal))).toBe(signal.reason);
    await limiter.waitForPlace(key, undefined); // the place was not taken
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no listener on the signal of a wait that ended", async () => {
    const limiter = await openLimiter({ limit: 1, intervalMs: 1000 });
    const { signal } = new AbortController();
    const waits = [1, 2, 3].map(async () => {
      limiter.learn(key, silent, await limiter.waitForPlace(key, signal));
    });
    await vi.runAllTimersAsync();
    await Promise.all(waits);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("waits for a window that with its slack is longer than a timer can be", async () => {
    const limiter = await openLimiter({ limit: 1, intervalMs: 2 ** 31 - 1 });
    const set = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => void set.mockRestore());
    const controller = new AbortController();
    void rejection(limiter.waitForPlace(key, controller.signal));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(set.mock.calls.length).toBeLessThanOrEqual(11); // and so no timer has fired at once
    expect(set).toHaveBeenCalledWith(expect.any(Function), 1_000);
    controller.abort();
  });

  it("keeps nothing of 100 000 keys a window after they were used", async () => {
    let keys: Map<unknown, unknown> | undefined;
    const { set } = Map.prototype;
    const spy = vi.spyOn(Map.prototype, "set").mockImplementation(function (
      this: Map<unknown, unknown>,
      name,
      value,
    ) {
      if (name === "location-0") keys = this;
      return set.call(this, name, value);
    });
    const limiter = createLimiter();
    const use = async (name: string) =>
      limiter.learn(name, silent, await limiter.waitForPlace(name, undefined));
    await use("location-0");
    spy.mockRestore();
    for (let i = 1; i < 100_000; i++) await use(`location-${i}`);
    expect(keys?.size).toBe(100_000);
    await vi.advanceTimersByTimeAsync(10_201);
    await use("location-0");
    expect(keys?.size).toBe(1);
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

  it("says what the limit must be", () => {
    const message = "createLimiter: `limit` must be a positive integer";
    expect(() => createLimiter({ limit: 0, intervalMs: 1000 })).toThrow(message);
  });

  it.each([undefined, null, "a place", {}])(
    "learns nothing of a place that it did not give: %o",
    async (place) => {
      const limiter = await openLimiter({ limit: 2, intervalMs: 1000 });
      limiter.learn(key, { ...silent, status: 429, retryAfterMs: 5_000 }, place);
      await limiter.waitForPlace(key, undefined);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it.each([
    ["nobody has used the location since", 0],
    ["the location is in use again", 1],
  ])("learns of a 429 that comes after its location was forgotten: %s", async (_, uses) => {
    const limiter = createLimiter();
    const late = await limiter.waitForPlace(key, undefined);
    await vi.advanceTimersByTimeAsync(31_000);
    await limiter.waitForPlace("another", undefined); // what is idle is forgotten here
    for (let use = 0; use < uses; use++) await limiter.waitForPlace(key, undefined);
    limiter.learn(key, { ...silent, status: 429, retryAfterMs: 5_000 }, late);
    const had = vi.fn();
    void limiter.waitForPlace(key, undefined).then(had);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(had).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(had).toHaveBeenCalledOnce();
  });
});

describe("calls at once, against a server that counts in windows of a second,", () => {
  beforeEach(fakeClock);

  /** So many calls, of so many clients of one location. */
  function callsAtOnce(fetch: Fetch, count: number, clients = 1) {
    const limiter = createLimiter();
    const of = Array.from({ length: clients }, () => makeClient(url, { fetch, limiter }));
    return Array.from({ length: count }, async (_, i) =>
      of[i % clients]?.createProductCollection(collection),
    );
  }

  /** A server with windows of which one begins so long from now. */
  function serverOf(limit: number, latencyMs = 10, phaseMs = 250) {
    const budget = { limit, intervalMs: 1000 };
    const counter = fixedWindows(budget, performance.now() + phaseMs);
    const headers = rateLimitHeaders(budget);
    const server = simulatedServer({ counter, headers, latencyMs: () => latencyMs });
    return { ...server, budget };
  }

  it("100 for each: all are created, none refused, in at most 1.15 times the least time", async () => {
    const server = serverOf(100);
    const { tookMs } = await finished(callsAtOnce(server.fetch, 300));
    expect(server.created).toHaveLength(300);
    expect(server.refused).toHaveLength(0);
    expect(tookMs).toBeLessThanOrEqual(1.15 * 2_000);
  });

  it("50 of 100 eaten by another consumer: all are created, with few refusals, in at most 1.25 times the least time", async () => {
    const server = serverOf(100);
    server.eat(50, server.budget, 10);
    const { outcomes, tookMs } = await finished(callsAtOnce(server.fetch, 250));
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(server.created).toHaveLength(250);
    expect(server.refused.length).toBeLessThanOrEqual(12);
    expect(tookMs).toBeLessThanOrEqual(1.25 * 4_000);
  });

  it("50 of 100 eaten, and a long way there: none is lost, for the refused look first", async () => {
    const server = serverOf(100, 50, 0);
    server.eat(50, server.budget, 12);
    const { outcomes } = await finished(callsAtOnce(server.fetch, 450));
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(server.created).toHaveLength(450);
  });

  it("500 for each, which nobody has told the client: in a window and a quarter", async () => {
    const server = serverOf(500);
    const { tookMs } = await finished(callsAtOnce(server.fetch, 700));
    expect(server.created).toHaveLength(700);
    expect(tookMs).toBeLessThanOrEqual(1_250);
  });

  it("20 for each, which nobody has told the client: all are created, with at most 5 refusals", async () => {
    const server = serverOf(20);
    await finished(callsAtOnce(server.fetch, 100));
    expect(server.created).toHaveLength(100);
    expect(server.refused.length).toBeLessThanOrEqual(5);
  });

  it("50 clients of one location: as one client would", async () => {
    const one = serverOf(100);
    const alone = await finished(callsAtOnce(one.fetch, 200));
    const fifty = serverOf(100);
    const together = await finished(callsAtOnce(fifty.fetch, 200, 50));
    expect(fifty.created).toHaveLength(200);
    expect(fifty.refused).toHaveLength(0);
    expect(together.tookMs).toBeLessThanOrEqual(alone.tookMs + 50);
  });

  it("clients of one location share a budget without being told to", async () => {
    const server = serverOf(20);
    const make = () =>
      createClient({ locationId: "shared", token: "t", baseUrl: url, fetch: server.fetch });
    const calls = Array.from({ length: 40 }, () => make().createProductCollection(collection));
    await finished(calls);
    expect(server.created).toHaveLength(40);
    expect(server.refused).toHaveLength(0);
  });

  it("40 locations: none waits for another, not even for one that is refused", async () => {
    const budget = { limit: 20, intervalMs: 1000 };
    const limiter = createLimiter();
    const calls = Array.from({ length: 40 }, (_, i) => {
      const counter = i === 0 ? () => -1 : fixedWindows(budget);
      const { fetch } = simulatedServer({ counter, headers: rateLimitHeaders(budget) });
      const client = makeClient(url, { locationId: `location-${i}`, fetch, limiter });
      return Array.from({ length: 12 }, () => client.createProductCollection(collection));
    });
    const [refused = [], ...others] = calls;
    const startedAt = performance.now();
    const doneAt: number[] = [];
    for (const call of others.flat()) void call.then(() => doneAt.push(performance.now()));
    const { outcomes } = await finished([...refused, ...others.flat()]);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(12);
    expect(doneAt).toHaveLength(39 * 12);
    expect(Math.max(...doneAt) - startedAt).toBeLessThanOrEqual(100);
  });

  it("the day's budget spent: those who wait reject at once with the 429 that said so", async () => {
    let left = 30;
    const daily = { "X-RateLimit-Daily-Remaining": "0" };
    const server = simulatedServer({
      counter: () => --left,
      headers: (remaining) => (remaining > 0 ? {} : daily),
    });
    const { outcomes, tookMs } = await finished(callsAtOnce(server.fetch, 200));
    const failures = outcomes.flatMap((it) => (it.status === "rejected" ? [it.reason] : []));
    expect(failures).toHaveLength(200 - server.created.length);
    for (const failure of failures) {
      expect(failure).toMatchObject({ name: "ApiError", status: 429, mayHaveCreated: false });
      expect(failure.rateLimit).toMatchObject({ dailyRemaining: 0 });
    }
    // Those who waited have sent nothing; headers are each failure's own.
    const unsent = failures.filter(({ attempts }) => attempts === 0);
    expect(unsent.length).toBeGreaterThanOrEqual(100);
    for (const { message } of unsent) expect(message).toContain("429 to an earlier call");
    expect(new Set(failures.map(({ headers }) => headers)).size).toBe(failures.length);
    expect(server.refused.length).toBe(failures.length - unsent.length);
    expect(tookMs).toBeLessThanOrEqual(1_100); // each looks once a second
  });

  it("a Retry-After longer than maxWaitMs: those who wait reject at once, as the refused do", async () => {
    const server = simulatedServer({ counter: () => -1, headers: () => ({ "Retry-After": "60" }) });
    const limiter = createLimiter();
    const { fetch } = server;
    const call = (maxWaitMs: number) => {
      const client = makeClient(url, { fetch, limiter, maxWaitMs, maxRetries: 1 });
      return client.createProductCollection(collection);
    };
    const { outcomes, tookMs } = await finished(Array.from({ length: 30 }, () => call(59_000)));
    expect(tookMs).toBeLessThanOrEqual(200);
    for (const it of outcomes) expect(it).toMatchObject({ reason: { status: 429 } });
    expect(server.refused).toHaveLength(10);
    // Who waits longer has its turn when the time has come.
    const patient = await finished([call(60_000)]);
    expect(patient.tookMs).toBeGreaterThanOrEqual(59_000);
    expect(server.refused).toHaveLength(12);
  });

  it("leave neither a timer nor a listener behind, whatever they came to", async () => {
    const server = serverOf(20);
    server.eat(5, server.budget, 6);
    const controller = new AbortController();
    const client = makeClient(url, { fetch: server.fetch, limiter: createLimiter() });
    const calls = Array.from({ length: 60 }, () =>
      client.createProductCollection(collection, { signal: controller.signal }),
    );
    setTimeout(() => controller.abort(), 1_400);
    const { outcomes } = await finished(calls);
    expect(new Set(outcomes.map(({ status }) => status)).size).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("a client", () => {
  const serverUp = () => countingServer((response) => answer(response, 201));

  it("without the option keeps HighLevel's budget, 100 in 10 s, where answers say nothing", async () => {
    fakeClock();
    const fetch = vi.fn(async () => Response.json(created, { status: 201 }));
    const client = makeClient(url, { limiter: undefined, fetch, locationId: "default-budget" });
    const calls = Array.from({ length: 101 }, () => client.createProductCollection(collection));
    await vi.advanceTimersByTimeAsync(10_199);
    expect(fetch).toHaveBeenCalledTimes(100);
    await vi.advanceTimersByTimeAsync(200);
    expect(fetch).toHaveBeenCalledTimes(101);
    await Promise.all(calls);
  });

  it("asks a limiter without `learn` for one place before each attempt, and waits on its own", async () => {
    const events: unknown[] = [];
    const server = await countingServer((response, _, count) => {
      events.push("sent");
      if (count === 1) answer(response, 429, "", { "Retry-After": "0" });
      else if (count === 2) answer(response, 401, {});
      else answer(response, 201);
    });
    const client = makeClient(server.url, {
      token: (rejected) => (rejected ? "another-token" : "the-first-token"),
      limiter: { waitForPlace: async (key) => events.push(key) },
      onEvent: ({ type }) => events.push(type),
    });
    await client.createProductCollection(collection);
    const attempt = [`${locationId}@${server.url}`, "sent", "attempt"];
    expect(events).toEqual([...attempt, "waiting", ...attempt, "refreshing", ...attempt]);
  });

  it("tells a limiter with `learn` of every place, and leaves the wait after a 429 to it", async () => {
    const told: unknown[] = [];
    const server = await countingServer((response, _, count) =>
      count === 1 ? answer(response, 429, "", { "Retry-After": "20" }) : answer(response, 201),
    );
    let places = 0;
    const limiter: RateLimiter = {
      async waitForPlace(_key, _signal, turn) {
        told.push(["asked", turn?.again]);
        return ++places;
      },
      learn: (key, news, place) => told.push([key, news?.status, news?.retryAfterMs, place]),
    };
    await makeClient(server.url, { limiter }).createProductCollection(collection);
    const key = `${locationId}@${server.url}`;
    expect(told).toEqual([
      ["asked", undefined],
      [key, 429, 20_000, 1],
      ["asked", 1],
      [key, 201, undefined, 2],
    ]);
  });

  it("returns what was created although a limiter fails to learn of it, at once or later", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const server = await serverUp();
    const fail = () => {
      throw new Error("The store is down");
    };
    for (const learn of [fail, async () => fail()]) {
      const client = makeClient(server.url, { limiter: { waitForPlace: async () => 1, learn } });
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("calls a limiter as a method of its own", async () => {
    class Queue implements RateLimiter {
      readonly asked: string[] = [];
      readonly learned: unknown[] = [];
      async waitForPlace(key: string): Promise<void> {
        this.asked.push(key);
      }
      learn(key: string): void {
        this.learned.push(key);
      }
    }
    const limiter = new Queue();
    const server = await serverUp();
    await makeClient(server.url, { limiter }).createProductCollection(collection);
    expect(limiter.asked).toHaveLength(1);
    expect(limiter.learned).toEqual(limiter.asked);
  });

  it("takes a queue of rate-limiter-flexible in one line", async () => {
    const { RateLimiterMemory, RateLimiterQueue } = await import("rate-limiter-flexible");
    const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 5, duration: 60 }));
    const limiter: RateLimiter = { waitForPlace: (key) => queue.removeTokens(1, key) };
    const server = await serverUp();
    const client = makeClient(server.url, { limiter });
    const calls = [1, 2, 3].map(() => client.createProductCollection(collection));
    expect(await Promise.all(calls)).toHaveLength(3);
    expect(await queue.getTokensRemaining(`${locationId}@${server.url}`)).toBe(2);
  });

  it("with `limiter: false` sends at once, however many", async () => {
    const server = await serverUp();
    const client = makeClient(server.url, { limiter: false });
    const calls = Array.from({ length: 150 }, () => client.createProductCollection(collection));
    expect(await Promise.all(calls)).toHaveLength(150);
  });

  it.each([new Error("No Redis"), "no Redis", undefined])(
    "rejects with what its limiter rejects with or throws: %s",
    async (reason) => {
      const server = await serverUp();
      const rejects = { waitForPlace: () => Promise.reject(reason) };
      const throws: RateLimiter = {
        waitForPlace() {
          throw reason;
        },
      };
      let limiter: RateLimiter = rejects;
      const client = makeClient(server.url, {
        limiter: { waitForPlace: (...about) => limiter.waitForPlace(...about) },
      });
      expect(await rejection(client.createProductCollection(collection))).toBe(reason);
      limiter = throws;
      expect(await rejection(client.createProductCollection(collection))).toBe(reason);
      expect(server.requests).toHaveLength(0);
      limiter = { waitForPlace: async () => {} };
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    },
  );

  it("tells its limiter apart what was not answered and what was not sent", async () => {
    const told: unknown[] = [];
    const limiter: RateLimiter = {
      waitForPlace: async () => "place",
      learn: (_key, news, place) => told.push([news?.status, place]),
    };
    const fetch = () => Promise.reject(new Error("reset"));
    const client = makeClient(url, { limiter, fetch });
    await rejection(client.createProductCollection(collection));
    expect(told).toEqual([[0, "place"]]);
  });

  it("returns what was created, whatever its limiter's `learn` throws", async () => {
    const server = await serverUp();
    const learn = vi.fn(() => {
      throw new Error("No Redis");
    });
    const client = makeClient(server.url, { limiter: { waitForPlace: async () => {}, learn } });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(learn).toHaveBeenCalledOnce();
    expect(server.requests).toHaveLength(1);
  });
});
