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
  const figures = Object.entries(headerOf).map(([name, header]) => {
    const value = headers.get(header);
    return [name, value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined] as const;
  });
  return figures.some(([, figure]) => figure !== undefined)
    ? (Object.fromEntries(figures) as unknown as RateLimit) // the names are those of headerOf
    : undefined;
}
