// One budget for many processes, kept in Redis by rate-limiter-flexible.
//
//   createClient({ locationId, token, limiter: sharedBudget(new Redis()) });
//
// It needs rate-limiter-flexible, and ioredis.

import type { Limiter } from "highlevel-product-collections";
import { RateLimiterQueue, RateLimiterRedis } from "rate-limiter-flexible";

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
  const queue = new RateLimiterQueue(budget);
  return async (key, send) => {
    await queue.removeTokens(1, key);
    return send();
  };
}
