/**
 * The budget of this app in this location, as a response stated it. A figure that is missing or not a whole
 * number is undefined.
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
  /** Milliseconds until the day's budget is new. */
  readonly dailyResetMs: number | undefined;
}

/**
 * HighLevel's window, where no response names one.
 *
 * @see https://marketplace.gohighlevel.com/docs/other/rate-limits/index.html
 */
export const defaultIntervalMs = 10_000;

/** Reads the rate limit from a response's headers. */
export function rateLimitIn(headers: Headers): RateLimit {
  const figureIn = (header: string) => wholeNumber(headers.get(header));
  return {
    limit: figureIn("X-RateLimit-Max"),
    remaining: figureIn("X-RateLimit-Remaining"),
    intervalMs: figureIn("X-RateLimit-Interval-Milliseconds"),
    dailyLimit: figureIn("X-RateLimit-Limit-Daily"),
    dailyRemaining: figureIn("X-RateLimit-Daily-Remaining"),
    dailyResetMs: figureIn("X-RateLimit-Daily-Reset"),
  };
}

/**
 * The wait that `Retry-After` asks for, in milliseconds; undefined without one. A date counts from the
 * response's own `Date`, since this machine's clock may be wrong.
 *
 * @see RFC 9110, 10.2.3.
 */
export function retryAfterMsIn(headers: Headers): number | undefined {
  const value = headers.get("Retry-After");
  const seconds = wholeNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  if (!value?.includes(":")) return undefined; // Date.parse reads "1.5" as a date
  const until = parseDate(value);
  if (Number.isNaN(until)) return undefined;
  const now = parseDate(headers.get("Date") ?? "");
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}

/** Whether a response states that the day's budget is spent. */
export function isDaySpent(headers: Headers): boolean {
  return rateLimitIn(headers).dailyRemaining === 0;
}

/** The pause where a 429 says that the day's budget is spent, and not until when. */
const unknownResetMs = 60_000;

/**
 * How long a 429 or a spent window stops the calls, in milliseconds: as `Retry-After` says, else for the
 * length of a window, since the current one ends within that time. `Retry-After: 0` does not say when. A
 * 429 of a spent day stops them until the day's budget is new.
 *
 * @param windowMs - The window's length, if the response does not state it.
 */
export function pauseMsIn(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  windowMs = defaultIntervalMs,
): number {
  const retryAfterMs = retryAfterMsIn(headers);
  const { intervalMs, dailyRemaining, dailyResetMs } = rateLimitIn(headers);
  if (status === 429 && dailyRemaining === 0) return dailyResetMs || retryAfterMs || unknownResetMs;
  return retryAfterMs || intervalMs || windowMs;
}

/** A date of HTTP is in UTC: the form of `asctime` does not say so (RFC 9110, 5.6.7). */
function parseDate(text: string): number {
  return Date.parse(text.replace(/\d{4}\s*$/, "$& GMT"));
}

/** White space may follow it (RFC 9110, 5.5). */
function wholeNumber(value: string | null): number | undefined {
  return /^\d{1,15}\s*$/.test(value ?? "") ? Number(value) : undefined;
}
