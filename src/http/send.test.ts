import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
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
} from "../../contract-tests/support/servers.js";
import type { ClientOptions, RateLimiter } from "../index.js";
import { ConnectionError } from "./errors.js";
import { createLimiter } from "./limiter.js";
import { createPlaces } from "./place.js";
import { BudgetSpent } from "./queue.js";
import { createSend } from "./send.js";
import { createTokens } from "./token.js";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // no jitter, and so no wait where none is named
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a request that the server has received is on record exactly once", () => {
  const cutAfter =
    (text: string, headers = {}): Handler =>
    (response) => {
      response.writeHead(201, { "Content-Type": "application/json", ...headers });
      response.write(text, () => response.socket?.destroy());
    };
  const unanswered = { name: "ConnectionError", mayHaveCreated: true };
  const halved = { name: "UnexpectedResponseError", status: 201, mayHaveCreated: true };
  const fates: [string, Handler, object][] = [
    ["then reset", (it) => it.socket?.resetAndDestroy(), unanswered],
    ["then hung up on", (it) => it.socket?.destroy(), unanswered],
    ["cut in the head", (it) => it.socket?.end("HTTP/1.1 201 Crea"), unanswered],
    ["answered with no HTTP", (it) => it.socket?.end("220 mail\r\n"), unanswered],
    ["cut in the body", cutAfter('{"data":'), halved],
    ["cut in a body of known length", cutAfter("{", { "Content-Length": 99 }), halved],
    ["answered with more than 1 MiB", (it) => it.writeHead(201).write(" ".repeat(2 ** 21)), halved],
    ["never answered", () => {}, { name: "TimeoutError", mayHaveCreated: true }],
    ["answered 500", (it) => answer(it, 500), { status: 500, mayHaveCreated: true }],
    ["answered 502", (it) => answer(it, 502, "<html>"), { status: 502, mayHaveCreated: true }],
    [
      "answered 503 and Retry-After",
      (it) => answer(it, 503, "", { "Retry-After": "0" }),
      { status: 503, mayHaveCreated: true },
    ],
    ["answered 504", (it) => answer(it, 504, ""), { status: 504, mayHaveCreated: true }],
    [
      "answered 408",
      (it) => answer(it, 408, "", { Connection: "close" }),
      { status: 408, mayHaveCreated: false },
    ],
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
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true });
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
      const platforms = vi.spyOn(globalThis, "fetch");
      const client = makeClient(`http://127.0.0.1:${await closedPort()}`, { maxRetries });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
      expect(platforms).toHaveBeenCalledTimes(1 + maxRetries);
    },
  );

  it("creates the collection once the server is up", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const members = { code: "ECONNREFUSED", syscall: "connect" };
    const cause = Object.assign(new Error("connect ECONNREFUSED"), members);
    const platforms = vi.spyOn(globalThis, "fetch");
    platforms.mockRejectedValueOnce(new TypeError("fetch failed", { cause }));
    const client = makeClient(server.url);
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(platforms).toHaveBeenCalledTimes(2);
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
    readonly mayHaveCreated?: boolean;
    readonly handler?: (reach: () => void) => Handler;
    readonly options?: (reach: () => void) => Partial<ClientOptions>;
  }
  const moments: Record<string, Moment> = {
    "while it waits for the default limiter": {
      sent: 0,
      options(reach) {
        const limiter = createLimiter({ limit: 1, intervalMs: 60_000 });
        const waitForPlace: RateLimiter["waitForPlace"] = (key, signal, turn) => {
          setImmediate(reach);
          return limiter.waitForPlace(key, signal, turn);
        };
        void waitForPlace("", undefined);
        return {
          limiter: { ...limiter, waitForPlace: (_, ...about) => waitForPlace("", ...about) },
        };
      },
    },
    "while it waits for a limiter that knows no signals": {
      sent: 0,
      options: (reach) => ({ limiter: { waitForPlace: () => hang(reach) } }),
    },
    "while the provider hangs": {
      sent: 0,
      options: (reach) => ({ token: () => hang(reach) }),
    },
    "during the attempt": { sent: 1, mayHaveCreated: true, handler: (reach) => () => reach() },
    "in the body": {
      sent: 1,
      mayHaveCreated: true,
      handler: () => (response) => response.writeHead(201).write("{"),
      options: (reach) => ({
        async fetch(url, init) {
          const response = await fetch(url, init);
          reach();
          return response;
        },
      }),
    },
    "in the body of a refusal": {
      sent: 1,
      handler: () => (response) => response.writeHead(422).write("{"),
      options: (reach) => ({
        async fetch(url, init) {
          const response = await fetch(url, init);
          setImmediate(reach);
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
    "%s ends the call at once, says whether anything may exist, and keeps the reason",
    async (_, moment) => {
      const controller = new AbortController();
      const { server, call } = await callAt(moment, controller.signal);
      const reason = { why: "The tab was closed" };
      controller.abort(reason);
      const error = await call;
      const { sent, mayHaveCreated = false } = moment;
      expect(error).toMatchObject({ name: "AbortError", attempts: sent, mayHaveCreated });
      expect(error).toHaveProperty("cause", reason);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      await vi.advanceTimersByTimeAsync(120_000);
      await makeClient(server.url).createProductCollection(collection); // what was to come has come
      expect(server.requests).toHaveLength(moment.sent + 1);
    },
  );

  it.each([undefined, null, 0, "", false])(
    "with the reason %o has signal.reason as its cause",
    async (reason) => {
      for (const moment of Object.values(moments)) {
        const controller = new AbortController();
        const { call } = await callAt(moment, controller.signal);
        controller.abort(reason);
        expect(await call).toHaveProperty("name", "AbortError");
        expect(Object(await call).cause).toBe(controller.signal.reason);
      }
    },
  );

  it.each([
    new ConnectionError("Another", { mayHaveCreated: true, attempts: 3 }),
    new BudgetSpent({ status: 429, content: "" } as never),
  ])("with an error of another call as its reason is an abort all the same: %o", async (reason) => {
    const controller = new AbortController();
    const { signal } = controller;
    const client = makeClient("http://127.0.0.1:1", {
      limiter: { waitForPlace: () => new Promise(() => {}) },
    });
    const call = rejection(client.createProductCollection(collection, { signal }));
    controller.abort(reason);
    expect(await call).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
  });

  it("before the call asks and sends nothing", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const provider = vi.fn(() => token);
    const waitForPlace = vi.fn(async () => {});
    const asking = makeClient(server.url, { token: provider, limiter: { waitForPlace } });
    const signal = AbortSignal.abort({ why: "Never wanted" });
    for (const client of [asking, makeClient(server.url)]) {
      const error = await rejection(client.createProductCollection(collection, { signal }));
      expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
      expect(error).toHaveProperty("cause", signal.reason);
    }
    expect(provider).not.toHaveBeenCalled();
    expect(waitForPlace).not.toHaveBeenCalled();
    await asking.createProductCollection(collection);
    expect(server.requests).toHaveLength(1);
  });

  it("after the call does nothing, and no listener is left to hear it", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? answer(response, 429, "", { "Retry-After": "0" }) : answer(response, 201),
    );
    const { signal } = new AbortController();
    const client = makeClient(server.url, { limiter: createLimiter() });
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
    let places = 0;
    const limiter: RateLimiter = {
      waitForPlace: () => (++places > 40 ? new Promise(() => {}) : Promise.resolve()),
    };
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
    const causes = (await Promise.all(cut)).map((error) => Object(error).cause);
    expect(causes).toEqual(Array(40).fill("enough"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).not.toHaveBeenCalled();
  });

  it("in the very moment when the limiter throws leaves no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on("unhandledRejection", onUnhandled);
    onTestFinished(() => void process.off("unhandledRejection", onUnhandled));
    const controller = new AbortController();
    const client = makeClient("http://127.0.0.1:1", {
      limiter: {
        waitForPlace() {
          controller.abort();
          throw new Error("The budget is unknown");
        },
      },
    });
    await rejection(client.createProductCollection(collection, { signal: controller.signal }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  it.each<[string, Partial<ClientOptions>]>([
    ["for the token", { token: () => new Promise(() => {}) }],
    ["for a place", { limiter: { waitForPlace: () => new Promise(() => {}) } }],
    ["for the answer", { fetch: () => new Promise(() => {}) }],
    [
      "to send again",
      { fetch: async () => new Response("", { status: 429, headers: { "Retry-After": "9" } }) },
    ],
    [
      "for another token",
      {
        token: (rejected) => (rejected ? new Promise(() => {}) : token),
        fetch: async () => new Response("", { status: 401 }),
      },
    ],
  ])("while the call waits %s leaves no timer", async (_, options) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const controller = new AbortController();
    const { signal } = controller;
    const client = makeClient("https://highlevel.test", { ...options, onEvent: () => {} });
    const call = rejection(client.createProductCollection(collection, { signal }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    controller.abort();
    expect(await call).toHaveProperty("name", "AbortError");
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("in the very moment when its place comes gives the place back", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const limiter = createLimiter({ limit: 2, intervalMs: 3_600_000 });
    const controller = new AbortController();
    const aborting: RateLimiter = {
      ...limiter,
      async waitForPlace(key, signal, turn) {
        const place = await limiter.waitForPlace(key, signal, turn);
        queueMicrotask(() => controller.abort());
        return place;
      },
    };
    const { signal } = controller;
    const aborted = makeClient(server.url, { limiter: aborting });
    const error = await rejection(aborted.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
    const client = makeClient(server.url, { limiter });
    for (let call = 0; call < 2; call++) await client.createProductCollection(collection);
    expect(server.requests).toHaveLength(2);
  });

  it("at any moment around that sends nothing any more, and loses no place", async () => {
    for (let moment = 0; moment < 30; moment++) {
      const limiter = createLimiter({ limit: 1, intervalMs: 3_600_000 });
      const controller = new AbortController();
      const { signal } = controller;
      const sentAborted: boolean[] = [];
      const client = makeClient("https://highlevel.test", {
        limiter: {
          ...limiter,
          async waitForPlace(key, signal, turn) {
            const place = await limiter.waitForPlace(key, signal, turn);
            void (async () => {
              for (let i = 0; i < moment; i++) await undefined;
              controller.abort();
            })();
            return place;
          },
        },
        fetch: async () => {
          sentAborted.push(signal.aborted);
          return Response.json(created, { status: 201 });
        },
      });
      await client.createProductCollection(collection, { signal }).catch(() => {});
      expect(sentAborted).not.toContain(true);
      if (sentAborted.length > 0) continue;
      const key = `${locationId}@https://highlevel.test`;
      await limiter.waitForPlace(key, AbortSignal.timeout(10_000));
    }
  });

  it("ends the call although a listener of the caller's stops the event", async () => {
    for (const moment of Object.values(moments)) {
      const controller = new AbortController();
      controller.signal.addEventListener("abort", (event) => event.stopImmediatePropagation());
      const { call } = await callAt(moment, controller.signal);
      controller.abort("stopped");
      expect(await call).toMatchObject({ name: "AbortError", cause: "stopped" });
    }
  });
});

describe("what is bounded is what is sent:", () => {
  const limit = 10;

  /** A client whose provider takes 2 s where `isSlow` says so, and when its requests were sent. */
  function slowProvider(isSlow: (question: number) => boolean) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], loopLimit: 100_000 });
    const sentAt: number[] = [];
    const sentTokens: unknown[] = [];
    let questions = 0;
    const client = makeClient("https://highlevel.test", {
      limiter: createLimiter({ limit, intervalMs: 10_000 }),
      async token() {
        const question = ++questions;
        if (isSlow(question)) await new Promise((resolve) => setTimeout(resolve, 2_000));
        return `token-of-question-${question}`;
      },
      async fetch(_url, { headers }) {
        sentAt.push(performance.now());
        sentTokens.push(headers.authorization);
        return Response.json(created, { status: 201 });
      },
    });
    const calls = (length: number) =>
      Array.from({ length }, () => client.createProductCollection(collection));
    return { calls, sentAt, sentTokens, questions: () => questions };
  }

  function fullest(times: readonly number[]): number {
    const within = (start: number) => times.filter((it) => it >= start && it < start + 10_000);
    return Math.max(...times.map((start) => within(start).length));
  }

  it.each<[string, (question: number) => boolean]>([
    ["once", (question) => question === 1],
    ["always", () => true],
    ["now and then", (question) => question % 3 === 0],
  ])("a provider that is slow %s makes no window fuller than the budget", async (_, isSlow) => {
    const { calls, sentAt } = slowProvider(isSlow);
    const all = Promise.all(calls(40));
    await vi.runAllTimersAsync();
    expect(await all).toHaveLength(40);
    expect(fullest(sentAt)).toBeLessThanOrEqual(limit);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("the token is asked for again where the place was long in coming", async () => {
    const { calls, sentTokens, questions } = slowProvider(() => false);
    const all = Promise.all(calls(12));
    await vi.runAllTimersAsync();
    await all;
    expect(questions()).toBe(14);
    expect(sentTokens.slice(-2)).toEqual([
      "Bearer token-of-question-13",
      "Bearer token-of-question-14",
    ]);
  });

  it("a place that the provider let go stale is used by another call", async () => {
    const { calls, sentAt } = slowProvider((question) => question === 22);
    const start = performance.now();
    const all = Promise.all(calls(21));
    await vi.runAllTimersAsync();
    await all;
    // Eleven waited for the second window; one of them gave its place back, and the last took it.
    const inSecond = sentAt.filter((at) => at - start > 9_000 && at - start < 13_000);
    expect(inSecond).toHaveLength(10);
  });
});

it("what is thrown after the request has left, by whatever, is no proof that it has not", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout").mockImplementation(() => {
    throw new Error("No timer is left");
  });
  const fetch = vi.fn(async () => Response.json(created, { status: 201 }));
  const client = makeClient("https://highlevel.test", { fetch });
  const error = await rejection(client.createProductCollection(collection));
  timers.mockRestore();
  expect(error).toMatchObject({
    name: "ConnectionError",
    message: "No answer; the collection may have been created",
    mayHaveCreated: true,
    attempts: 1,
  });
  expect(fetch).toHaveBeenCalledOnce();
});

it("onAnswer is told of every answer, and of no failure", async () => {
  const onAnswer = vi.fn();
  const answers = [
    async () => new Response("", { status: 429 }),
    () => Promise.reject(new Error("The connection broke")),
  ];
  const send = createSend({
    fetch: async () => answers.shift()?.() as Promise<Response>,
    tokens: createTokens(token),
    places: createPlaces(false, ""),
    onAnswer,
  });
  const request = { url: "https://highlevel.test", method: "POST", headers: {}, body: "{}" };
  const bounds = { timeoutMs: 1_000, maxRetries: 2, maxWaitMs: 1_000 };
  const call = { ...bounds, headers: {}, signal: undefined, emit: undefined };
  expect(await rejection(send(request, call))).toHaveProperty("name", "ConnectionError");
  expect(onAnswer.mock.calls.map(([{ status }]) => status)).toEqual([429]);
});
