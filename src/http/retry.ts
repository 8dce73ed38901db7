import type { BudgetNews } from "./budget.js";
import { tooManyRequests } from "./documented.js";
import { ConnectionError, HighLevelError } from "./errors.js";
import { isLasting } from "./network-failure.js";
import { isDaySpent } from "./rate-limit.js";

/** What an attempt came to. */
export type Outcome = BudgetNews | HighLevelError;

/** What of a call decides about sending again. */
export interface RetryLimits {
  /** How often a call may be sent again. */
  readonly maxRetries: number;
  /** The longest wait before sending again, in milliseconds. */
  readonly maxWaitMs: number;
  /** Whether a limiter that knows how much is left of a window sees to it that no wait is longer. */
  readonly keepsWaits?: boolean;
}

const firstBackoffMs = 500;

/**
 * Whether to send again, and after how many milliseconds: undefined means never.
 *
 * Only what provably created nothing is sent again: a 429 whose daily budget is not spent, and a
 * request that never reached the API. A wait that the API names gets up to a quarter of jitter, so
 * that many who wait do not return as one; one that is longer than `maxWaitMs` is not waited for. A
 * wait of our own is exponential backoff with full jitter.
 *
 * @param retries - How often this call has been sent again already.
 * @param random - From 0 up to 1, exclusive.
 */
export function retryDelayMs(
  outcome: Outcome,
  retries: number,
  { maxRetries, maxWaitMs, keepsWaits }: RetryLimits,
  random = Math.random(),
): number | undefined {
  if (retries >= maxRetries) return undefined;
  let namedMs: number | undefined;
  if (outcome instanceof HighLevelError) {
    if (!(outcome instanceof ConnectionError) || outcome.mayHaveCreated) return undefined;
    if (isLasting(outcome.cause)) return undefined;
  } else {
    if (outcome.status !== tooManyRequests) return undefined;
    if (isDaySpent(outcome.rateLimit)) return undefined;
    namedMs = outcome.retryAfterMs ?? (keepsWaits ? undefined : outcome.rateLimit?.intervalMs);
    if (namedMs !== undefined && namedMs > maxWaitMs) return undefined;
  }
  const ownMs = random * firstBackoffMs * 2 ** Math.min(retries, 10);
  return namedMs === undefined ? Math.min(ownMs, maxWaitMs) : namedMs * (1 + random / 4);
}
