import type { Budget, BudgetNews } from "./budget.js";
import { check, checkMs } from "./check.js";
import { createQueue, isQueued, type Queue, type Turn } from "./queue.js";

/** Where a call waits until its location's budget has room for it. */
export interface RateLimiter {
  /**
   * Resolves when one more request may be sent for `key`: the location id, `@` and the server's
   * origin. What it resolves to comes back in `learn` as the place of that request.
   */
  waitForPlace(key: string, signal: AbortSignal | undefined, turn?: Turn): Promise<unknown>;
  /**
   * Told what came of each place: the answer, with a status of 0 where none came, or undefined where
   * nothing was sent. A limiter with this method keeps the waits after a 429 itself; for one without
   * it, each call waits on its own. What it is told has to count once it returns: a refused call asks
   * for its next place at once.
   */
  learn?(key: string, news: BudgetNews | undefined, place: unknown): void;
}

/** How often keys that have become idle are looked for, in milliseconds. */
const sweepEveryMs = 1_000;

/**
 * Makes a limiter for the calls of this process, first come, first served for each key.
 *
 * It learns from every answer: it gives no more than the server says is left, and a 429 closes it
 * until the window that the answer names has passed; then one request goes ahead to see, the refused
 * one first. Where answers say nothing of what is left, it keeps to the limit in *any* window.
 *
 * Its only timers are those of the calls that wait, each its own. It keeps nothing of a key that was
 * idle for a window.
 *
 * @param bound - No more than this, whatever the server allows. Default: no bound; HighLevel's 100
 * requests in 10 seconds until an answer says otherwise.
 * @throws TypeError unless `limit` is a positive integer, and `intervalMs` positive and at most what
 * a timer takes (24 days).
 */
export function createLimiter(bound?: Budget): Required<RateLimiter> {
  if (bound !== undefined) {
    const { limit, intervalMs } = bound;
    check(Number.isInteger(limit) && limit > 0, "createLimiter: `limit`", "a positive integer");
    checkMs(intervalMs, "createLimiter: `intervalMs`");
  }
  const queues = new Map<string, Queue>();
  let sweptAt = 0;

  function queueFor(key: string): Queue {
    const now = performance.now();
    if (now > sweptAt + sweepEveryMs) {
      sweptAt = now;
      for (const [other, queue] of queues) if (queue.isIdle(now)) queues.delete(other);
    }
    const queue = queues.get(key) ?? createQueue(bound);
    queues.set(key, queue);
    return queue;
  }

  return {
    waitForPlace: (key, signal, turn) => queueFor(key).waitForPlace(signal, turn),
    learn(key, news, place) {
      if (!isQueued(place)) return;
      // It may have been swept since, and another be in its place.
      const queue = queues.get(key) ?? place.queue;
      queues.set(key, queue);
      queue.learn(news, place);
    },
  };
}
