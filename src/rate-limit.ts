import type { ResponseHeader } from "./contract.js";

/**
 * What HighLevel last said of the budget of this app in this location. A figure that an answer left
 * out, or that is no number, is undefined.
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

const headerOf = {
  limit: "X-RateLimit-Max",
  remaining: "X-RateLimit-Remaining",
  intervalMs: "X-RateLimit-Interval-Milliseconds",
  dailyLimit: "X-RateLimit-Limit-Daily",
  dailyRemaining: "X-RateLimit-Daily-Remaining",
} as const satisfies Record<keyof RateLimit, ResponseHeader>;

/** Reads the rate limit from an answer's headers; undefined where they say nothing of it. */
export function rateLimitIn(headers: Headers): RateLimit | undefined {
  const figure = (name: ResponseHeader) => {
    const value = headers.get(name);
    return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };
  const rateLimit: RateLimit = {
    limit: figure(headerOf.limit),
    remaining: figure(headerOf.remaining),
    intervalMs: figure(headerOf.intervalMs),
    dailyLimit: figure(headerOf.dailyLimit),
    dailyRemaining: figure(headerOf.dailyRemaining),
  };
  return Object.values(rateLimit).every((value) => value === undefined) ? undefined : rateLimit;
}
