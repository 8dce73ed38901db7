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
      { numRuns: Number(process.env.RUNS ?? 200) },
    );
  });
});
