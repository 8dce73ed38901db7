// One budget for many processes, kept in Redis by rate-limiter-flexible.
//
//   createClient({ locationId, token, limiter: sharedBudget(new Redis()) });
//
// It needs rate-limiter-flexible, and ioredis.

import { setTimeout } from "node:timers/promises";
import type { Limiter } from "highlevel-product-collections";
import { RateLimiterRedis, type RateLimiterRes } from "rate-limiter-flexible";

/**
 * A limiter for every process that is given the same Redis: 8 requests in a second for each location.
 *
 * Not 100 in 10 s: HighLevel's windows begin at other times, and two bursts of 100 could fall into one.
 * Of 8 in a second at most 96 arrive in 10 s, even if some take a second longer than others.
 *
 * @param redis - A client of ioredis.
 */
export function sharedBudget(redis: unknown): Limiter {
  const keyPrefix = "highlevel-product-collections";
  const budget = new RateLimiterRedis({ storeClient: redis, keyPrefix, points: 8, duration: 1 });
  const lastInLine = new Map<string, Promise<void>>(); // the call of this process that waits last

  /** Takes one from the budget and returns 0, or returns how long to wait. */
  async function take(key: string): Promise<number> {
    return budget.consume(key).then(
      () => 0,
      (reason: Error | RateLimiterRes) => {
        if (reason instanceof Error) throw reason; // Redis failed
        return Math.max(1, reason.msBeforeNext);
      },
    );
  }

  /** Waits behind the calls that wait already. An aborted call takes nothing from the budget. */
  async function wait(key: string, before?: Promise<void>, signal?: AbortSignal): Promise<void> {
    await before;
    signal?.throwIfAborted();
    for (let ms = await take(key); ms > 0; ms = await take(key)) {
      await setTimeout(ms, undefined, signal && { signal });
    }
  }

  return async (key, send, { signal, onWait }) => {
    const waitMs = lastInLine.has(key) ? undefined : await take(key);
    if (waitMs === 0) return send();
    onWait?.(waitMs);
    const turn = wait(key, lastInLine.get(key), signal);
    const end = turn
      .catch(() => {})
      .then(() => {
        if (lastInLine.get(key) === end) lastInLine.delete(key);
      });
    lastInLine.set(key, end);
    await turn;
    return send();
  };
}
