import { check, checkMs } from "./check.js";
import { longestTimerMs, onAbort } from "./wait.js";

/**
 * Where a call waits until its location's budget has room for it. A `RateLimiterQueue` of
 * rate-limiter-flexible is one.
 */
export interface RateLimiter {
  /** Resolves when `tokens` more requests may be sent for `key`, the location id. */
  removeTokens(tokens: number, key: string): Promise<unknown>;
  /**
   * Resolves when one more request may be sent for `key`, and frees the place in the queue when the
   * signal aborts. Asked in place of `removeTokens` where there is one; where there is none, an
   * aborted call ends as soon, but leaves its place taken.
   */
  waitForPlace?(key: string, signal: AbortSignal | undefined): Promise<unknown>;
}

/** The budget that a limiter keeps. */
export interface Budget {
  /** Requests in any window. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly intervalMs: number;
}

/**
 * HighLevel's budget of an app in a location.
 *
 * @see HighLevel's rate-limit documentation: 100 requests in 10 seconds.
 */
export const highLevelBudget: Budget = { limit: 100, intervalMs: 10_000 };

/**
 * Makes a limiter for the calls of this process: at most `limit` requests for a key in *any* window
 * of `intervalMs` milliseconds, first come, first served.
 *
 * One timer serves all who wait: on Cloudflare Workers, where a timer belongs to one request, make the
 * client in the handler or pass `limiter: false`.
 *
 * @throws TypeError where a figure is no number above 0, `limit` no whole one, or `intervalMs` more
 * than a timer takes (24 days).
 */
export function createLimiter({
  limit,
  intervalMs,
}: Budget = highLevelBudget): Required<RateLimiter> {
  check(Number.isInteger(limit) && limit > 0, "createLimiter: `limit`", "a whole number from 1 up");
  checkMs(intervalMs, "createLimiter: `intervalMs`");
  const windows = new Map<string, ReturnType<typeof createWindow>>();
  const waitForPlace = (key: string, signal: AbortSignal | undefined): Promise<void> => {
    const window = windows.get(key) ?? createWindow(limit, intervalMs);
    windows.set(key, window);
    return window(signal);
  };
  return {
    waitForPlace,
    async removeTokens(tokens, key) {
      for (let taken = 0; taken < tokens; taken++) await waitForPlace(key, undefined);
    },
  };
}

/**
 * What is sent a window apart may arrive less than a window apart, and a server that counts in windows
 * of its own would refuse it. So places come a fiftieth of a window later than they might, and those
 * who had to wait are spread over a quarter of it: the first burst is slow to connect, the next is not.
 */
const slack = 1.02;
const spread = 0.25;

/** Makes the function that waits for a place in one window. */
function createWindow(limit: number, intervalMs: number) {
  /** When the last `limit` places were given, oldest first. */
  const given: number[] = [];
  /** Those who wait, in order. */
  const waiting = new Set<() => void>();
  /** When the place given last was due: later than planned is not later for all that follow. */
  let lastDue = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Gives places to those who wait, as far as there are any, and comes back for the others. */
  function serve(isComingBack: boolean): void {
    timer = undefined;
    for (const enter of waiting) {
      const now = performance.now();
      const oldest = given.at(-limit);
      const free = oldest === undefined ? now : oldest + intervalMs * slack;
      const due = Math.max(free, isComingBack ? lastDue + (intervalMs / limit) * spread : now);
      if (due > now) {
        timer = setTimeout(serve, Math.min(Math.ceil(due - now), longestTimerMs), true);
        return;
      }
      waiting.delete(enter);
      if (given.push(now) > limit) given.shift();
      lastDue = due;
      enter();
    }
  }

  return (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const off = onAbort(signal, () => {
        off();
        waiting.delete(enter);
        if (waiting.size === 0) {
          clearTimeout(timer);
          timer = undefined;
        }
        reject(signal?.reason);
      });
      const enter = () => {
        off();
        resolve();
      };
      waiting.add(enter);
      if (timer === undefined) serve(false);
    });
}
