// Servers in simulated time, for what would take minutes on real ones: they count requests when those
// arrive, on vitest's clock.

import { onTestFinished, vi } from "vitest";
import type { Budget, LimitedResponse } from "../limiter.js";

/** Puts a clock in place, for the time of a test, that moves only when it is told to. */
export function setClock(): void {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Lets everything happen that waits for no timer. */
export function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Moves the clock on. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await microtasks();
}

/** Moves the clock from timer to timer until none is left, and gives what the promises came to. */
export async function settled<T>(promises: readonly Promise<T>[]) {
  const outcomes = Promise.allSettled(promises);
  await microtasks();
  while (vi.getTimerCount() > 0) {
    vi.advanceTimersToNextTimer();
    await microtasks();
  }
  return Promise.race([outcomes, Promise.reject(new Error("One hangs: no timer is left."))]);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Counts a request that arrives now, and says what is left after it; -1 is a refusal. */
type Counter = (budget: Budget) => number;

/** The window that ends now, wherever it begins. */
export function slidingWindow(): Counter {
  let counted: number[] = [];
  return ({ limit, intervalMs }) => {
    const now = performance.now();
    counted = counted.filter((at) => at > now - intervalMs);
    return counted.length < limit ? limit - counted.push(now) : -1;
  };
}

/** Windows that follow each other, of which one begins at `phaseMs`. */
export function fixedWindows(phaseMs: number): Counter {
  return countedPer(({ intervalMs }) => Math.floor((performance.now() - phaseMs) / intervalMs));
}

/** Windows of which each begins with the first request after the one before. */
export function windowsFromFirstRequest(): Counter {
  let startedAt = Number.NEGATIVE_INFINITY;
  return countedPer(({ intervalMs }) => {
    const now = performance.now();
    if (now >= startedAt + intervalMs) startedAt = now;
    return startedAt;
  });
}

function countedPer(currentWindow: (budget: Budget) => number): Counter {
  let window = Number.NaN;
  let count = 0;
  return (budget) => {
    const current = currentWindow(budget);
    if (current !== window) count = 0;
    window = current;
    return count < budget.limit ? budget.limit - ++count : -1; // a refused request is not counted
  };
}

/** What a server is; a test may change it under way. */
export interface SimulatedServer {
  budget: Budget;
  /** Default: {@link slidingWindow}. */
  counter?: Counter;
  /** The headers of its responses. Default: {@link rateLimitHeaders}. */
  headers?: (remaining: number, budget: Budget) => Record<string, string>;
  /** How long a request is under way, in each direction. Default: 10 ms. */
  latencyMs?: () => number;
  /** Whether a response gets lost: `send` rejects, although the request was counted. Default: never. */
  isLost?: () => boolean;
}

/** What HighLevel says of a budget. */
export function rateLimitHeaders(remaining: number, { limit, intervalMs }: Budget) {
  return {
    "X-RateLimit-Max": String(limit),
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Interval-Milliseconds": String(intervalMs),
  };
}

/** A server that responds with 201, or with 429 where its budget is spent. */
export function simulatedServer(server: SimulatedServer) {
  const { counter = slidingWindow() } = server;
  /** When requests arrived. */
  const arrivals: number[] = [];
  /** The statuses of their responses, whether or not they got lost. */
  const statuses: number[] = [];
  return {
    arrivals,
    statuses,
    async send(): Promise<LimitedResponse> {
      const { headers = rateLimitHeaders, latencyMs = () => 10 } = server;
      await sleep(latencyMs());
      arrivals.push(performance.now());
      const remaining = counter(server.budget);
      const status = remaining < 0 ? 429 : 201;
      statuses.push(status);
      const response = {
        status,
        headers: new Headers(headers(Math.max(remaining, 0), server.budget)),
      };
      await sleep(latencyMs());
      if (server.isLost?.()) throw new Error("lost");
      return response;
    },
    /** Another consumer's requests: so many, spread over each of a number of intervals. */
    async eat(count: number, intervals: number): Promise<void> {
      const { budget } = server;
      const startedAt = performance.now();
      for (let i = 0; i < count * intervals; i++) {
        await sleep(startedAt + (i * budget.intervalMs) / count - performance.now());
        counter(budget);
      }
    },
  };
}

/** A server that responds when the test says so. */
export function heldServer() {
  /** Its requests, in the order in which they were sent. */
  const sent: { answer(status: number, headers?: HeadersInit): Promise<void> }[] = [];
  return {
    sent,
    send: () =>
      new Promise<LimitedResponse>((resolve) => {
        sent.push({
          answer(status, headers) {
            resolve({ status, headers: new Headers(headers) });
            return microtasks();
          },
        });
      }),
    async answerAll(status: number, headers?: HeadersInit) {
      await Promise.all(sent.map(({ answer }) => answer(status, headers)));
    },
  };
}

/** The most that arrived in any window of `intervalMs`. */
export function mostInAnyWindow(arrivals: readonly number[], intervalMs: number): number {
  const inWindowFrom = (start: number) =>
    arrivals.filter((at) => at >= start && at < start + intervalMs).length;
  return Math.max(0, ...arrivals.map(inWindowFrom));
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
