import type { RateLimitHeader } from "./documented.js";
import type { HeaderPairs } from "./headers.js";

/**
 * What an answer said of the budget of this app in this location. A figure that the answer left out,
 * or that is not a whole number, is undefined.
 *
 * @see The `X-RateLimit-*` headers of the contract.
 */
export interface RateLimit {
  /** Requests allowed in a window. */
  readonly limit: number | undefined;
  /** Requests left in the current window. */
  readonly remaining: number | undefined;
  /** Length of a window in milliseconds. */
  readonly intervalMs: number | undefined;
  /** Requests allowed in a day. */
  readonly dailyLimit: number | undefined;
  /** Requests left of the day's budget. */
  readonly dailyRemaining: number | undefined;
}

/** Whether the day's budget is spent: nothing but the next day helps. */
export function isDaySpent(rateLimit: RateLimit | undefined): boolean {
  return rateLimit?.dailyRemaining === 0;
}

/** Reads the rate limit from an answer's headers; undefined where they say nothing of it. */
export function rateLimitIn(headers: HeaderPairs): RateLimit | undefined {
  const figureIn = (header: RateLimitHeader) => wholeNumber(valueIn(headers, header));
  const limit = figureIn("X-RateLimit-Max");
  const remaining = figureIn("X-RateLimit-Remaining");
  const intervalMs = figureIn("X-RateLimit-Interval-Milliseconds");
  const dailyLimit = figureIn("X-RateLimit-Limit-Daily");
  const dailyRemaining = figureIn("X-RateLimit-Daily-Remaining");
  const isSilent = (limit ?? remaining ?? intervalMs ?? dailyLimit ?? dailyRemaining) === undefined;
  return isSilent ? undefined : { limit, remaining, intervalMs, dailyLimit, dailyRemaining };
}

/**
 * The wait that a `Retry-After` header names, in milliseconds; undefined where there is none that
 * can be read.
 *
 * @param now - The time in milliseconds since the epoch.
 * @see RFC 9110, 10.2.3.
 */
export function retryAfterMsIn(headers: HeaderPairs, now = Date.now()): number | undefined {
  const value = valueIn(headers, "Retry-After");
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  // asctime dates have no zone, and Date.parse accepts more than dates.
  if (!/:\d\d:\d\d/.test(value)) return undefined;
  const ms = Date.parse(value.replace(/( GMT)?$/, " GMT")) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** The header's value; empty where there is none. */
function valueIn(headers: HeaderPairs, header: string): string {
  const lower = header.toLowerCase();
  return headers.find(([name]) => name === lower)?.[1] ?? "";
}

function wholeNumber(value: string): number | undefined {
  return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
