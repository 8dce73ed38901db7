import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Counter,
  fixedWindows,
  slidingWindow,
  windowsFromFirstRequest,
} from "../../contract-tests/support/counters.js";
import { type Budget, type BudgetNews, createBudget, type Place } from "./budget.js";
import type { RateLimit } from "./rate-limit.js";

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

describe("against any server, every request is carried out in the end", () => {
  const budget = { limit: 10, intervalMs: 100 };
  const truth = (remaining: number) => ({ ...budget, remaining });

  it.each<[string, () => Counter]>([
    ["fixed windows", () => fixedWindows(budget, 37)],
    ["sliding windows", () => slidingWindow(budget)],
    ["windows that begin with the first request", () => windowsFromFirstRequest(budget)],
  ])("that counts in %s", (_, makeCounter) => {
    fc.assert(
      fc.property(tripsWithin(budget.intervalMs), (trips) => {
        expect(simulate({ trips, counter: makeCounter(), say: truth }).unserved).toBe(0);
      }),
    );
  });

  it("whose budget others use as well, at any time", () => {
    fc.assert(
      fc.property(tripsWithin(100), fc.array(ms(800), { maxLength: 60 }), (trips, others) => {
        const counter = fixedWindows(budget, 0);
        expect(simulate({ trips, counter, say: truth, others }).unserved).toBe(0);
      }),
    );
  });

  it.each<[string, Partial<RateLimit> | undefined]>([
    ["nothing", undefined],
    ["a limit of 0", { limit: 0, remaining: 0, intervalMs: 0 }],
    ["a window of no length", { limit: 10, remaining: 5, intervalMs: 0 }],
    ["a huge window", { limit: 10, remaining: 5, intervalMs: 10 ** 15 - 1 }],
    ["more left than allowed", { limit: 10, remaining: 10 ** 15 - 1, intervalMs: 100 }],
    ["only what is left", { remaining: 3 }],
    ["only the limit", { limit: 1 }],
  ])("that says %s", (_, figures) => {
    const trips = Array.from({ length: 30 }, () => ({ at: 0, upMs: 5, downMs: 5 }));
    const { unserved } = simulate({
      trips,
      counter: fixedWindows({ limit: 1_000, intervalMs: 100 }, 0),
      say: () => figures,
    });
    expect(unserved).toBe(0);
  });
});

describe("what the server says is used", () => {
  /** How long it takes to send so many at once against fixed windows. */
  function takes(count: number, counted: Budget, bound?: Budget): number {
    const trips = Array.from({ length: count }, () => ({ at: 0, upMs: 5, downMs: 5 }));
    const say = (remaining: number) => ({ ...counted, remaining });
    const { endedAt, refused } = simulate({ trips, counter: fixedWindows(counted, 0), say, bound });
    expect(refused).toBe(0);
    return endedAt;
  }

  it("where it allows more than HighLevel documents", () => {
    expect(takes(1_000, { limit: 500, intervalMs: 1_000 })).toBeLessThan(1_200);
  });

  it("where it allows less", () => {
    const endedAt = takes(200, { limit: 20, intervalMs: 1_000 });
    expect(endedAt).toBeGreaterThan(9_000);
    expect(endedAt).toBeLessThan(9_500);
  });

  it("up to a bound of the caller's", () => {
    const bound = { limit: 10, intervalMs: 1_000 };
    expect(takes(30, { limit: 500, intervalMs: 1_000 }, bound)).toBeGreaterThan(2_000);
  });
});

describe("a budget of which nothing is used", () => {
  it("is idle a window after the last answer, and not before", () => {
    const budget = createBudget(undefined);
    const place = budget.take(0);
    budget.learn(10, news({ limit: 100, remaining: 99, intervalMs: 1_000 }), place);
    expect(budget.isIdle(1_000)).toBe(false);
    expect(budget.isIdle(1_100)).toBe(true);
  });

  it("is not idle while a request is under way, unless it is lost", () => {
    const budget = createBudget({ limit: 1, intervalMs: 10 });
    budget.take(0);
    expect(budget.isIdle(50_000)).toBe(false);
    expect(budget.isIdle(60_001)).toBe(true);
  });
});

describe("a 429", () => {
  const full = { limit: 10, remaining: 0, intervalMs: 1_000 };

  it("closes the budget for the window that it names, and then one request goes ahead", () => {
    const budget = createBudget(undefined);
    budget.learn(100, news(full, 429), budget.take(0));
    expect(budget.room(1_099)).toEqual({ free: 0, at: 1_100 });
    expect(budget.room(1_100).free).toBe(1);
  });

  it("closes it for as long as Retry-After says, if it does", () => {
    const budget = createBudget(undefined);
    budget.learn(100, { ...news(full, 429), retryAfterMs: 5_000 }, budget.take(0));
    expect(budget.room(5_099).free).toBe(0);
    expect(budget.room(5_100).free).toBe(1);
  });

  it("that says that the day is spent is told apart", () => {
    const budget = createBudget(undefined);
    budget.learn(0, news({ ...full, dailyRemaining: 0 }, 429), budget.take(0));
    expect(budget.closure(500)).toMatchObject({ isForTheDay: true, news: { status: 429 } });
    expect(budget.closure(1_001)).toBeUndefined();
  });
});
