import { afterEach, describe, expect, it, vi } from "vitest";
import { isNeverSent } from "./connection.js";
import { ConnectionError, TimeoutError } from "./errors.js";
import { rateLimitIn } from "./rate-limit.js";
import { type Outcome, retryDelayMs } from "./retry.js";

afterEach(() => void vi.unstubAllEnvs());

const now = Date.parse("2026-03-01T12:00:00Z");
const almostOne = 0.999;

/** An answer of a status, with headers. */
function answered(status: number, init: Record<string, string> = {}): Outcome {
  const headers = new Headers(init);
  return { status, headers: () => headers, rateLimit: () => rateLimitIn(headers) };
}

/** The wait after a 429 with these headers. */
const waitFor = (headers: Record<string, string>, random = 0, retries = 0) =>
  retryDelayMs(answered(429, headers), retries, random, now);

const failed = (delivered: "no" | "unknown") => new ConnectionError("No answer", delivered);

/** An error as Node.js throws it when a connection fails. */
const failure = (code: string | undefined, syscall?: string, cause?: unknown) =>
  Object.assign(new Error(code, { cause }), { code, syscall });

describe("sending again", () => {
  const statuses = [0, ...Array.from({ length: 500 }, (_, index) => index + 100)];

  it("follows no answer but a 429, whatever the headers say", () => {
    for (const headers of [{}, { "Retry-After": "0" }, { "X-RateLimit-Daily-Remaining": "5" }]) {
      const sentAgain = (status: number) =>
        retryDelayMs(answered(status, headers), 0, 0, now) !== undefined;
      expect(statuses.filter(sentAgain)).toEqual([429]);
    }
  });

  it("follows a 429, and a request that was never sent", () => {
    expect(retryDelayMs(answered(429), 0, 0.5, now)).toBe(250);
    expect(retryDelayMs(failed("no"), 0, 0.5, now)).toBe(250);
  });

  it("never follows a request that may have arrived, nor one that ran out of time", () => {
    expect(retryDelayMs(failed("unknown"), 0, 0, now)).toBeUndefined();
    expect(retryDelayMs(new TimeoutError(50), 0, 0, now)).toBeUndefined();
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
    "does not follow a window that is no number: %o",
    (nonsense) => {
      const wait = waitFor({ "X-RateLimit-Interval-Milliseconds": nonsense }, almostOne);
      expect(wait).toBeCloseTo(500 * almostOne);
    },
  );

  it.each<[string, Record<string, string>]>([
    ["a minute", { "Retry-After": "60" }],
    ["an age", { "Retry-After": "9".repeat(400) }],
    ["next year", { "Retry-After": "Mon, 01 Mar 2027 12:00:00 GMT" }],
    ["30 s and the jitter", { "Retry-After": "30" }],
    ["a long window", { "X-RateLimit-Interval-Milliseconds": "86400000" }],
  ])("is 30 s at most: %s", (_, headers) => {
    expect(waitFor(headers, almostOne)).toBe(30_000);
  });

  it("doubles from 0.5 s with full jitter where the answer names none, up to 30 s", () => {
    const longest = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
    for (const [retries, ms] of longest.entries()) {
      expect(waitFor({}, 0, retries)).toBe(0);
      expect(waitFor({}, 0.25, retries)).toBe(Math.min(500 * 2 ** retries * 0.25, 30_000));
      expect(retryDelayMs(failed("no"), retries, almostOne, now)).toBeGreaterThan(ms * 0.99);
      expect(retryDelayMs(failed("no"), retries, almostOne, now)).toBeLessThanOrEqual(ms);
    }
  });

  it.each([10, 100, 1023, 1024, 5000])("is between 0 and 30 s after %i retries", (retries) => {
    for (const random of [0, Number.EPSILON, almostOne]) {
      expect(waitFor({}, random, retries)).toBeGreaterThanOrEqual(0);
      expect(waitFor({}, random, retries)).toBeLessThanOrEqual(30_000);
    }
  });

  it("takes chance and clock from the platform where they are not given", () => {
    const inTwentySeconds = new Date(Date.now() + 20_000).toUTCString();
    const wait = retryDelayMs(answered(429, { "Retry-After": inTwentySeconds }), 0);
    expect(wait).toBeGreaterThan(10_000);
    expect(wait).toBeLessThanOrEqual(25_000);
  });
});

describe("a failed request", () => {
  const refused = failure("ECONNREFUSED", "connect");
  const loop = failure(undefined);
  loop.cause = loop;

  it.each<[string, unknown]>([
    ...["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "UND_ERR_CONNECT_TIMEOUT"].map(
      (code): [string, unknown] => [code, failure(code)],
    ),
    ...["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EACCES"].map(
      (code): [string, unknown] => [`connect ${code}`, failure(code, "connect")],
    ),
    ["getaddrinfo ENOTFOUND", failure("ENOTFOUND", "getaddrinfo")],
    ["getaddrinfo ENOMEM", failure("ENOMEM", "getaddrinfo")],
    ...[
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "CERT_UNTRUSTED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ].map((code): [string, unknown] => [code, failure(code)]),
    ["a refusal as the cause", new TypeError("fetch failed", { cause: refused })],
    [
      "a refusal as the cause of the cause",
      new Error("a", { cause: new Error("b", { cause: refused }) }),
    ],
    ["every address refused", new AggregateError([refused, refused])],
    [
      "one address refused, one out of time",
      new AggregateError([refused, failure("ETIMEDOUT", "connect")]),
    ],
    [
      "every address refused, as the cause",
      new TypeError("fetch failed", { cause: new AggregateError([refused]) }),
    ],
  ])("was never sent: %s", (_, thrown) => {
    expect(isNeverSent(thrown)).toBe(true);
  });

  it.each<[string, unknown]>([
    ...[
      "ECONNRESET",
      "ECONNABORTED",
      "EPIPE",
      "ETIMEDOUT",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "ENETDOWN",
      "EPROTO",
      "HPE_INVALID_CONSTANT",
      "UND_ERR_SOCKET",
      "UND_ERR_CLOSED",
      "UND_ERR_DESTROYED",
      "UND_ERR_ABORTED",
      "UND_ERR_HEADERS_TIMEOUT",
      "UND_ERR_BODY_TIMEOUT",
      "UND_ERR_HEADERS_OVERFLOW",
      "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
      "ERR_STREAM_PREMATURE_CLOSE",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "ERR_TLS_HANDSHAKE_TIMEOUT",
      "ERR_SOCKET_CLOSED",
      "ECONNREFUSED_BY_THE_UPSTREAM",
      "NOT_ENOTFOUND",
    ].map((code): [string, unknown] => [code, failure(code)]),
    ...["ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].map((code): [string, unknown] => [
      `read ${code}`,
      failure(code, "read"),
    ]),
    ["write EPIPE", failure("EPIPE", "write")],
    ["a number for a code", Object.assign(new Error("x"), { code: 111 })],
    [
      "the other side closed, as the cause",
      new TypeError("fetch failed", { cause: failure("UND_ERR_SOCKET") }),
    ],
    [
      "one address refused, one reset",
      new AggregateError([refused, failure("ECONNRESET", "read")]),
    ],
    ["no address at all", new AggregateError([])],
    ["an error without a code", new Error("ECONNREFUSED")],
    ["an object that is no error", { code: "ECONNREFUSED", syscall: "connect" }],
    ["a string", "ECONNREFUSED"],
    ["null", null],
    ["undefined", undefined],
    ["an error that is its own cause", loop],
  ])("may have arrived: %s", (_, thrown) => {
    expect(isNeverSent(thrown)).toBe(false);
  });
});
