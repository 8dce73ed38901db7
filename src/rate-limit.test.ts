import { afterEach, describe, expect, it, vi } from "vitest";
import { pauseMsIn, rateLimitIn, retryAfterMsIn } from "./rate-limit.js";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("the rate limit", () => {
  it("is read from the six headers", () => {
    const headers = new Headers({
      "X-RateLimit-Max": "100",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Interval-Milliseconds": "10000",
      "X-RateLimit-Limit-Daily": "200000",
      "X-RateLimit-Daily-Remaining": "199999",
      "X-RateLimit-Daily-Reset": "3600000",
    });
    expect(rateLimitIn(headers)).toEqual({
      limit: 100,
      remaining: 0,
      intervalMs: 10_000,
      dailyLimit: 200_000,
      dailyRemaining: 199_999,
      dailyResetMs: 3_600_000,
    });
  });

  it("is read where white space follows a figure, which Node.js keeps", () => {
    const headers = { get: () => "7 " } as Partial<Headers> as Headers;
    expect(rateLimitIn(headers)).toMatchObject({ limit: 7, remaining: 7 });
    expect(retryAfterMsIn(headers)).toBe(7000);
  });

  it.each(["", "-1", "1.5", "1e3", "many", "1, 2", "1234567890123456"])(
    "has no figure of %j",
    (text) => {
      expect(rateLimitIn(new Headers({ "X-RateLimit-Max": text })).limit).toBeUndefined();
    },
  );
});

describe("Retry-After", () => {
  const wait = (headers: Readonly<Record<string, string>>) => retryAfterMsIn(new Headers(headers));
  const server = Date.parse("2026-01-01T12:00:00Z");
  const date = (ms: number) => new Date(server + ms).toUTCString();

  it("is a number of seconds", () => {
    expect(wait({ "Retry-After": "0" })).toBe(0);
    expect(wait({ "Retry-After": "120" })).toBe(120_000);
  });

  it.each([-1, 0, 1])(
    "is a date that counts from the response's own, %i h from this clock",
    (hours) => {
      vi.useFakeTimers({ toFake: ["Date"], now: server - hours * 3_600_000 });
      expect(wait({ "Retry-After": date(2000), Date: date(0) })).toBe(2000);
      expect(wait({ "Retry-After": date(-2000), Date: date(0) })).toBe(0);
    },
  );

  it("counts from this machine's clock where the response has no date", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: server });
    expect(wait({ "Retry-After": date(2000) })).toBe(2000);
  });

  it.each([
    ["asctime", "Sun Nov  6 08:49:37 1994", "Sun Nov  6 08:49:07 1994"],
    ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:07 GMT"],
    ["both", "Sun Nov  6 08:49:37 1994 ", "Sun, 06 Nov 1994 08:49:07 GMT"],
  ])("is a date in UTC wherever this machine is, in the form of %s", (_, until, now) => {
    vi.stubEnv("TZ", "America/New_York");
    expect(wait({ "Retry-After": until, Date: now })).toBe(30_000);
  });

  it.each(["", "soon", "-5", "1.5", "10:00 or so"])("names no wait where it is %j", (value) => {
    expect(wait({ "Retry-After": value })).toBeUndefined();
    expect(wait({})).toBeUndefined();
  });
});

describe("the pause after a response", () => {
  const dayIsSpent = { "X-RateLimit-Daily-Remaining": "0" };
  it.each([
    [
      "until a spent day's reset",
      429,
      { "X-RateLimit-Daily-Reset": "9000", "Retry-After": "5" },
      9000,
    ],
    ["a spent day's Retry-After without a reset", 429, { "Retry-After": "5" }, 5000],
    ["a minute where a spent day states neither", 429, { "Retry-After": "0" }, 60_000],
    [
      "a window where a 201 leaves nothing of the day",
      201,
      { "X-RateLimit-Daily-Reset": "9000" },
      300,
    ],
  ])("is %s", (_, status, headers, ms) => {
    const response = { status, headers: new Headers({ ...dayIsSpent, ...headers }) };
    expect(pauseMsIn(response, 300)).toBe(ms);
  });
});
