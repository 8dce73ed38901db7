import { describe, expect, it, vi } from "vitest";
import {
  collection,
  created,
  makeClient,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import { type ClientOptions, createLimiter, type Fetch } from "./index.js";

// What a broken fetch, signal or server may do: nothing that was created is lost or said not to be.

const body = JSON.stringify(created);
const bytes = new TextEncoder().encode(body);
const tagged = (get: () => unknown) => ({ [Symbol.toStringTag]: "Headers", get });

const answers: Record<string, Awaited<ReturnType<Fetch>>> = {
  "whose headers throw when they are read": {
    status: 201,
    headers: tagged(() => {
      throw new Error("no headers");
    }),
    body,
  },
  "whose headers cannot be iterated": { status: 201, headers: tagged(() => null), body },
  "whose headers are frozen": { status: 201, headers: Object.freeze(new Headers()), body },
  "whose body comes in one buffer that is used again": {
    status: 201,
    body: (async function* () {
      const buffer = new Uint8Array(64);
      for (let at = 0; at < bytes.length; at += 64) {
        const part = bytes.subarray(at, at + 64);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
      }
    })(),
  },
  "whose chunks are taken away once they were read": {
    status: 201,
    body: (async function* () {
      const chunk = bytes.slice(0, 50);
      yield chunk;
      structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
      yield bytes.slice(50);
    })(),
  },
};

describe("a created collection is returned from an answer", () => {
  it.each(Object.entries(answers))("%s", async (_, answer) => {
    const client = makeClient("https://highlevel.test", { fetch: async () => answer });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });
});

it("a refusal with frozen headers is an ApiError", async () => {
  const fetch: Fetch = async () => ({
    status: 422,
    headers: Object.freeze(new Headers({ "x-trace": "1" })),
    body: "{}",
  });
  const client = makeClient("https://highlevel.test", { fetch });
  const error = await rejection(client.createProductCollection(collection));
  expect(error).toMatchObject({ name: "ApiError", status: 422 });
  expect(JSON.parse(JSON.stringify(error)).headers).toEqual({ "x-trace": "1" });
});

it("a signal that throws when it is followed ends nothing, and leaves no timer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const throws = () => {
      throw new Error("no listeners");
    };
    const signal = { aborted: false, addEventListener: throws, removeEventListener: throws };
    const client = makeClient("https://highlevel.test", {
      fetch: async () => ({ status: 201, body }),
    });
    const options = { signal: signal as unknown as AbortSignal }; // a broken one
    expect(await client.createProductCollection(collection, options)).toEqual(created.data);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it("a body of empty chunks without end is ended by the time limit", async () => {
  const fetch: Fetch = async () => ({
    status: 201,
    body: (async function* () {
      for (;;) yield new Uint8Array(0);
    })(),
  });
  const client = makeClient("https://highlevel.test", { fetch, timeoutMs: 50 });
  const error = await rejection(client.createProductCollection(collection));
  expect(error).toMatchObject({ name: "TimeoutError", mayHaveCreated: true });
});

// As by a tracer that hands what its own request fails with to those who wait for theirs.
it.each<[string, object]>([
  ["is refused at an address", { code: "ECONNREFUSED", syscall: "connect", address: "10.0.0.1" }],
  ["has a certificate that is not trusted", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }],
  ["is not found", { code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "collector" }],
  ["is at a port that fetch blocks", { message: "bad port" }],
])("nothing is created twice where a fetch throws that its collector %s", async (_, members) => {
  let created = 0;
  const fetch: Fetch = async () => {
    created++;
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(), members) });
  };
  const client = makeClient("https://highlevel.test", { fetch });
  const error = await rejection(client.createProductCollection(collection));
  expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true, attempts: 1 });
  expect(created).toBe(1);
});

describe("the limiter", () => {
  const news = (retryAfterMs: number | undefined) => ({
    status: 429,
    rateLimit: {
      limit: 100,
      remaining: 0,
      intervalMs: 10_000,
      dailyLimit: undefined,
      dailyRemaining: undefined,
    },
    retryAfterMs,
  });

  function withClock(test: (limiter: ReturnType<typeof createLimiter>) => Promise<void>) {
    return async () => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      try {
        await test(createLimiter());
      } finally {
        vi.useRealTimers();
      }
    };
  }

  async function waitFor(limiter: ReturnType<typeof createLimiter>) {
    const startedAt = performance.now();
    const place = limiter.waitForPlace("key", undefined);
    await vi.runAllTimersAsync();
    return { place: await place, tookMs: performance.now() - startedAt };
  }

  it(
    "waits for the window once a Retry-After has proved too short",
    withClock(async (limiter) => {
      const first = await waitFor(limiter);
      limiter.learn("key", news(0), first.place);
      const second = await waitFor(limiter);
      expect(second.tookMs).toBeLessThan(1_000);
      limiter.learn("key", news(0), second.place);
      expect((await waitFor(limiter)).tookMs).toBeGreaterThanOrEqual(9_000);
    }),
  );

  it(
    "heeds a 429 that comes after more than a minute",
    withClock(async (limiter) => {
      const { place } = await waitFor(limiter);
      await vi.advanceTimersByTimeAsync(61_000);
      const other = await waitFor(limiter);
      limiter.learn("key", undefined, other.place);
      limiter.learn("key", news(5_000), place);
      expect((await waitFor(limiter)).tookMs).toBeGreaterThanOrEqual(5_000);
    }),
  );

  it(
    "does not wait a day for a window that an answer says is a day long",
    withClock(async (limiter) => {
      const { place } = await waitFor(limiter);
      const { rateLimit } = news(undefined);
      limiter.learn(
        "key",
        {
          status: 201,
          rateLimit: { ...rateLimit, intervalMs: 86_400_000 },
          retryAfterMs: undefined,
        },
        place,
      );
      expect((await waitFor(limiter)).tookMs).toBeLessThanOrEqual(10_000);
    }),
  );
});

it.each(["Host", "content-length", "Transfer-Encoding", "Connection", "Expect"])(
  "the header %s is not the caller's to set",
  (name) => {
    const options: Partial<ClientOptions> = { headers: { [name]: "x" }, token };
    expect(() => makeClient("https://highlevel.test", options)).toThrow(name);
  },
);
