import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClientOptions, Fetch } from "./index.js";
import { createLimiter } from "./limiter.js";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  created,
  deferred,
  type Handler,
  locationId,
  makeClient,
  rejection,
  token,
} from "./testing/servers.js";
import { abortable, sleep } from "./wait.js";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // no jitter, and so no wait where none is named
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A fetch that counts, and fails with `code` until it has been called more than `failures` times. */
function failingFetch(failures: number, code = "ECONNREFUSED") {
  const count = { calls: 0 };
  const fetch: Fetch = (url, init) => {
    if (++count.calls > failures) return globalThis.fetch(url, init);
    const cause = Object.assign(new Error(`connect ${code}`), { code, syscall: "connect" });
    return Promise.reject(new TypeError("fetch failed", { cause }));
  };
  return { count, fetch };
}

describe("a request that the server has received is on record exactly once", () => {
  const cutAfter =
    (text: string, headers = {}): Handler =>
    (response) => {
      response.writeHead(201, { "Content-Type": "application/json", ...headers });
      response.write(text, () => response.socket?.destroy());
    };
  const fates: [string, Handler, object][] = [
    ["then reset", (it) => it.socket?.resetAndDestroy(), { delivered: "unknown" }],
    ["then hung up on", (it) => it.socket?.destroy(), { delivered: "unknown" }],
    ["cut in the head", (it) => it.socket?.end("HTTP/1.1 201 Crea"), { delivered: "unknown" }],
    ["answered with no HTTP", (it) => it.socket?.end("220 mail\r\n"), { delivered: "unknown" }],
    ["cut in the body", cutAfter('{"data":'), { delivered: "unknown" }],
    [
      "cut in a body of known length",
      cutAfter("{", { "Content-Length": 99 }),
      { delivered: "unknown" },
    ],
    [
      "answered with more than 1 MiB",
      (it) => it.writeHead(201).write(" ".repeat(2 ** 21)),
      { status: 201 },
    ],
    ["never answered", () => {}, { name: "TimeoutError", delivered: "unknown" }],
    ["answered 500", (it) => answer(it, 500), { status: 500 }],
    ["answered 502", (it) => answer(it, 502, "<html>"), { status: 502 }],
    [
      "answered 503 and Retry-After",
      (it) => answer(it, 503, "", { "Retry-After": "0" }),
      { status: 503 },
    ],
    ["answered 504", (it) => answer(it, 504, ""), { status: 504 }],
    ["answered 408", (it) => answer(it, 408, "", { Connection: "close" }), { status: 408 }],
  ];

  describe.each(fates)("%s", (fate, handler, failure) => {
    it.each([0, 1, 2, 5])("with maxRetries %i", async (maxRetries) => {
      const server = await countingServer(handler);
      const timeoutMs = fate === "never answered" ? 100 : undefined;
      const client = makeClient(server.url, { maxRetries, timeoutMs });
      expect(await rejection(client.createProductCollection(collection))).toMatchObject(failure);
      expect(server.requests).toHaveLength(1);
    });
  });

  it("on a connection that was used before", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? answer(response, 201) : response.socket?.resetAndDestroy(),
    );
    const client = makeClient(server.url, { maxRetries: 5 });
    await client.createProductCollection(collection);
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", delivered: "unknown" });
    expect(server.requests).toHaveLength(2);
  });

  it("with every status but 429", async () => {
    // A fetch sends a 421 again by itself, as its standard has it: it says that the request went to
    // a server that does not serve it, and so that nobody did.
    const statuses = Array.from({ length: 400 }, (_, i) => i + 200).filter(
      (it) => it !== 429 && it !== 421,
    );
    const server = await countingServer((response, { body }) =>
      answer(response, JSON.parse(body).status, "", { "Retry-After": "0" }),
    );
    const client = makeClient(server.url, { maxRetries: 5 });
    for (const status of statuses) {
      await rejection(client.createProductCollection({ ...collection, status } as never));
    }
    expect(server.requests.map(({ body }) => JSON.parse(body).status)).toEqual(statuses);
  });
});

describe("a 429", () => {
  const busy: Handler = (response) => answer(response, 429, "", { "Retry-After": "0" });

  it("is waited for, and the collection created once", async () => {
    const server = await countingServer((response, request, count) =>
      count < 3 ? busy(response, request, count) : answer(response, 201),
    );
    const collected = await makeClient(server.url).createProductCollection(collection);
    expect(collected).toEqual(created.data);
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
  });

  it.each([0, 1, 2, 5])("is an ApiError after maxRetries %i", async (maxRetries) => {
    const server = await countingServer(busy);
    const client = makeClient(server.url, { maxRetries });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ApiError", status: 429 });
    expect(server.requests).toHaveLength(1 + maxRetries);
  });

  it("is not waited for when the day's budget is spent", async () => {
    const headers = { "Retry-After": "0", "X-RateLimit-Daily-Remaining": "0" };
    const server = await countingServer((response) => answer(response, 429, {}, headers));
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ status: 429, rateLimit: { dailyRemaining: 0 } });
    expect(server.requests).toHaveLength(1);
  });

  it("after a 401 is waited for with the new token", async () => {
    const server = await countingServer((response, request, count) => {
      if (count === 1) answer(response, 401, {});
      else if (count === 2) busy(response, request, count);
      else answer(response, 201);
    });
    const client = makeClient(server.url, {
      token: (it) => (it ? `${token}-2` : token),
      maxRetries: 1, // of which asking for another token is none
    });
    await client.createProductCollection(collection);
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([token, `${token}-2`, `${token}-2`].map((it) => `Bearer ${it}`));
  });
});

describe("a refused connection", () => {
  it.each([0, 1, 3])(
    "is tried again maxRetries %i times, and was never delivered",
    async (maxRetries) => {
      const { count, fetch } = failingFetch(0);
      const client = makeClient(`http://127.0.0.1:${await closedPort()}`, { fetch, maxRetries });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ name: "ConnectionError", delivered: "no" });
      expect(count.calls).toBe(1 + maxRetries);
    },
  );

  it("creates the collection once the server is up", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const { count, fetch } = failingFetch(1);
    const client = makeClient(server.url, { fetch });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(count.calls).toBe(2);
    expect(server.requests).toHaveLength(1);
  });
});

describe("an abort", () => {
  const hang = (reach: () => void) => {
    reach();
    return new Promise<never>(() => {});
  };

  /** A point in the way of a call; `reach` is called when the call has come there. */
  interface Moment {
    readonly sent: number;
    readonly handler?: (reach: () => void) => Handler;
    readonly options?: (reach: () => void) => Partial<ClientOptions>;
  }
  const moments: Record<string, Moment> = {
    "while it waits for the default limiter": {
      sent: 0,
      options(reach) {
        const limiter = createLimiter({ limit: 1, intervalMs: 60_000 });
        limiter.removeTokens(1, locationId).then(reach);
        return { limiter };
      },
    },
    "while it waits for a limiter that knows no signals": {
      sent: 0,
      options: (reach) => ({ limiter: { removeTokens: () => hang(reach) } }),
    },
    "while the provider hangs": {
      sent: 0,
      options: (reach) => ({ token: () => hang(reach) }),
    },
    "during the attempt": { sent: 1, handler: (reach) => () => reach() },
    "in the body": {
      sent: 1,
      handler: () => (response) => response.writeHead(201).write("{"),
      options: (reach) => ({
        async fetch(url, init) {
          const response = await fetch(url, init);
          reach();
          return response;
        },
      }),
    },
    "during the wait that a 429 asked for": {
      sent: 1,
      handler: () => (response) => answer(response, 429, "", { "Retry-After": "20" }),
      options: (reach) => ({
        async fetch(url, init) {
          const response = await fetch(url, init);
          const text = await response.text();
          setImmediate(reach);
          return new Response(text, response);
        },
      }),
    },
    "while the provider hangs over another token": {
      sent: 1,
      handler: () => (response) => answer(response, 401, {}),
      options: (reach) => ({ token: (rejected) => (rejected ? hang(reach) : token) }),
    },
  };

  /** A call that has come to the moment. */
  async function callAt({ sent, handler, options }: Moment, signal: AbortSignal) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const reached = deferred<void>();
    const handle = handler?.(reached.resolve);
    const server = await countingServer((response, request, count) =>
      count > sent ? answer(response, 201) : handle?.(response, request, count),
    );
    const client = makeClient(server.url, options?.(reached.resolve));
    const call = rejection(client.createProductCollection(collection, { signal }));
    await reached.promise;
    return { server, call };
  }

  it.each(Object.entries(moments))(
    "%s ends the call at once with its reason",
    async (_, moment) => {
      const controller = new AbortController();
      const { server, call } = await callAt(moment, controller.signal);
      const reason = { why: "The tab was closed" };
      controller.abort(reason);
      expect(await call).toBe(reason);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      await vi.advanceTimersByTimeAsync(120_000);
      await makeClient(server.url).createProductCollection(collection); // what was to come has come
      expect(server.requests).toHaveLength(moment.sent + 1);
    },
  );

  it.each([undefined, null, 0, "", false])(
    "with the reason %o rejects with signal.reason",
    async (reason) => {
      for (const moment of Object.values(moments)) {
        const controller = new AbortController();
        const { call } = await callAt(moment, controller.signal);
        controller.abort(reason);
        expect(await call).toBe(controller.signal.reason);
      }
    },
  );

  it("before the call asks and sends nothing", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const provider = vi.fn(() => token);
    const removeTokens = vi.fn(async () => {});
    const client = makeClient(server.url, { token: provider, limiter: { removeTokens } });
    const signal = AbortSignal.abort({ why: "Never wanted" });
    expect(await rejection(client.createProductCollection(collection, { signal }))).toBe(
      signal.reason,
    );
    expect(provider).not.toHaveBeenCalled();
    expect(removeTokens).not.toHaveBeenCalled();
    await client.createProductCollection(collection);
    expect(server.requests).toHaveLength(1);
  });

  it("after the call does nothing, and no listener is left to hear it", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? answer(response, 429, "", { "Retry-After": "0" }) : answer(response, 201),
    );
    const { signal } = new AbortController();
    const client = makeClient(server.url, { limiter: undefined });
    await client.createProductCollection(collection, { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("signal that many calls share warns of nothing, ends them all, and keeps nothing of them", async () => {
    /** How much a signal holds, in whatever sets and maps a platform keeps for it. */
    const held = (signal: AbortSignal) =>
      Object.getOwnPropertySymbols(signal)
        .map((key) => Number(Object(Reflect.get(signal, key)).size ?? 0))
        .reduce((sum, size) => sum + size, 0);
    const warned = vi.fn();
    process.on("warning", warned);
    onTestFinished(() => void process.off("warning", warned));
    const server = await countingServer((response, _, count) => {
      if (count <= 20) answer(response, 201);
    });
    const controller = new AbortController();
    const { signal } = controller;
    const limiter = createLimiter({ limit: 40, intervalMs: 60_000 });
    const client = makeClient(server.url, { limiter });
    const calls = (length: number) =>
      Array.from({ length }, () => client.createProductCollection(collection, { signal }));
    await Promise.all(calls(1));
    const before = held(signal);
    await Promise.all(calls(19));
    expect(held(signal)).toBe(before);
    const cut = calls(40).map(rejection); // half of them wait for a place
    await server.received(40);
    controller.abort("enough");
    expect(new Set(await Promise.all(cut))).toEqual(new Set(["enough"]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).not.toHaveBeenCalled();
  });

  it("leaves no listener on the signal of a wait that is over, whatever it came to", async () => {
    const { signal } = new AbortController();
    const waits = [abortable(async () => 1, signal), sleep(0, signal)];
    const failing = abortable(() => Promise.reject(new Error("No")), signal);
    await Promise.allSettled([...waits, failing]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("in the very moment when the limiter throws leaves no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
    const controller = new AbortController();
    const client = makeClient("http://127.0.0.1:1", {
      limiter: {
        removeTokens() {
          controller.abort();
          throw new Error("The budget is unknown");
        },
      },
    });
    await rejection(client.createProductCollection(collection, { signal: controller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
