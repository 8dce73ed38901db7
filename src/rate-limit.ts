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

/** Reads the rate limit from an answer's headers; undefined where they say nothing of it. */
export function rateLimitIn(headers: Headers): RateLimit | undefined {
  const figureIn = (header: ResponseHeader) => {
    const value = headers.get(header) ?? "";
    return /^\d{1,15}$/.test(value) ? Number(value) : undefined;
  };
  const rateLimit: RateLimit = {
    limit: figureIn("X-RateLimit-Max"),
    remaining: figureIn("X-RateLimit-Remaining"),
    intervalMs: figureIn("X-RateLimit-Interval-Milliseconds"),
    dailyLimit: figureIn("X-RateLimit-Limit-Daily"),
    dailyRemaining: figureIn("X-RateLimit-Daily-Remaining"),
  };
  return Object.values(rateLimit).some((figure) => figure !== undefined) ? rateLimit : undefined;
}
