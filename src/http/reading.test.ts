import { EventEmitter, once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  collection,
  created,
  deferred,
  makeClient,
  rejection,
  token,
} from "../../contract-tests/support/servers.js";
import type { Fetch, FetchInit, FetchResponse } from "../index.js";

// What no server can do: answer as other platforms and packages do. So the fetch is replaced here.

afterEach(() => {
  vi.unstubAllGlobals();
});

const bytes = new TextEncoder().encode(JSON.stringify(created));
const text = JSON.stringify(created);

/** A client that is answered so, and what its fetch was given. */
function clientOf(respond: (init: FetchInit) => unknown, timeoutMs = 1000) {
  const inits: FetchInit[] = [];
  const fetch: Fetch = async (_, init) => {
    inits.push(init);
    return respond(init) as FetchResponse;
  };
  return { client: makeClient("http://127.0.0.1:1", { fetch, timeoutMs }), inits };
}

async function* chunksOf(...chunks: unknown[]) {
  yield* chunks;
}

/** A web stream as another realm or a polyfill makes it: it has a reader, and nothing else. */
function foreignStream(...chunks: unknown[]) {
  return {
    getReader: () => ({
      read: async () => ({ done: chunks.length === 0, value: chunks.shift() }),
      cancel: async () => {},
    }),
  };
}

describe("a collection that was created is returned, whatever body the fetch gives", () => {
  const middle = bytes.length >> 1;
  const halves = () => [bytes.subarray(0, middle), bytes.subarray(middle)];
  const foreign = (): Uint8Array =>
    runInNewContext("new Uint8Array(list)", { list: Array.from(bytes) });
  const bodies: Record<string, () => Partial<FetchResponse>> = {
    "a web stream": () => ({ body: new Response(text).body }),
    "a web stream of another realm": () => ({ body: foreignStream(...halves()) }),
    "bytes of another realm": () => ({ body: foreignStream(foreign()) }),
    "a Node stream": () => ({ body: Readable.from(halves(), { objectMode: false }) }),
    "a Node stream of text": () => ({ body: Readable.from([text]).setEncoding("utf8") }),
    "a Node stream of Buffers": () => ({ body: new PassThrough().end(text) }),
    "an async iterable": () => ({ body: chunksOf(...halves()) }),
    "an async iterable of text": () => ({ body: chunksOf(text.slice(0, 9), text.slice(9)) }),
    "an async iterable of views": () => ({ body: chunksOf(new DataView(bytes.buffer)) }),
    "text() alone": () => ({ text: async () => text }),
    "text() beside a body that is null": () => ({ body: null, text: async () => text }),
    "text() beside a body that cannot be read": () => ({ body: {}, text: async () => text }),
    "text() that gives bytes": () => ({ text: async () => Buffer.from(text) as never }),
    "a body that is text": () => ({ body: text }),
  };

  it.each(Object.entries(bodies))("%s", async (_, make) => {
    const { client } = clientOf(() => ({ status: 201, headers: new Headers(), ...make() }));
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });

  const fail = () => {
    throw new Error("It throws when it is read");
  };
  const hostile = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
  const headers: Record<string, object> = {
    "no headers": {},
    "headers that are undefined": { headers: undefined },
    "headers that are null": { headers: null },
    "headers that throw": { headers: hostile },
    "a getter for headers that throws": Object.defineProperty({}, "headers", { get: fail }),
    "a list of what is not a header": { headers: [1, null, "a"] },
    "a set of what is not a header": { headers: new Set([1, null]) },
    "headers that HTTP has not": { headers: { "a b": "c", "X-A": "\u{1f600}", "": "d" } },
  };

  it.each(Object.entries(headers))("with %s", async (_, members) => {
    const body = { text: async () => text };
    const { client } = clientOf(() =>
      Object.defineProperties({ status: 201, ...body }, Object.getOwnPropertyDescriptors(members)),
    );
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });
});

describe("headers are read", () => {
  const pairs: [string, string][] = [
    ["X-RateLimit-Remaining", "7"],
    ["Retry-After", "2"],
  ];
  const given: Record<string, object> = {
    "of the platform": new Headers(pairs),
    "in a plain object": Object.fromEntries(pairs),
    "in a plain object, beside what is not a header": { "a b": "c", ...Object.fromEntries(pairs) },
    "in a Map": new Map(pairs),
    "in a list of pairs": pairs,
    "in a list of pairs, after what is none": [null, ["a"], [5, 5], ...pairs],
    "of another realm": runInNewContext("new Map(pairs)", { pairs }),
    "with spaces around their values": { "X-RateLimit-Remaining": " 7 ", "Retry-After": "\t2" },
  };

  it.each(Object.entries(given))("%s", async (_, headers) => {
    const { client } = clientOf(() => ({ status: 422, headers, text: async () => "{}" }));
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ status: 422, rateLimit: { remaining: 7 }, retryAfterMs: 2000 });
    expect(client.rateLimit).toMatchObject({ remaining: 7 });
    expect(JSON.parse(JSON.stringify(error)).headers).toMatchObject({ "retry-after": "2" });
  });
});

describe("the init", () => {
  it("is what every fetch takes, and inherits nothing", async () => {
    const { client, inits } = clientOf(() => ({ status: 201, text: async () => text }));
    await client.createProductCollection(collection);
    expect(Object.keys(inits[0] ?? {}).sort()).toEqual([
      "body",
      "headers",
      "method",
      "redirect",
      "signal",
    ]);
    expect(Object.getPrototypeOf(inits[0])).toBeNull();
    expect(inits[0]).toMatchObject({
      method: "POST",
      redirect: "manual",
      headers: { authorization: `Bearer ${token}` },
    });
  });

  it("is decided on once, and not anew for each call, for as long as the platform is the same", async () => {
    const made = vi.fn();
    class CountingRequest extends Request {
      constructor(...given: ConstructorParameters<typeof Request>) {
        super(...given);
        made();
      }
    }
    vi.stubGlobal("Request", CountingRequest);
    const { client, inits } = clientOf(() => ({ status: 201, text: async () => text }));
    for (let call = 0; call < 3; call++) await client.createProductCollection(collection);
    expect(made).toHaveBeenCalledTimes(1);
    for (const { signal } of inits) expect(signal).toBeInstanceOf(AbortSignal);
  });

  it("has no signal where the platform's fetch would refuse it, as under Jest with jsdom", async () => {
    class StrictRequest {
      constructor(_: string, { signal }: { signal?: unknown }) {
        if (signal !== undefined)
          throw new TypeError("Expected signal to be an instance of AbortSignal");
      }
    }
    vi.stubGlobal("Request", StrictRequest);
    const { client, inits } = clientOf(() => ({ status: 201, text: async () => text }));
    await client.createProductCollection(collection);
    expect(inits[0]).not.toHaveProperty("signal");
    vi.unstubAllGlobals();
    await client.createProductCollection(collection);
    expect(inits[1]?.signal).toBeInstanceOf(AbortSignal);
  });
});

describe("where the platform has neither Request nor TextDecoder nor TextEncoder, as in jsdom", () => {
  const missing = ["Request", "TextDecoder", "TextEncoder"];

  /** A client whose module has not yet asked what the platform has. */
  async function freshClient(answered: Response, given: (init: FetchInit) => void = () => {}) {
    vi.resetModules();
    const { createClient } = await import("../index.js");
    const client = createClient({
      locationId: "6578278e879ad2646715ba9c",
      token,
      maxRetries: 0,
      fetch: async (_, init) => {
        given(init);
        return answered.clone();
      },
    });
    for (const name of missing) vi.stubGlobal(name, undefined);
    return client;
  }

  it("a collection that was created is returned", async () => {
    const client = await freshClient(new Response(text, { status: 201 }));
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });

  it("the fetch is given a signal, which no Request could refuse", async () => {
    const given = vi.fn<(init: FetchInit) => void>();
    const client = await freshClient(new Response(text, { status: 201 }), given);
    await client.createProductCollection(collection);
    expect(given.mock.calls[0]?.[0].signal).toBeInstanceOf(AbortSignal);
  });

  it("a refusal without a body is a refusal", async () => {
    const client = await freshClient(new Response("", { status: 429 }));
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "ApiError",
      status: 429,
      mayHaveCreated: false,
    });
  });

  it("an answer that is not JSON is told in part", async () => {
    const client = await freshClient(new Response("€".repeat(2_000), { status: 500 }));
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "UnexpectedResponseError",
      body: "€".repeat(341),
    });
  });
});

describe("a fetch that", () => {
  const fail = () => {
    throw new Error("It throws when it is read");
  };
  const hostile = () =>
    new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const fates: Record<string, Fetch> = {
    "gives undefined": async () => undefined as never,
    "gives null": async () => null as never,
    "gives a text": async () => "201" as never,
    "gives no promise": (() => undefined) as never,
    "gives a proxy that throws": async () => hostile() as never,
    "gives a status that is not a number": async () => ({ status: "201" }) as never,
    "gives a status that is not a whole number": async () => ({ status: 201.5 }),
    "gives no status": async () => ({}) as never,
    "gives a status that throws": async () =>
      Object.defineProperty({}, "status", { get: fail }) as never,
    "throws at once": () => {
      throw new Error("Not now");
    },
    "throws undefined": () => Promise.reject(undefined),
    "throws a proxy that throws": () => Promise.reject(hostile()),
    "throws a revoked proxy": () => Promise.reject(revoked),
    "throws a cause that throws": () => Promise.reject(new Error("No", { cause: hostile() })),
    "throws an error of another realm": () => Promise.reject(runInNewContext("new Error('No')")),
  };

  it.each(Object.entries(fates))("%s ends in a ConnectionError", async (_, fetch) => {
    const spy = vi.fn(fetch);
    const client = makeClient("http://127.0.0.1:1", { fetch: spy });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true, attempts: 1 });
    expect(JSON.parse(JSON.stringify(error)).message).toMatch(
      /HighLevel \(\w.*\); the collection may have been created$/,
    );
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

it.each<[string, unknown]>([
  ["gives no status", {}],
  ["gives a status that is not a number", { status: "201" }],
  ["gives a status that is not a whole number", { status: 201.5 }],
])("a fetch that %s is told to have given no response", async (_, response) => {
  const { client } = clientOf(() => response);
  const error = await rejection(client.createProductCollection(collection));
  expect(String(error)).toMatch(
    /HighLevel \(The fetch gave no response\); the collection may have been created$/,
  );
});

it.each<[string, object]>([
  ["no body", {}],
  ["a body that is null", { body: null }],
  ["a body that cannot be read", { body: {} }],
])("an answer with %s and no text() is empty", async (_, members) => {
  const { client } = clientOf(() => ({ status: 500, ...members }));
  expect(await rejection(client.createProductCollection(collection))).toMatchObject({
    name: "UnexpectedResponseError",
    status: 500,
    body: "",
  });
});

describe("an answer in many chunks", () => {
  it("does not wait for a timer where they are few", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { client } = clientOf(() => ({ status: 201, body: chunksOf(...text) }));
    const made = client.createProductCollection(collection);
    expect(await made.finally(() => vi.useRealTimers())).toEqual(created.data);
  });

  it("lets timers have their turn where they are thousands, all at hand", async () => {
    const turn = vi.fn();
    let turnsAtTheEnd = 0;
    async function* chunks() {
      setTimeout(turn, 0);
      for (let chunk = 0; chunk < 2_500; chunk++) yield " ";
      yield text;
      turnsAtTheEnd = turn.mock.calls.length;
    }
    const { client } = clientOf(() => ({ status: 201, body: chunks() }));
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(turnsAtTheEnd).toBe(1);
  });
});

describe("an answer whose body", () => {
  const fates: [string, () => object, RegExp][] = [
    ["holds numbers", () => chunksOf(1, 2), /broke off/],
    ["holds objects", () => foreignStream({}), /broke off/],
    ["throws when it is begun", () => ({ [Symbol.asyncIterator]: () => null }), /broke off/],
    ["gives no reader", () => ({ getReader: () => null }), /broke off/],
    ["throws half-way", () => Readable.from(halfAndError()), /broke off/],
    ["is larger than 1 MiB", () => Readable.from(endless()), /more than 1 MiB/],
  ];

  async function* halfAndError() {
    yield '{"data":';
    throw new Error("The disk is full");
  }

  async function* endless() {
    for (;;) yield new Uint8Array(64 * 1024).fill(0x20);
  }

  it.each(fates)("%s is an UnexpectedResponseError with its status", async (_, make, message) => {
    for (const [status, mayHaveCreated] of [
      [201, true],
      [422, false],
    ] as const) {
      const { client } = clientOf(() => ({ status, body: make() }));
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ name: "UnexpectedResponseError", status, mayHaveCreated });
      expect(String(error)).toMatch(message);
    }
  });

  it("holds something other than bytes says so in its cause", async () => {
    const { client } = clientOf(() => ({ status: 201, body: chunksOf(1, 2) }));
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({
      cause: { message: "The body of the answer holds something other than bytes" },
    });
  });

  it.each(["a stream", "text()"])("is just 1 MiB of %s is whole", async (kind) => {
    const empty = JSON.stringify({ message: "Taken", filler: "" });
    const filler = "x".repeat(2 ** 20 - empty.length);
    const full = JSON.stringify({ message: "Taken", filler });
    for (const [content, name] of [
      [full, "ApiError"],
      [`${full} `, "UnexpectedResponseError"],
    ] as const) {
      const body = kind === "text()" ? undefined : chunksOf(content);
      const { client } = clientOf(() => ({ status: 400, body, text: async () => content }));
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toHaveProperty("name", name);
    }
  });

  it("is text of more than 1 MiB is no more than that", async () => {
    const { client } = clientOf(() => ({
      status: 201,
      text: async () => `"${"x".repeat(2 ** 21)}"`,
    }));
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "UnexpectedResponseError", status: 201 });
    expect(String(error)).toContain("more than 1 MiB");
  });

  it.each(["a Node stream", "an async iterable", "a foreign stream"])(
    "never ends is hung up on: %s",
    async (kind) => {
      const hungUp = deferred<void>();
      const events = new EventEmitter();
      const stream = new PassThrough().on("close", hungUp.resolve);
      const waits = async () => {
        await once(events, "never");
        return { done: true, value: undefined };
      };
      const cancel = async () => hungUp.resolve();
      const iterator = { next: waits, return: cancel };
      const body = {
        "a Node stream": stream,
        "an async iterable": { [Symbol.asyncIterator]: () => iterator },
        "a foreign stream": { getReader: () => ({ read: waits, cancel }) },
      }[kind];
      const { client } = clientOf(() => ({ status: 201, body }), 20);
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ name: "TimeoutError", mayHaveCreated: true });
      await hungUp.promise;
    },
  );
});

it("an async iterable that comes after the time is up is hung up on, and not read", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const late = deferred<FetchResponse>();
  const hungUp = deferred<void>();
  const next = vi.fn();
  const iterator = { next, return: async () => hungUp.resolve() };
  const { client } = clientOf(() => late.promise, 1_000);
  const call = rejection(client.createProductCollection(collection));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await call).toMatchObject({ name: "TimeoutError" });
  late.resolve({ status: 201, body: { [Symbol.asyncIterator]: () => iterator } });
  await hungUp.promise;
  expect(next).not.toHaveBeenCalled();
});

it("a signal does not abort after the answer has come whole", async () => {
  const { client, inits } = clientOf(() => ({ status: 201, body: chunksOf(text) }));
  await client.createProductCollection(collection);
  expect(inits[0]?.signal).toHaveProperty("aborted", false);
});

it("what a limiter's learn throws changes nothing", async () => {
  const learn = vi.fn(() => {
    throw new Error("The limiter failed");
  });
  const client = makeClient("http://127.0.0.1:1", {
    limiter: { waitForPlace: async () => "place", learn },
    fetch: async () => ({ status: 201, text: async () => text }),
  });
  expect(await client.createProductCollection(collection)).toEqual(created.data);
  expect(learn).toHaveBeenCalledTimes(1);
});
