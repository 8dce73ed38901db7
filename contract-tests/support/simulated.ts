// A server in simulated time, given to clients as their `fetch`, for what would take minutes on a
// real one. The clock is vitest's: a test that uses it fakes timers first.

import { onTestFinished, vi } from "vitest";
import type { Budget, Fetch } from "../../src/index.js";
import type { Counter } from "./counters.js";
import { created } from "./servers.js";

/** Puts a clock in place that stands still until the test, or {@link finished}, moves it. */
export function fakeClock(): void {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"], loopLimit: 1_000_000 });
  onTestFinished(() => void vi.useRealTimers());
}

/** What all of the promises came to, and how long that took on the faked clock. */
export async function finished<T>(promises: readonly Promise<T>[]) {
  const startedAt = performance.now();
  let tookMs = Number.NaN;
  const all = Promise.allSettled(promises).finally(() => {
    tookMs = performance.now() - startedAt;
  });
  await vi.runAllTimersAsync();
  return { outcomes: await all, tookMs };
}

export interface SimulatedServer {
  readonly counter: Counter;
  /** The headers of an answer after which so many are left; none by default. */
  readonly headers?: (remaining: number) => Record<string, string>;
  /** How long a request is under way, there and back. Default: 10 ms. */
  readonly latencyMs?: () => number;
}

/** What HighLevel says of a budget. */
export const rateLimitHeaders = ({ limit, intervalMs }: Budget) => {
  return (remaining: number) => ({
    "X-RateLimit-Max": String(limit),
    "X-RateLimit-Remaining": String(remaining),
    "X-RateLimit-Interval-Milliseconds": String(intervalMs),
  });
};

/** A server that answers 201, or 429 where its budget is spent, and keeps both on record. */
export function simulatedServer({
  counter,
  headers = () => ({}),
  latencyMs = () => 10,
}: SimulatedServer) {
  const created201: number[] = [];
  const refused: number[] = [];
  const fetch: Fetch = async () => {
    const half = latencyMs() / 2;
    await passes(half);
    const now = performance.now();
    const left = counter(now);
    (left < 0 ? refused : created201).push(now);
    await passes(half);
    const init = { headers: headers(Math.max(left, 0)) };
    return left < 0
      ? new Response("{}", { status: 429, ...init })
      : new Response(JSON.stringify(created), { status: 201, ...init });
  };
  /** Another consumer's requests: so many in every window, spread over it, for a number of windows. */
  function eat(count: number, { intervalMs }: Budget, windows: number): void {
    for (let i = 0; i < count * windows; i++) {
      setTimeout(() => void counter(performance.now()), (i * intervalMs) / count);
    }
  }
  return { fetch, created: created201, refused, eat };
}

function passes(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let it = Math.imul(state ^ (state >>> 15), 1 | state);
    it = (it + Math.imul(it ^ (it >>> 7), 61 | it)) ^ it;
    return ((it ^ (it >>> 14)) >>> 0) / 2 ** 32;
  };
}
