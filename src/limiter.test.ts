import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  type Budget,
  createLimiter,
  type LimitedResponse,
  type Limiter,
  type LimiterContext,
} from "./limiter.js";
import {
  fixedWindows,
  heldServer,
  microtasks,
  mostInAnyWindow,
  pass,
  rateLimitHeaders,
  type SimulatedServer,
  seeded,
  setClock,
  settled,
  simulatedServer,
  sleep,
  slidingWindow,
  windowsFromFirstRequest,
} from "./test-support/simulated.js";

beforeEach(setClock);

const perSecond = (limit: number) => ({ limit, intervalMs: 1000 });

type Send = () => Promise<LimitedResponse>;

/** Calls, at once or later, of which each sends until its response is no 429. */
function calls(count: number, limiter: Limiter, send: Send, startsInMs = () => 0) {
  return Array.from({ length: count }, async () => {
    await sleep(startsInMs());
    let status = 429;
    for (let attempts = 0; status === 429 && attempts < 100; attempts++) {
      ({ status } = await limiter("location", send, { isRetry: attempts > 0 }));
    }
    return status;
  });
}

const created = (count: number) => Array(count).fill({ status: "fulfilled", value: 201 });

describe("against a simulated server, a limiter", () => {
  const budgets = fc.record({
    limit: fc.integer({ min: 1, max: 40 }),
    intervalMs: fc.integer({ min: 100, max: 5000 }),
  });
  const cases = fc.record({
    count: fc.integer({ min: 1, max: 120 }),
    spreadMs: fc.constantFrom(0, 3000),
    budget: budgets,
    windows: fc.constantFrom(slidingWindow, fixedWindows, windowsFromFirstRequest),
    phaseMs: fc.integer({ min: 0, max: 5000 }),
    maxLatencyMs: fc.constantFrom(1, 50, 400), // the least is 0: responses come in any order
    seed: fc.integer(),
  });

  /** Checks random cases; a failure prints their seed. FAST_CHECK_RUNS asks for more of them. */
  const always = <T>(any: fc.Arbitrary<T>, check: (one: T) => Promise<void>) =>
    fc.assert(fc.asyncProperty(any, check), {
      numRuns: Number(process.env.FAST_CHECK_RUNS ?? 100),
    });

  function serverOf(one: typeof cases extends fc.Arbitrary<infer T> ? T : never) {
    vi.clearAllTimers(); // of a case that failed
    const random = seeded(one.seed);
    const server: SimulatedServer = {
      budget: one.budget,
      counter: one.windows(one.phaseMs),
      latencyMs: () => one.maxLatencyMs * random(),
    };
    const startsInMs = () => one.spreadMs * random();
    return { random, startsInMs, server, ...simulatedServer(server) };
  }

  it("keeps to what the server allows in any window, and is done in good time", () =>
    always(
      fc.record({
        one: cases,
        anyBound: fc.option(budgets, { nil: undefined }),
        lossRate: fc.constantFrom(0, 0.1, 0.5),
        toldRate: fc.constantFrom(0, 0.5, 1),
      }),
      async ({ one, anyBound, lossRate, toldRate }) => {
        const { server, random, startsInMs, send, arrivals, statuses } = serverOf(one);
        const { budget, count, spreadMs, maxLatencyMs } = one;
        // Either the first response says what the budget is, or the limiter's user does.
        const bound = toldRate > 0 ? anyBound : budget;
        const limiter = createLimiter(bound);
        if (toldRate > 0) await settled(calls(1, limiter, send));
        server.headers = (...said) => (random() < toldRate ? rateLimitHeaders(...said) : {});
        server.isLost = () => random() < lossRate;
        const startedAt = performance.now();
        await settled(calls(count, limiter, send, startsInMs));

        // Each end of a window of the one budget may cut a window of the other in two.
        const { limit, intervalMs } = bound ?? budget;
        const cuts = Math.ceil(count / Math.max(limit, budget.limit));
        let longestMs = spreadMs + 2 * cuts * Math.min(intervalMs, budget.intervalMs);
        for (const { limit, intervalMs } of bound ? [budget, bound] : [budget]) {
          expect(mostInAnyWindow(arrivals, intervalMs)).toBeLessThanOrEqual(limit);
          // A window's requests take a few round trips, ten at a time where no response says what is
          // left; then the limiter waits for the window's length, and a timer rounds that up, and 1 ms more.
          const tripsMs = (2 + Math.ceil(limit / 10)) * 2 * maxLatencyMs;
          longestMs += Math.ceil(count / limit) * (intervalMs + 2 + tripsMs);
        }
        expect(statuses).not.toContain(429);
        expect(performance.now() - startedAt).toBeLessThanOrEqual(longestMs);
      },
    ));

  it("serves every call, with few refusals, where others use the budget too", () =>
    always(
      fc.record({ one: cases, share: fc.double({ min: 0.1, max: 0.8, noNaN: true }) }),
      async ({ one, share }) => {
        const { eat, send, startsInMs, statuses, arrivals } = serverOf(one);
        const { budget, count, spreadMs, maxLatencyMs } = one;
        const eaten = Math.floor(budget.limit * share);
        const startedAt = performance.now();
        void eat(eaten, 20);
        const outcomes = await settled(calls(count, createLimiter(), send, startsInMs));
        expect(outcomes).toEqual(created(count));
        const windows = Math.ceil(count / (budget.limit - eaten));
        const refusals = statuses.filter((status) => status === 429);
        expect(refusals.length).toBeLessThanOrEqual(10 * windows);
        const longestMs = spreadMs + windows * (budget.intervalMs + 4 * maxLatencyMs);
        expect((arrivals.at(-1) ?? 0) - startedAt).toBeLessThanOrEqual(longestMs);
      },
    ));

  it("serves every call where the server changes what it allows", () =>
    always(
      fc.record({ one: cases, later: fc.array(budgets, { minLength: 1, maxLength: 5 }) }),
      async ({ one, later }) => {
        const { server, send } = serverOf(one);
        later.forEach((budget, i) => {
          setTimeout(() => Object.assign(server, { budget }), (i + 1) * 2000);
        });
        expect(await settled(calls(one.count, createLimiter(), send))).toEqual(created(one.count));
      },
    ));

  it("learns of a trial account's 25 in 10 s and 10 000 a day", async () => {
    const headers: SimulatedServer["headers"] = (...said) => ({
      ...rateLimitHeaders(...said),
      "X-RateLimit-Limit-Daily": "10000",
      "X-RateLimit-Daily-Remaining": "9000",
    });
    const trial = { limit: 25, intervalMs: 10_000 };
    const { send, statuses, arrivals } = simulatedServer({ budget: trial, headers });
    await settled(calls(100, createLimiter(), send));
    expect(statuses).toEqual(Array(100).fill(201));
    expect(arrivals.at(-1)).toBeLessThan(31_000);
  });

  const inTenSeconds = { limit: 100, intervalMs: 10_000 };
  it.each([
    ["its bound where that is less", perSecond(10), perSecond(50), perSecond(10)],
    ["the server's budget where that is less", perSecond(50), perSecond(10), perSecond(10)],
    ["its bound in a second", perSecond(20), inTenSeconds, perSecond(20)],
    ["the server's budget in ten", perSecond(20), inTenSeconds, inTenSeconds],
    ["its bound in ten seconds", inTenSeconds, perSecond(20), inTenSeconds],
    ["the server's budget in one", inTenSeconds, perSecond(20), perSecond(20)],
  ])("keeps to %s", async (_, bound, budget, { limit, intervalMs }) => {
    const { send, arrivals } = simulatedServer({ budget });
    await settled(calls(150, createLimiter(bound), send));
    expect(mostInAnyWindow(arrivals, intervalMs)).toBe(limit);
  });

  it("takes its bound for the server's budget where no response tells it", async () => {
    const { send, arrivals } = simulatedServer({ budget: perSecond(500), headers: () => ({}) });
    await settled(calls(600, createLimiter(perSecond(500)), send));
    expect(arrivals.at(-1)).toBeLessThan(2000);
  });

  it.each([0, 1])(
    "counts a request for a window after its end; responses lost: %d",
    async (lost) => {
      const budget = perSecond(2);
      const latencyMs = () => 300;
      const { send, arrivals } = simulatedServer({ budget, latencyMs, isLost: () => lost === 1 });
      await settled(calls(4, createLimiter(budget), send));
      expect(arrivals).toEqual([300, 300, 1901, 1901]);
    },
  );
});

/** A limiter, and a server that responds when the test says so. */
function setUp(limiter = createLimiter()) {
  const { send, ...server } = heldServer();
  /** Makes so many calls, and gives what they will come to. */
  async function call(count: number, context: LimiterContext = {}, key = "location") {
    const outcomes = Array.from({ length: count }, () => limiter(key, send, context));
    for (const outcome of outcomes) outcome.catch(() => {}); // a test that is about it awaits it
    await microtasks();
    return outcomes;
  }
  return { limiter, call, ...server };
}

const left = (remaining: number) => ({ "X-RateLimit-Remaining": String(remaining) });
const dayLeft = (remaining: number) => ({ "X-RateLimit-Daily-Remaining": String(remaining) });

describe("a call", () => {
  it("is one of ten in flight until a response says what is left, then one of so many", async () => {
    const { sent, call } = setUp();
    await call(200);
    expect(sent).toHaveLength(10);
    await sent[0]?.answer(201, left(50));
    expect(sent).toHaveLength(1 + 50);
    await sent[1]?.answer(201, { ...left(90), "X-RateLimit-Daily-Remaining": "55" });
    expect(sent).toHaveLength(2 + 55);
  });

  it.each<[string, number, HeadersInit, number, number, number]>([
    ["as a 429 says", 429, { "Retry-After": "3" }, 3000, 3000, 1],
    ["a window's length after a 429 that names no wait", 429, {}, 10_000, 10_000, 1],
    ["the same after `Retry-After: 0`", 429, { "Retry-After": "0" }, 10_000, 10_000, 1],
    ["a window's length where nothing is left", 201, left(0), 10_000, 1, 5],
    ["the same where nothing is left of the day", 201, dayLeft(0), 10_000, 1, 1],
  ])("waits %s", async (_, status, headers, waitMs, maxWaitMs, next) => {
    const { sent, call, answerAll } = setUp();
    await call(1);
    await answerAll(status, headers);
    await call(5, { maxWaitMs }); // of a 429's wait
    await pass(waitMs - 1);
    expect(sent).toHaveLength(1);
    await pass(2);
    expect(sent).toHaveLength(1 + next); // after a 429 one goes ahead
    await answerAll(201);
    expect(sent).toHaveLength(1 + 5);
  });

  it("waits for the longest of several 429s, whatever was counted before them", async () => {
    const { sent, call } = setUp();
    await call(3);
    await sent[0]?.answer(429, { "Retry-After": "5" });
    await sent[1]?.answer(429, { "Retry-After": "2" });
    await sent[2]?.answer(201, left(50));
    await call(2);
    await pass(4999);
    expect(sent).toHaveLength(3);
    await pass(2);
    expect(sent).toHaveLength(3 + 1);
  });

  it("gets the 429 of a spent day at once, also in a longer pause", async () => {
    const { sent, call } = setUp();
    await call(2);
    await sent[0]?.answer(429, { "Retry-After": "25" });
    const [waiting] = await call(1);
    await sent[1]?.answer(429, { "Retry-After": "2", ...dayLeft(0) });
    expect(await waiting).toMatchObject({
      status: 429,
      headers: new Headers({ "Retry-After": "2", ...dayLeft(0) }),
    });
    const [late] = await call(1);
    expect(await late).toMatchObject({ status: 429 });
    expect(sent).toHaveLength(2);
  });

  it("that was refused goes before those that wait, which go in their order", async () => {
    const { limiter, call, answerAll } = setUp();
    await call(1);
    await answerAll(429);
    const order: string[] = [];
    const make = (name: string, isRetry: boolean) => {
      const send = async () => ({ status: 201, headers: new Headers(), sent: order.push(name) });
      return limiter("location", send, { isRetry });
    };
    const waiting = [make("second", false), make("third", false), make("refused", true)];
    await pass(10_000); // the timer is due in a millisecond
    await settled([...waiting, make("late", false)]);
    expect(order).toEqual(["refused", "second", "third", "late"]);
  });

  it("does not count where it sent nothing, whatever it fails over", async () => {
    const { limiter, sent, call } = setUp(createLimiter(perSecond(2)));
    let wasSent = false;
    const fail = async () => {
      throw new Error("no token");
    };
    for (let i = 0; i < 5; i++) {
      await expect(limiter("location", fail, { wasSent: () => wasSent })).rejects.toThrow(
        "no token",
      );
    }
    await call(2);
    expect(sent).toHaveLength(2);
    for (const { answer } of sent) await answer(201);
    await pass(1001);
    wasSent = true;
    for (let i = 0; i < 2; i++) {
      await expect(limiter("location", fail, { wasSent: () => wasSent })).rejects.toThrow();
    }
    await call(1);
    expect(sent).toHaveLength(2);
  });

  it("is one of as many as were left also after a gateway's response, which states nothing", async () => {
    const { sent, call } = setUp();
    await call(1);
    await sent[0]?.answer(201, left(3));
    await call(10);
    await sent[1]?.answer(403);
    expect(sent).toHaveLength(1 + 3 + 1);
    await pass(10_000);
    await sent[2]?.answer(403); // of a window that is over
    expect(sent).toHaveLength(1 + 10);
  });

  it("is told for how long it waits where a window is full", async () => {
    const { call, answerAll } = setUp(createLimiter(perSecond(2)));
    await call(2);
    await answerAll(201);
    await pass(400);
    const onWait = vi.fn();
    await call(1, { onWait });
    expect(onWait).toHaveBeenCalledExactlyOnceWith(600);
  });

  it("is told that it waits, and for how long where that is known", async () => {
    const { call, answerAll } = setUp();
    const waits: (number | undefined)[] = [];
    const onWait = (ms: number | undefined) => waits.push(ms);
    await call(11, { onWait });
    await answerAll(429, { "Retry-After": "3" });
    await pass(1000);
    await call(1, { onWait });
    expect(waits).toEqual([undefined, 2000]);
  });

  it("rejects at once when it is aborted while it waits, and the others go on", async () => {
    const { sent, call, answerAll } = setUp();
    await call(1);
    await answerAll(429, { "Retry-After": "30" });
    const controller = new AbortController();
    const { signal } = controller;
    const [waiting] = await call(1, { signal });
    await call(1);
    controller.abort("no longer");
    await expect(waiting).rejects.toBe("no longer");
    const [late] = await call(1, { signal });
    await expect(late).rejects.toBe("no longer");
    await pass(30_001);
    expect(sent).toHaveLength(2);
  });

  it("leaves no timer when it is aborted, which would keep the process alive", async () => {
    const { call, answerAll } = setUp();
    await call(1);
    await answerAll(429);
    const controller = new AbortController();
    await call(2, { signal: controller.signal });
    controller.abort();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("may share its signal with others, and Node.js warns of nothing", async () => {
    const onWarning = vi.fn();
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const { signal } = new AbortController();
    await setUp().call(20, { signal });
    expect(onWarning).not.toHaveBeenCalled();
  });

  it("gives its slot back when it fails, in its send or in its onWait", async () => {
    const { limiter, sent, call, answerAll } = setUp();
    const fail = () => {
      throw new Error("failed");
    };
    for (let i = 0; i < 10; i++) {
      await expect(limiter("location", async () => fail(), {})).rejects.toThrow("failed");
    }
    await call(10);
    expect(sent).toHaveLength(10);
    await expect((await call(1, { onWait: fail }))[0]).rejects.toThrow("failed");
    await answerAll(201, left(1));
    await call(1);
    expect(sent).toHaveLength(11);
  });

  it.each<[string, HeadersInit, LimiterContext]>([
    ["says that the day is spent", { ...dayLeft(0), "X-RateLimit-Daily-Reset": "60000" }, {}],
    ["names a wait of more than maxWaitMs", { "Retry-After": "60" }, { maxWaitMs: 500 }],
  ])("gets the 429 that %s, until one finds out", async (_, headers, context) => {
    const { sent, call, answerAll } = setUp();
    const [refused] = await call(10, context);
    const waiting = [
      ...(await call(2, context)),
      ...(await call(1, { ...context, isRetry: true })),
    ];
    await sent[0]?.answer(429, headers);
    const response = await refused;
    for (const stopped of waiting) expect(await stopped).toBe(response);
    await answerAll(429, { "Retry-After": "1" });
    await pass(59_000);
    for (const late of await call(2, context)) expect(await late).toBe(response);
    await pass(1001);
    await call(5, context);
    expect(sent).toHaveLength(10 + 1);
    await answerAll(201, left(50));
    expect(sent).toHaveLength(10 + 5);
  });
});

describe("a spent day", () => {
  it.each<[string, Record<string, string>, number]>([
    ["until its reset", { "X-RateLimit-Daily-Reset": "150000" }, 2],
    ["for a minute where no reset is stated", {}, 5],
  ])("stops a call every second %s, but for one that finds out", async (_, stated, requests) => {
    const headers = () => ({
      "X-RateLimit-Interval-Milliseconds": "300",
      ...dayLeft(0),
      ...stated,
    });
    const never = { limit: 1, intervalMs: Number.MAX_SAFE_INTEGER };
    const { send, statuses } = simulatedServer({ budget: never, counter: () => -1, headers });
    const limiter = createLimiter();
    for (let i = 0; i < 260; i++) {
      void limiter("location", send, {});
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(statuses).toEqual(Array(requests).fill(429));
  });
});

describe("fake timers that leave `performance` real", () => {
  beforeEach(() => {
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });

  it("end a wait when it is due, also where calls keep coming", async () => {
    const { sent, call, answerAll } = setUp();
    await call(1);
    await answerAll(429, { "Retry-After": "10" });
    for (let i = 0; i < 9; i++) {
      await call(1);
      await pass(1000);
    }
    expect(sent).toHaveLength(1);
    await pass(1002); // `performance` may have moved by a millisecond
    expect(sent).toHaveLength(2);
  });

  it("leave the bound as it is", async () => {
    const { sent, call, answerAll } = setUp(createLimiter(perSecond(2)));
    await call(6);
    const counts = [];
    for (let i = 0; i < 6; i++) {
      counts.push(sent.length);
      await answerAll(201);
      await pass(501);
    }
    expect(counts).toEqual([2, 2, 4, 4, 6, 6]);
  });
});

it("a timer that is cut to what a timer takes has not come to its moment", async () => {
  const { sent, call, answerAll } = setUp();
  await call(1);
  await answerAll(429, { "Retry-After": String(Math.ceil(2 ** 31 / 1000) + 100) });
  await call(1);
  await pass(2 ** 31 - 1);
  expect(sent).toHaveLength(1);
  await pass(101_000);
  expect(sent).toHaveLength(2);
});

describe("createLimiter", () => {
  it.each([
    { limit: 0, intervalMs: 1000 },
    { limit: Number.NaN, intervalMs: 1000 },
    { limit: 2.5, intervalMs: 1000 },
    { limit: "2", intervalMs: 1000 },
    { limit: 10, intervalMs: 0 },
    { limit: 10, intervalMs: "1000" },
    { limit: 10, intervalMs: Number.POSITIVE_INFINITY },
  ])("throws a TypeError for %j", (bound) => {
    expect(() => createLimiter(bound as Budget)).toThrow(TypeError);
  });

  it.each<[string, number, HeadersInit, number, number]>([
    ["forgets keys that were idle for a window's length", 201, left(2), 10_000, 10],
    ["keeps keys that were used in a window's length", 201, left(2), 9999, 2],
    ["keeps keys that have a request in flight", 0, {}, 60_000, 9],
    ["keeps keys that a 429 stops", 429, { "Retry-After": "60" }, 59_999, 0],
  ])("%s", async (_, status, headers, afterMs, inFlight) => {
    const { limiter, sent, call, answerAll } = setUp();
    await call(1);
    if (status > 0) await answerAll(status, headers);
    await pass(afterMs);
    await useOtherKeys(limiter);
    await call(10);
    expect(sent).toHaveLength(1 + inFlight);
  });

  it("keeps keys whose calls wait, also when their time has just come", async () => {
    const { limiter, sent, call, answerAll } = setUp(createLimiter(perSecond(2)));
    await call(4);
    await answerAll(201);
    await pass(1000); // the timer is due in a millisecond
    await useOtherKeys(limiter);
    await call(2);
    await pass(1);
    expect(sent).toHaveLength(4);
  });

  async function useOtherKeys(limiter: Limiter) {
    for (let i = 0; i < 1000; i++) void setUp(limiter).call(1, {}, `another location ${i}`);
    await microtasks();
  }
});
