// One budget for many processes, kept in Redis by rate-limiter-flexible.
//
//   createClient({ locationId, token, limiter: sharedBudget(new Redis()) });
//
// It needs rate-limiter-flexible, and ioredis or redis.

import type { RateLimiter } from "highlevel-product-collections";
import { RateLimiterQueue, RateLimiterRedis } from "rate-limiter-flexible";

/**
 * A limiter for every process that is given the same Redis: 9 requests in a second for each location.
 *
 * Small slices, and not 100 in 10 s: the windows of a fleet and those of HighLevel do not begin at
 * the same time, and two bursts of 100 may fall into one of its windows.
 *
 * @param redis - A client of the package ioredis or redis.
 */
export function sharedBudget(redis: unknown): RateLimiter {
  const queue = new RateLimiterQueue(
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: "highlevel-product-collections",
      points: 9,
      duration: 1,
    }),
    { maxQueueSize: 100_000 },
  );
  return { waitForPlace: (key) => queue.removeTokens(1, key) };
}
