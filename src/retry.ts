import type { ErrorStatus } from "./contract.js";
import { ConnectionError } from "./errors.js";
import type { Answer } from "./exchange.js";

/** What an attempt came to. */
export type Outcome = ConnectionError | Omit<Answer, "text">;

const tooManyRequests = 429 satisfies ErrorStatus;
const longestMs = 30_000;
const firstBackoffMs = 500;

/**
 * Whether to send again, and after how many milliseconds: undefined means never.
 *
 * Only what provably created nothing is sent again: a 429 whose daily budget is not spent, and a
 * request that never reached the API. A wait that the API names gets up to a quarter of jitter, so
 * that many who wait do not return as one; a wait of our own is exponential with full jitter.
 *
 * @param retries - How often this call has been sent again already.
 * @param random - From 0 up to 1, exclusive.
 * @param now - The time in milliseconds since the epoch.
 * @see RFC 9110, 10.2.3 for `Retry-After`.
 */
export function retryDelayMs(
  outcome: Outcome,
  retries: number,
  random = Math.random(),
  now = Date.now(),
): number | undefined {
  if (!createdNothing(outcome)) return undefined;
  const named = outcome instanceof ConnectionError ? undefined : namedWaitMs(outcome, now);
  const delayMs =
    named === undefined ? random * firstBackoffMs * 2 ** retries : named * (1 + random / 4);
  return Math.min(delayMs, longestMs);
}

function createdNothing(outcome: Outcome): boolean {
  if (outcome instanceof ConnectionError) return outcome.delivered === "no";
  return outcome.status === tooManyRequests && outcome.rateLimit()?.dailyRemaining !== 0;
}

/** The wait that the answer asks for, in milliseconds. */
function namedWaitMs(
  { headers, rateLimit }: Omit<Answer, "text">,
  now: number,
): number | undefined {
  const retryAfter = headers().get("Retry-After");
  if (retryAfter !== null) {
    const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
    if (!Number.isNaN(ms)) return Math.max(0, ms);
  }
  return rateLimit()?.intervalMs;
}
