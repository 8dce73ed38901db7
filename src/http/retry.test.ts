import { afterEach, describe, expect, it, vi } from "vitest";
import { AbortedError, ConnectionError, TimeoutError } from "./errors.js";
import { rateLimitIn, retryAfterMsIn } from "./rate-limit.js";
import { type Outcome, retryDelayMs } from "./retry.js";

afterEach(() => void vi.unstubAllEnvs());

const now = Date.parse("2026-03-01T12:00:00Z");
const almostOne = 0.999;
const limits = { maxRetries: 10_000, maxWaitMs: 30_000 };

/** An answer of a status, with headers. */
function answered(status: number, init: Record<string, string> = {}): Outcome {
  const headers = [...new Headers(init)];
  const retryAfterMs = retryAfterMsIn(headers, now);
  return { status, rateLimit: rateLimitIn(headers), retryAfterMs };
}

/** The wait after a 429 with these headers. */
const waitFor = (headers: Record<string, string>, random = 0, retries = 0) =>
  retryDelayMs(answered(429, headers), retries, limits, random);

const failed = (mayHaveCreated: boolean) =>
  new ConnectionError("No answer", { mayHaveCreated, attempts: 1 });

describe("sending again", () => {
  const statuses = [0, ...Array.from({ length: 500 }, (_, index) => index + 100)];

  it("follows no answer but a 429, whatever the headers say", () => {
    for (const headers of [{}, { "Retry-After": "0" }, { "X-RateLimit-Daily-Remaining": "5" }]) {
      const sentAgain = (status: number) =>
        retryDelayMs(answered(status, headers), 0, limits, 0) !== undefined;
      expect(statuses.filter(sentAgain)).toEqual([429]);
    }
  });

  it("follows a 429, and a request that was never sent", () => {
    expect(retryDelayMs(answered(429), 0, limits, 0.5)).toBe(250);
    expect(retryDelayMs(failed(false), 0, limits, 0.5)).toBe(250);
  });

  it("never after a package that is missing, which stays missing", () => {
    const cause = Object.assign(new Error("No undici"), { code: "ERR_MODULE_NOT_FOUND" });
    const failure = { mayHaveCreated: false, attempts: 1, cause };
    expect(retryDelayMs(new ConnectionError("No answer", failure), 0, limits)).toBeUndefined();
  });

  it("never follows a request that may have arrived, nor one that ran out of time", () => {
    const timeout = new TimeoutError("No answer", { mayHaveCreated: true, attempts: 1 });
    expect(retryDelayMs(failed(true), 0, limits, 0)).toBeUndefined();
    expect(retryDelayMs(timeout, 0, limits, 0)).toBeUndefined();
  });

  it("never follows an abort, which ends the call", () => {
    const aborted = new AbortedError({ mayHaveCreated: false, attempts: 1 });
    expect(retryDelayMs(aborted, 0, limits, 0)).toBeUndefined();
  });

  it("leaves it to a limiter that keeps the waits how much is left of a window", () => {
    const longer = { "X-RateLimit-Interval-Milliseconds": String(limits.maxWaitMs + 1) };
    const kept = { ...limits, keepsWaits: true };
    expect(waitFor(longer)).toBeUndefined();
    expect(retryDelayMs(answered(429, longer), 0, kept, 0)).toBe(0);
    const named = { "Retry-After": String(limits.maxWaitMs / 1_000 + 1) };
    expect(retryDelayMs(answered(429, named), 0, kept, 0)).toBeUndefined();
  });

  it.each([0, 1, 2, 5])("stops after maxRetries %i", (maxRetries) => {
    for (const outcome of [answered(429), failed(false)]) {
      const again = (retries: number) =>
        retryDelayMs(outcome, retries, { ...limits, maxRetries }, 0) !== undefined;
      expect([0, 1, 2, 3, 4, 5, 6].filter(again)).toHaveLength(maxRetries);
    }
  });

  it.each([
    ["0", undefined],
    ["1", 0],
    ["199999", 0],
    ["-1", 0],
    ["many", 0],
  ])("follows a 429 only while the day's budget is not spent: %s left", (left, expected) => {
    expect(waitFor({ "X-RateLimit-Daily-Remaining": left, "Retry-After": "0" })).toBe(expected);
  });
});

describe("the wait before sending again", () => {
  it.each<[string, Record<string, string>, number]>([
    ["seconds", { "Retry-After": "3" }, 3000],
    ["no seconds", { "Retry-After": "0" }, 0],
    ["an HTTP date", { "Retry-After": "Sun, 01 Mar 2026 12:00:07 GMT" }, 7000],
    ["a date in the past", { "Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["the window", { "X-RateLimit-Interval-Milliseconds": "10000" }, 10_000],
    [
      "seconds rather than the window",
      { "Retry-After": "2", "X-RateLimit-Interval-Milliseconds": "10000" },
      2000,
    ],
  ])("is what the answer says: %s", (_, headers, expected) => {
    expect(waitFor(headers, 0)).toBe(expected);
    expect(waitFor(headers, almostOne)).toBeCloseTo(expected * (1 + almostOne / 4), 6);
  });

  it.each([
    "Sun, 01 Mar 2026 12:00:07 GMT",
    "Sunday, 01-Mar-26 12:00:07 GMT",
    "Sun Mar  1 12:00:07 2026",
  ])("is the same in every time zone (RFC 9110, 5.6.7): %s", (date) => {
    for (const zone of ["UTC", "America/New_York", "Asia/Kolkata"]) {
      vi.stubEnv("TZ", zone);
      expect([zone, waitFor({ "Retry-After": date })]).toEqual([zone, 7000]);
    }
  });

  it.each([
    "soon",
    "",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "Infinity",
    "NaN",
    "10 seconds",
    "in 7",
    "Mon 7",
    "Sun, 32 Mar 2026 12:00:07 GMT",
    "1, 2",
  ])("does not follow a Retry-After that is neither seconds nor a date: %o", (nonsense) => {
    expect(waitFor({ "Retry-After": nonsense }, almostOne)).toBeCloseTo(500 * almostOne);
    const headers = { "Retry-After": nonsense, "X-RateLimit-Interval-Milliseconds": "10000" };
    expect(waitFor(headers)).toBe(10_000);
  });

  it.each(["-1", "ten", "1.5", "", "1e3", "9".repeat(30)])(
    "does not follow a window that is not a number: %o",
    (nonsense) => {
      const wait = waitFor({ "X-RateLimit-Interval-Milliseconds": nonsense }, almostOne);
      expect(wait).toBeCloseTo(500 * almostOne);
    },
  );

  it.each<[string, Record<string, string>]>([
    ["a minute", { "Retry-After": "60" }],
    ["an age", { "Retry-After": "9".repeat(15) }],
    ["next year", { "Retry-After": "Mon, 01 Mar 2027 12:00:00 GMT" }],
    ["31 s", { "Retry-After": "31" }],
    ["a long window", { "X-RateLimit-Interval-Milliseconds": "86400000" }],
  ])("is none at all where the answer names one longer than maxWaitMs: %s", (_, headers) => {
    expect(waitFor(headers)).toBeUndefined();
  });

  it("may be just maxWaitMs, and the jitter comes on top: what is named is never cut short", () => {
    expect(waitFor({ "Retry-After": "30" }, 0)).toBe(30_000);
    expect(waitFor({ "Retry-After": "30" }, almostOne)).toBeGreaterThan(30_000);
  });

  it("doubles from 0.5 s with full jitter where the answer names none, up to 30 s", () => {
    const longest = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
    for (const [retries, ms] of longest.entries()) {
      expect(waitFor({}, 0, retries)).toBe(0);
      expect(waitFor({}, 0.25, retries)).toBe(Math.min(500 * 2 ** retries * 0.25, 30_000));
      expect(retryDelayMs(failed(false), retries, limits, almostOne)).toBeGreaterThan(ms * 0.99);
      expect(retryDelayMs(failed(false), retries, limits, almostOne)).toBeLessThanOrEqual(ms);
    }
  });

  it.each([10, 100, 1023, 1024, 5000])("is between 0 and 30 s after %i retries", (retries) => {
    for (const random of [0, Number.EPSILON, almostOne]) {
      expect(waitFor({}, random, retries)).toBeGreaterThanOrEqual(0);
      expect(waitFor({}, random, retries)).toBeLessThanOrEqual(30_000);
    }
  });

  it("takes chance from the platform where it is not given", () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(retryDelayMs(answered(429, { "Retry-After": "20" }), 0, limits)).toBe(22_500);
    random.mockRestore();
  });

  it("takes the time from the platform where it is not given", () => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const headers = [["retry-after", "Sun, 01 Mar 2026 12:00:07 GMT"]] as const;
    expect(retryAfterMsIn(headers)).toBe(7_000);
    vi.useRealTimers();
  });
});
