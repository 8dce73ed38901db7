import { check } from "./check.js";

/**
 * Where a call waits until its location's budget has room for it. A `RateLimiterQueue` of
 * rate-limiter-flexible is one.
 */
export interface RateLimiter {
  /**
   * Resolves when `tokens` more requests may be sent for `key`, the location id.
   *
   * A limiter that knows `signal` frees the place of a call that is aborted. One that does not is as
   * good: the call itself ends at once either way.
   */
  removeTokens(tokens: number, key: string, signal?: AbortSignal): Promise<unknown>;
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
 * Calls that had to wait are spread over the window, because a burst at its edge is what a server
 * with windows of its own would refuse.
 *
 * @throws TypeError where a figure is no positive number, or `limit` no whole one.
 */
export function createLimiter({ limit, intervalMs }: Budget = highLevelBudget): RateLimiter {
  check(Number.isInteger(limit) && limit > 0, "createLimiter: `limit`", "a whole number above 0");
  check(
    Number.isFinite(intervalMs) && intervalMs > 0,
    "createLimiter: `intervalMs`",
    "a number of milliseconds above 0",
  );
  const windows = new Map<string, ReturnType<typeof createWindow>>();
  return {
    async removeTokens(tokens, key, signal) {
      const window = windows.get(key) ?? createWindow(limit, intervalMs);
      windows.set(key, window);
      for (let taken = 0; taken < tokens; taken++) await window.place(signal);
    },
  };
}

function createWindow(limit: number, intervalMs: number) {
  /** When the last `limit` places were given, oldest first. */
  const given: number[] = [];
  /** Those who wait, in order. */
  const waiting = new Set<() => void>();
  /** When the place given last was due: later than planned is not later for all that follow. */
  let lastDue = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const free = () => (given.length < limit ? 0 : (given[0] ?? 0) + intervalMs);

  function give(now: number, due: number): void {
    if (given.length === limit) given.shift();
    given.push(now);
    lastDue = due;
  }

  function serve(): void {
    timer = undefined;
    for (const resolve of waiting) {
      const now = performance.now();
      const due = Math.max(free(), lastDue + intervalMs / limit);
      if (due > now) {
        timer = setTimeout(serve, Math.ceil(due - now));
        return;
      }
      waiting.delete(resolve);
      give(now, due);
      resolve();
    }
  }

  return {
    /** Resolves when there is a place; an abort gives up the place in the queue. */
    place(signal?: AbortSignal): Promise<void> {
      signal?.throwIfAborted();
      const now = performance.now();
      if (waiting.size === 0 && free() <= now) {
        give(now, now);
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(enter);
          if (waiting.size === 0) {
            clearTimeout(timer);
            timer = undefined;
          }
          reject(signal?.reason);
        };
        const enter = () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        };
        signal?.addEventListener("abort", leave, { once: true });
        waiting.add(enter);
        if (timer === undefined) serve();
      });
    },
  };
}
