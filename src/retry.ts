import { isDaySpent, pauseMsIn } from "./rate-limit.js";

/** The outcome of an attempt: a response, or a connection error. */
type Outcome =
  | { readonly status: number; readonly headers: Headers }
  | { readonly mayHaveCreated: boolean };

const firstBackoffMs = 500;

/**
 * How many milliseconds to wait before sending again; undefined if the request must not be sent again.
 *
 * A 429 is retried after the wait that it asks for, unless that exceeds `maxWaitMs` or the day's budget is
 * spent; a request that was never sent, after exponential backoff with full jitter. A limiter that holds
 * refused calls decides about a 429 itself.
 *
 * @param retries - How often this call has been sent again already.
 * @param random - From 0 up to 1, exclusive.
 */
export function retryDelayMs(
  outcome: Outcome,
  maxWaitMs: number,
  retries: number,
  random = Math.random(),
): number | undefined {
  if ("mayHaveCreated" in outcome) {
    if (outcome.mayHaveCreated) return undefined;
    return Math.min(random * firstBackoffMs * 2 ** retries, maxWaitMs);
  }
  if (outcome.status !== 429 || isDaySpent(outcome.headers)) return undefined;
  const pauseMs = pauseMsIn(outcome);
  return pauseMs > maxWaitMs ? undefined : pauseMs;
}
