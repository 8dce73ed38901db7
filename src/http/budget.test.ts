import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Counter,
  fixedWindows,
  slidingWindow,
  windowsFromFirstRequest,
} from "../../contract-tests/support/counters.js";
import { type Budget, type BudgetNews, createBudget } from "./budget.js";
import type { RateLimit } from "./rate-limit.js";
import type { Place } from "./told-count.js";

/** What an answer says, where it says what a test gives. */
function said(figures: Partial<RateLimit>): RateLimit {
  return {
    limit: undefined,
    remaining: undefined,
    intervalMs: undefined,
    dailyLimit: undefined,
    dailyRemaining: undefined,
    ...figures,
  };
}

function news(figures: Partial<RateLimit> | undefined, status = 201): BudgetNews {
  return { status, rateLimit: figures && said(figures), retryAfterMs: undefined };
}

/** How one request of a simulation goes. */
interface Trip {
  /** When it is first wanted. */
  readonly at: number;
  /** How long it takes to the server, and its answer back. */
  readonly upMs: number;
  readonly downMs: number;
}

interface Simulation {
  readonly trips: readonly Trip[];
  readonly counter: Counter;
  /** What the server says of what is left. */
  readonly say: (remaining: number) => Partial<RateLimit> | undefined;
  readonly bound?: Budget | undefined;
  /** What others use: how many requests at each of these times. */
  readonly others?: readonly number[];
}

/** An event of a simulation. */
interface Due {
  readonly at: number;
  readonly act: (now: number) => void;
}

/** Sends each request as soon as there is room, refused ones again, until all were carried out. */
function simulate({ trips, counter, say, bound, others = [] }: Simulation) {
  const budget = createBudget(bound);
  const due: Due[] = [];
  const wanted: Trip[] = [];
  const servedAt: number[] = [];
  let refused = 0;
  let looksAt = Number.POSITIVE_INFINITY;

  function plan(at: number, act: Due["act"]): void {
    const next = due.findIndex((it) => it.at > at);
    due.splice(next < 0 ? due.length : next, 0, { at, act });
  }

  function send(now: number): void {
    while (wanted.length > 0) {
      const { free, at } = budget.room(now);
      if (free === 0) {
        const lookAt = at ?? Number.POSITIVE_INFINITY;
        if (lookAt < looksAt || looksAt <= now) {
          looksAt = lookAt;
          if (lookAt < Number.POSITIVE_INFINITY) plan(lookAt, send);
        }
        return;
      }
      const trip = wanted.shift();
      if (trip === undefined) return;
      const place = budget.take(now);
      plan(now + trip.upMs, (arrivedAt) => arrive(arrivedAt, trip, place));
    }
  }

  function arrive(now: number, trip: Trip, place: Place): void {
    const remaining = counter(now);
    const status = remaining < 0 ? 429 : 201;
    if (status === 201) servedAt.push(now);
    else refused++;
    plan(now + trip.downMs, (answeredAt) => {
      budget.learn(answeredAt, news(say(Math.max(remaining, 0)), status), place);
      if (status === 429) wanted.unshift(trip);
      send(answeredAt);
    });
  }

  for (const trip of trips) {
    plan(trip.at, (now) => {
      wanted.push(trip);
      send(now);
    });
  }
  for (const at of others) plan(at, counter);
  let now = 0;
  for (let next = due.shift(); next !== undefined; next = due.shift()) {
    now = next.at;
    next.act(now);
  }
  return { refused, servedAt, unserved: trips.length - servedAt.length, budget, endedAt: now };
}

const ms = (most: number) => fc.integer({ min: 0, max: most });

/** Requests whose way there and back takes at most a window. */
function tripsWithin(intervalMs: number) {
  return fc.array(
    fc.record({ at: ms(4 * intervalMs), upMs: ms(intervalMs), share: ms(100) }).map(
      ({ at, upMs, share }): Trip => ({
        at,
        upMs,
        downMs: Math.floor(((intervalMs - upMs) * share) / 100),
      }),
    ),
    { minLength: 1, maxLength: 150, size: "max" },
  );
}

const budgets: Budget[] = [
  { limit: 10, intervalMs: 100 },
  { limit: 25, intervalMs: 1000 },
  { limit: 100, intervalMs: 10_000 },
];

describe("against fixed windows that tell the truth, with nobody else to use them", () => {
  it.each(budgets)("no request is refused: $limit in $intervalMs ms", (budget) => {
    fc.assert(
      fc.property(tripsWithin(budget.intervalMs), ms(budget.intervalMs), (trips, phaseMs) => {
        const { refused, unserved } = simulate({
          trips,
          counter: fixedWindows(budget, phaseMs),
          say: (remaining) => ({ ...budget, remaining }),
        });
        expect({ refused, unserved }).toEqual({ refused: 0, unserved: 0 });
      }),
      { numRuns: 200 },
    );
  });
});

/** Requests that are wanted at once, each so long under way. */
const atOnce = (count: number, latencyMs: number): Trip[] =>
  Array(count).fill({ at: 0, upMs: latencyMs / 2, downMs: latencyMs / 2 });

/** What the server says of such a budget. */
const truthOf = (budget: Budget) => (remaining: number) => ({ ...budget, remaining });

const second = { limit: 50, intervalMs: 1000 };

describe("requests all come through, few of them refused,", () => {
  const eaten = {
    "at the start": (window: number) => Array<number>(25).fill(window * 1000),
    spread: (window: number) => Array.from({ length: 25 }, (_, i) => window * 1000 + i * 40),
    "at the end": (window: number) => Array<number>(25).fill(window * 1000 + 990),
  };

  it.each(Object.entries(eaten))("where another consumer eats half, %s", (_, eat) => {
    const { refused, unserved, endedAt } = simulate({
      trips: atOnce(250, 10),
      counter: fixedWindows(second),
      say: truthOf(second),
      others: Array.from({ length: 14 }, (_, window) => eat(window)).flat(),
    });
    expect(unserved).toBe(0);
    expect(refused).toBeLessThanOrEqual(12);
    expect(endedAt).toBeLessThanOrEqual(14_000);
  });

  it("where another consumer eats at random", () => {
    const others = fc.array(ms(10_000), { maxLength: 250, size: "max" });
    fc.assert(
      fc.property(others, ms(1000), (others, phaseMs) => {
        const counter = fixedWindows(second, phaseMs);
        const trips = atOnce(150, 10);
        const { unserved } = simulate({ trips, counter, say: truthOf(second), others });
        expect(unserved).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it("where windows begin with the first request", () => {
    const counter = windowsFromFirstRequest(second);
    const run = simulate({ trips: atOnce(250, 10), counter, say: truthOf(second) });
    expect(run).toMatchObject({ unserved: 0, refused: 0 });
    expect(run.endedAt).toBeLessThanOrEqual(1.15 * 4_000);
  });

  it("where the limit holds in any window", () => {
    const counter = slidingWindow(second);
    const run = simulate({ trips: atOnce(150, 10), counter, say: truthOf(second) });
    expect(run.unserved).toBe(0);
    expect(run.refused).toBeLessThanOrEqual(5);
  });

  it.each([
    ["raised", 20, 200],
    ["lowered", 200, 20],
  ])("where the limit is %s under way", (_, before, after) => {
    const [first, then] = [before, after].map((limit) => ({ limit, intervalMs: 1000 }));
    const counts = [first, then].map((budget) => fixedWindows(budget ?? second));
    const isLater = (now: number) => (now < 1500 ? 0 : 1);
    let latest = 0;
    const run = simulate({
      trips: atOnce(400, 10),
      counter(now) {
        latest = isLater(now);
        return counts[latest]?.(now) ?? -1;
      },
      say: (remaining) => truthOf((latest === 0 ? first : then) ?? second)(remaining),
    });
    expect(run.unserved).toBe(0);
    expect(run.refused).toBeLessThanOrEqual(5);
  });

  it("where answers come late and out of order", () => {
    const trips = Array.from(
      { length: 200 },
      (_, i): Trip => ({
        at: 0,
        upMs: (i * 37) % 200,
        downMs: (i * 61) % 300,
      }),
    );
    const run = simulate({ trips, counter: fixedWindows(second, 333), say: truthOf(second) });
    expect(run).toMatchObject({ unserved: 0, refused: 0 });
  });

  it("where one answer in between says nothing", () => {
    let count = 0;
    const say = (remaining: number) => (++count % 7 === 0 ? undefined : { ...second, remaining });
    const counter = fixedWindows(second, 250);
    expect(simulate({ trips: atOnce(200, 20), counter, say })).toMatchObject({
      unserved: 0,
      refused: 0,
    });
  });
});

describe("what no server can mean", () => {
  it.each<[string, Partial<RateLimit>]>([
    ["a limit of 0", { limit: 0, remaining: 40, intervalMs: 1000 }],
    ["windows of 0 ms", { limit: 50, remaining: 40, intervalMs: 0 }],
    ["windows of a year", { limit: 50, remaining: 0, intervalMs: 365 * 86_400_000 }],
    ["more left than there is", { limit: 50, remaining: 10 ** 15, intervalMs: 1000 }],
    ["nothing left of nothing", { limit: 0, remaining: 0, intervalMs: 0 }],
  ])("keeps nobody waiting for good, and opens no flood: %s", (_, figures) => {
    const budget = createBudget(undefined);
    budget.learn(0, news(figures), budget.take(0));
    expect(budget.room(1).free).toBeLessThanOrEqual(100);
    expect(budget.room(10_001).free).toBeGreaterThan(0);
  });

  it("changes no limit: one of 0", () => {
    const budget = createBudget(undefined);
    budget.learn(0, news({ limit: 0, remaining: 40 }), budget.take(0));
    expect(budget.room(1).free).toBe(40);
  });

  it("shuts nobody out for longer than a day", () => {
    const budget = createBudget(undefined);
    const refusal = { status: 429, rateLimit: undefined, retryAfterMs: 10 ** 15 };
    budget.learn(0, refusal, budget.take(0));
    expect(budget.closure(86_399_999)).toBeDefined();
    expect(budget.closure(86_400_000)).toBeUndefined();
    expect(budget.room(86_400_000).free).toBe(1);
    expect(budget.isIdle(86_400_001)).toBe(true);
  });
});

describe("a budget of a day that is spent", () => {
  it("closes for the day by its 429, and lets one see whether it is there again", () => {
    const budget = createBudget(undefined);
    const places = Array.from({ length: 5 }, () => budget.take(0));
    for (const place of places) budget.learn(10, news({ dailyRemaining: 0 }, 429), place);
    expect(budget.closure(11)).toMatchObject({ isForTheDay: true, until: 10_010 });
    expect(budget.room(11)).toEqual({ free: 0, at: 10_010 });
    expect(budget.room(10_010).free).toBe(1);
  });

  it("counts where less is left of it than of the window", () => {
    const budget = createBudget(undefined);
    budget.learn(0, news({ ...second, remaining: 40, dailyRemaining: 3 }), budget.take(0));
    expect(budget.room(1).free).toBe(3);
  });
});

describe("a refusal that comes late, after one that has closed the budget,", () => {
  /** A budget that one of its requests has closed until 10 010, while another is under way. */
  function closedBudget() {
    const budget = createBudget(undefined);
    const [first, late] = [budget.take(0), budget.take(0)];
    budget.learn(10, news(undefined, 429), first);
    return { budget, late };
  }

  it.each<[string, Partial<BudgetNews>, object]>([
    ["changes nothing where it says nothing", {}, { until: 10_010, isForTheDay: false }],
    ["counts where it names a longer wait", { retryAfterMs: 60_000 }, { until: 65_000 }],
    ["does not shorten the wait", { retryAfterMs: 1_000 }, { until: 10_010 }],
    [
      "counts where it says that the day's budget is spent",
      { rateLimit: said({ dailyRemaining: 0 }) },
      { isForTheDay: true },
    ],
  ])("%s", (_, more, closure) => {
    const { budget, late } = closedBudget();
    budget.learn(5_000, { ...news(undefined, 429), ...more }, late);
    expect(budget.closure(5_000)).toMatchObject(closure);
  });
});

describe("a wait that a refusal names", () => {
  const refusal: BudgetNews = { ...news(undefined, 429), retryAfterMs: 100 };

  /** A budget whose refusal named a wait of 100 ms, and what came of the request that went to see. */
  function afterWait(status: number) {
    const budget = createBudget(undefined);
    budget.learn(0, refusal, budget.take(0));
    expect(budget.closure(99)).toBeDefined();
    expect(budget.closure(100)).toBeUndefined();
    budget.learn(110, status === 429 ? refusal : news(undefined, status), budget.take(100));
    return budget;
  }

  it("is not believed again where it proved too short: a window has to pass", () => {
    expect(afterWait(429).closure(110)).toMatchObject({ until: 10_110 });
  });

  it.each([
    ["is believed again once a request was let through", 201, 300],
    ["is not believed again where no answer came meanwhile", 0, 10_200],
  ])("%s", (_, status, until) => {
    const budget = afterWait(status);
    budget.learn(200, refusal, budget.take(190));
    expect(budget.closure(200)).toMatchObject({ until });
  });
});

describe("a window's length", () => {
  it.each([
    ["is HighLevel's 10 s at first", undefined, 10_000],
    ["is what an answer says, up to an hour", 3_600_000, 3_600_000],
    ["is not believed to be more than an hour", 3_600_001, 10_000],
  ])("%s", (_, intervalMs, expected) => {
    const budget = createBudget(undefined);
    budget.learn(0, news({ intervalMs, remaining: 1 }), budget.take(0));
    expect(budget.intervalMs()).toBe(expected);
  });

  it("is the bound's where there is a bound", () => {
    const budget = createBudget({ limit: 2, intervalMs: 500 });
    budget.learn(0, news({ ...second, remaining: 1 }), budget.take(0));
    expect(budget.intervalMs()).toBe(500);
  });
});

describe("the time until those ahead are let through", () => {
  it("is a window for each whole limit of them", () => {
    const budget = createBudget(undefined);
    expect([0, 99, 100, 250].map(budget.passMs)).toEqual([0, 0, 10_000, 20_000]);
  });

  it("is the longer of the two waits, although the other is the slower pace", () => {
    const budget = createBudget({ limit: 1, intervalMs: 100 });
    const told = { limit: 50, remaining: 49, intervalMs: 10_000 };
    budget.learn(0, news(told), budget.take(0));
    expect([10, 50].map(budget.passMs)).toEqual([1_000, 10_000]);
  });

  it.each<[string, Budget, number]>([
    ["the bound", { limit: 1, intervalMs: 1_000 }, 100_000],
    ["the server", { limit: 1_000, intervalMs: 1_000 }, 2_000],
  ])("goes by the slower one: %s", (_, bound, expected) => {
    const budget = createBudget(bound);
    budget.learn(0, news({ ...second, remaining: 49 }), budget.take(0));
    expect(budget.passMs(100)).toBe(expected);
  });
});

describe("room", () => {
  it("always comes back, whatever becomes of requests", () => {
    const fate = fc.constantFrom("answered", "silent", "refused", "unanswered", "unsent", "lost");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fate, ms(2000), ms(60)), { maxLength: 300, size: "max" }),
        (fates) => {
          const budget = createBudget(undefined);
          let now = 0;
          for (const [fate, passesMs, remaining] of fates) {
            now += passesMs;
            if (budget.room(now).free === 0) continue;
            const place = budget.take(now);
            if (fate === "answered") budget.learn(now, news({ ...second, remaining }), place);
            if (fate === "silent") budget.learn(now, news(undefined), place);
            if (fate === "refused") budget.learn(now, news(undefined, 429), place);
            if (fate === "unanswered") budget.learn(now, news(undefined, 0), place);
            if (fate === "unsent") budget.learn(now, undefined, place);
          }
          now += 60_000;
          expect(budget.room(now).free).toBeGreaterThan(0);
          now += 10_201;
          expect(budget.isIdle(now)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("of a bound is never more than the bound, whatever a server allows", () => {
    const bound = { limit: 10, intervalMs: 1000 };
    const budget = { limit: 1000, intervalMs: 1000 };
    const { servedAt } = simulate({
      trips: atOnce(60, 0),
      counter: fixedWindows(budget),
      say: truthOf(budget),
      bound,
    });
    for (const start of servedAt) {
      const within = servedAt.filter((at) => at >= start && at < start + bound.intervalMs);
      expect(within.length).toBeLessThanOrEqual(bound.limit);
    }
  });

  it("of a place that nothing was sent for is there again at once", () => {
    const budget = createBudget({ limit: 1, intervalMs: 1000 });
    budget.learn(0, undefined, budget.take(0));
    expect(budget.room(0).free).toBe(1);
  });

  it("of a long bound is not idle before the bound's window is over, whatever the server's", () => {
    const budget = createBudget({ limit: 1, intervalMs: 60_000 });
    const told = { limit: 100, remaining: 99, intervalMs: 1_000 };
    budget.learn(0, news(told), budget.take(0));
    expect(budget.isIdle(59_000)).toBe(false);
    expect(budget.isIdle(62_000)).toBe(true);
  });

  it("goes by the server's count alone where answers tell of it", () => {
    const budget = createBudget(undefined);
    const window = { limit: 2, intervalMs: 1000 };
    budget.learn(0, news({ ...window, remaining: 1 }), budget.take(0));
    budget.learn(960, news({ ...window, remaining: 0 }), budget.take(950));
    expect(budget.room(999)).toEqual({ free: 0, at: 1_000 });
    expect(budget.room(1_000).free).toBe(1); // by our own count the limit is used up until 1020
  });

  it("of a bound is counted over the bound's window, however short the server's is", () => {
    const budget = createBudget({ limit: 2, intervalMs: 10_000 });
    for (const now of [0, 2_000])
      budget.learn(now, news({ ...second, remaining: 40 }), budget.take(now));
    expect(budget.room(2_001)).toEqual({ free: 0, at: 10_200 });
  });

  it("is for no more than the limit in any window where no request is answered", () => {
    const budget = createBudget(undefined);
    for (let i = 0; i < 100; i++) budget.learn(0, news(undefined, 0), budget.take(0));
    expect(budget.room(1)).toEqual({ free: 0, at: 10_200 });
  });

  it("of a place that was not answered is not: the server may have counted it", () => {
    const budget = createBudget(undefined);
    budget.learn(0, news({ ...second, remaining: 3 }), budget.take(0));
    budget.learn(1, news(undefined, 0), budget.take(1));
    expect(budget.room(2).free).toBe(2);
  });
});

it("a 429 that names no wait at all lets no more go than one, however many are under way", () => {
  const budget = createBudget(undefined);
  const [first, ...others] = Array.from({ length: 10 }, () => budget.take(0));
  const refusal: BudgetNews = { ...news({}, 429), retryAfterMs: 0 };
  if (first !== undefined) budget.learn(1, refusal, first);
  budget.take(2); // to see
  for (const place of others) budget.learn(3, refusal, place);
  expect(budget.room(3).free).toBe(0);
});
