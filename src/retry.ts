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
  let namedMs: number | undefined;
  if (outcome instanceof ConnectionError) {
    if (outcome.delivered !== "no") return undefined;
  } else {
    if (outcome.status !== tooManyRequests) return undefined;
    if (outcome.rateLimit()?.dailyRemaining === 0) return undefined;
    namedMs = namedWaitMs(outcome, now);
  }
  const ownMs = random * firstBackoffMs * 2 ** Math.min(retries, 10);
  return Math.min(namedMs === undefined ? ownMs : namedMs * (1 + random / 4), longestMs);
}

/** The wait that the answer asks for, in milliseconds. */
function namedWaitMs(
  { headers, rateLimit }: Omit<Answer, "text">,
  now: number,
): number | undefined {
  const retryAfter = headers().get("Retry-After") ?? "";
  let ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Number.NaN;
  // Of the three forms of a date one leaves out its zone; Date.parse takes much that is no date.
  if (/:\d\d:\d\d/.test(retryAfter)) {
    ms = Math.max(0, Date.parse(retryAfter.replace(/( GMT)?$/, " GMT")) - now);
  }
  return ms >= 0 ? ms : rateLimit()?.intervalMs;
}
