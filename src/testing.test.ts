import { afterEach, describe, expect, it, vi } from "vitest";
import { type ApiError, createClient } from "./index.js";
import { collection, locationId, rejection, token } from "./test-support/servers.js";
import { fakeHighLevel } from "./testing.js";

// Whether its answers keep to the contract, and what it refuses, is in contract-tests/.

const id = (count: number) => String(count).padStart(24, "0");

function setUp(options = {}) {
  const fake = fakeHighLevel();
  const client = createClient({ locationId, token, fetch: fake.fetch, ...options });
  return { ...fake, create: () => client.createProductCollection(collection) };
}

afterEach(() => void vi.useRealTimers());

describe("the fake", () => {
  it("echoes what it was sent, with an id and a date, and leaves the rest empty", async () => {
    const { create, requests } = setUp();
    const first = await create();
    expect(first).toMatchObject({ _id: id(1), altId: locationId, ...collection });
    expect(first).toMatchObject({ image: "", seo: {} });
    expect(Date.parse(first.createdAt)).not.toBeNaN();
    expect(await create()).toMatchObject({ _id: id(2) });
    expect(requests).toHaveLength(2);
    expect(requests[0]).toMatchObject({
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: collection,
    });
  });

  it("gives the responses that were asked for, in order, then goes on", async () => {
    const { create, answerNext } = setUp();
    answerNext(422, { body: { message: ["taken"] } });
    answerNext(500, { body: "down", headers: { "X-Request-Id": "7" } });
    expect(await rejection(create())).toMatchObject({ status: 422, body: { message: ["taken"] } });
    const error = await rejection(create());
    expect(error).toMatchObject({ status: 500, body: "down", headers: { "x-request-id": "7" } });
    expect(await create()).toMatchObject(collection);
  });

  it("breaks connections, before the request was sent or after", async () => {
    const { create, breakNext, requests } = setUp({ maxRetries: 0 });
    breakNext({ sent: false });
    expect(await rejection(create())).toMatchObject({ mayHaveCreated: false });
    expect(requests).toHaveLength(0);
    breakNext({ sent: true });
    expect(await rejection(create())).toMatchObject({ mayHaveCreated: true });
    expect(requests).toHaveLength(1);
  });

  it("holds no test up: neither many calls at once nor a 429, on a clock that stands still", async () => {
    const { create, answerNext, requests } = setUp();
    await create();
    vi.useFakeTimers();
    const many = Array.from({ length: 500 }, create);
    await vi.advanceTimersByTimeAsync(10);
    await Promise.all(many);
    answerNext(429);
    const call = create();
    await vi.advanceTimersByTimeAsync(10);
    await call;
    expect(requests).toHaveLength(503);
  });

  it("answers at once, on a clock that stands still and that nobody moves", async () => {
    const { create, answerNext } = setUp({ maxRetries: 0 });
    vi.useFakeTimers();
    expect(await create()).toMatchObject(collection);
    answerNext(422);
    expect(await rejection(create())).toMatchObject({ status: 422 });
  });

  it("asks for the wait that a test wants", async () => {
    for (const [retryAfterMs, ms] of Object.entries({ 0: 1, 1.5: 2, 20: 20, 3000: 3000 })) {
      const { create, answerNext } = setUp({ maxRetries: 0 });
      answerNext(429, { retryAfterMs: Number(retryAfterMs) });
      const error = (await rejection(create())) as ApiError;
      expect(error.retryAfterMs ?? error.rateLimit.intervalMs).toBe(ms);
    }
  });

  it("asks for a wait that ends on a clock of which only the timers are fake", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { create, answerNext, requests } = setUp();
    answerNext(429, { retryAfterMs: 10_000 });
    const call = create();
    await vi.waitUntil(() => vi.getTimerCount() > 0);
    await vi.advanceTimersByTimeAsync(10_001);
    expect(await call).toMatchObject(collection);
    expect(requests).toHaveLength(2);
  });

  it("waits before it answers, for as long as its caller does", async () => {
    vi.useFakeTimers();
    const { create, answerNext } = setUp({ timeoutMs: 1000 });
    answerNext(201, { delayMs: 500 });
    answerNext(201, { delayMs: 2000 });
    const [first, second] = [create(), rejection(create())];
    await vi.advanceTimersByTimeAsync(500);
    expect(await first).toMatchObject(collection);
    await vi.advanceTimersByTimeAsync(500);
    expect(await second).toMatchObject({ name: "TimeoutError" });
  });
});
