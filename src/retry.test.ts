import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./retry.js";

const maxWaitMs = 30_000;

function response(status: number, headers: Readonly<Record<string, string>> = {}) {
  return { status, headers: new Headers(headers) };
}

describe("a response", () => {
  it.each([
    ["Retry-After", { "Retry-After": "2", "X-RateLimit-Interval-Milliseconds": "10000" }, 2000],
    [
      "the window, where there is no Retry-After",
      { "X-RateLimit-Interval-Milliseconds": "500" },
      500,
    ],
    [
      "the window, where Retry-After is 0",
      { "Retry-After": "0", "X-RateLimit-Interval-Milliseconds": "500" },
      500,
    ],
    ["HighLevel's window, where there is neither", {}, 10_000],
  ])("of 429 is waited out: %s", (_, headers, ms) => {
    expect(retryDelayMs(response(429, headers), maxWaitMs, 0)).toBe(ms);
    expect(retryDelayMs(response(429, headers), ms, 0)).toBe(ms);
    expect(retryDelayMs(response(429, headers), ms - 1, 0)).toBeUndefined();
  });

  it("of 429 is not waited out where the day's budget is spent", () => {
    const spent = { "Retry-After": "1", "X-RateLimit-Daily-Remaining": "0" };
    expect(retryDelayMs(response(429, spent), maxWaitMs, 0)).toBeUndefined();
    const left = { ...spent, "X-RateLimit-Daily-Remaining": "1" };
    expect(retryDelayMs(response(429, left), maxWaitMs, 0)).toBe(1000);
  });

  it.each([200, 201, 400, 401, 408, 422, 500, 503])("of %i is final", (status) => {
    expect(retryDelayMs(response(status, { "Retry-After": "1" }), maxWaitMs, 0)).toBeUndefined();
  });
});

describe("a failed connection", () => {
  it("that created nothing is tried again, after a backoff that doubles", () => {
    const failure = { mayHaveCreated: false };
    expect(retryDelayMs(failure, maxWaitMs, 0, 1)).toBe(500);
    expect(retryDelayMs(failure, maxWaitMs, 1, 1)).toBe(1000);
    expect(retryDelayMs(failure, maxWaitMs, 3, 0.5)).toBe(2000);
    expect(retryDelayMs(failure, 700, 1, 1)).toBe(700);
  });

  it("that may have created something is final", () => {
    const failure = { mayHaveCreated: true };
    expect(retryDelayMs(failure, maxWaitMs, 0)).toBeUndefined();
  });
});
