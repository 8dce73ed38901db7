import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  locationId,
  token,
} from "../contract-tests/support/servers.js";
import { createClient, type Fetch } from "./index.js";
import { undiciFetch } from "./undici.js";

// Polluting Object.prototype is a known way to take over other people's code. A key on it may break a
// platform, but must neither send the token elsewhere nor make a failure look like another.

const keys = [
  ...["allowHttp", "baseUrl", "fetch", "headers", "limiter", "locationId", "maxRetries"],
  ...["maxWaitMs", "onEvent", "signal", "timeoutMs", "token", "userAgent"],
  ...["Request", "body", "bodySerializer", "method", "middleware", "mode", "params", "parseAs"],
  ...["path", "pathSerializer", "query", "querySerializer", "redirect", "requestInitExt"],
  ...["agent", "cache", "credentials", "dispatcher", "duplex", "integrity", "keepalive"],
  ...["again", "ahead", "answer", "attempts", "content", "data", "error", "flaw", "message", "ms"],
  ...["news", "ok", "place", "queue", "replace", "retryAfterMs", "rateLimit", "status", "thrown"],
  ...["cause", "code", "errors", "hostname", "mayHaveCreated", "neverSent", "port", "syscall"],
  ...["altId", "altType", "collectionId", "createdAt", "description", "image", "seo", "title"],
  ...["configurable", "enumerable", "get", "set", "value", "writable"],
];

const values = {
  "an address": "https://evil.example",
  "a text that means something": "connect",
  "the status of success": 201,
  "the status that is sent again": 429,
  "an object": { evil: "1", data: {} },
  "a function": () => {
    throw new Error("Called what stands on Object.prototype");
  },
};

/** What the calls of a client come to, and what they sent, as text. */
async function courseOf(fetch: Fetch | undefined, baseUrl?: string): Promise<string> {
  const sent: unknown[] = [];
  const client = createClient({
    locationId,
    token,
    limiter: false,
    ...(baseUrl && { baseUrl }),
    ...(fetch && {
      fetch(url, init) {
        const { method, body, redirect, headers } = init;
        sent.push([url, method, body, redirect, Object.entries(headers)]);
        return fetch(url, init);
      },
    }),
  });
  const results: unknown[] = [];
  for (const given of [collection, collection, collection, collection, { name: 5, slug: "a b" }]) {
    await client.createProductCollection(given as typeof collection).then(
      (made) => results.push(["created", made]),
      (error) =>
        results.push([String(error), Object.entries(error), Object.hasOwn(error, "cause")]),
    );
  }
  return JSON.stringify({ sent, results });
}

/** Runs the work with the key on Object.prototype. */
async function withPrototype<T>(key: string, value: unknown, work: () => Promise<T>): Promise<T> {
  // Without a prototype, for it is one of those that are polluted.
  const descriptor = { value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(Object.prototype, key, Object.assign(Object.create(null), descriptor));
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(Object.prototype, key);
  }
}

/**
 * A fetch whose calls are answered, refused, not answered, and answered without a collection.
 * It makes no Response: some of these keys break the platform's.
 */
function fourFates(): Fetch {
  let calls = 0;
  return async () => {
    calls++;
    const answer = (status: number, body: object) => ({
      status,
      headers: { "X-Request-Id": "1b9d" },
      body: null,
      text: async () => JSON.stringify(body),
    });
    if (calls === 1) return answer(201, created);
    if (calls === 2) return answer(422, { statusCode: 422 });
    if (calls === 3) throw new TypeError("fetch failed", { cause: new Error("socket hang up") });
    return answer(201, {});
  };
}

it.each(Object.entries(values))(
  "%s on Object.prototype, under whatever name, decides nothing",
  async (_, value) => {
    const expected = await courseOf(fourFates());
    const changed: Record<string, string> = {};
    for (const key of keys) {
      const course = await withPrototype(key, value, () => courseOf(fourFates()));
      if (course !== expected) changed[key] = course;
    }
    expect(changed).toEqual({});
  },
);

// Not `body`, `dispatcher`, `query` or `signal`: Node.js's own fetch reads them there.
const readByFetches = ["headers", "baseUrl", "method", "redirect", "Request"];
const readByUndici = ["expectContinue", "idempotent", "query", "reset", "throwOnError", "upgrade"];
const fetches: Record<string, [fetch: Fetch, keys: readonly string[]]> = {
  "with the platform's fetch": [(url, init) => globalThis.fetch(url, init), readByFetches],
  "with undiciFetch": [undiciFetch, [...readByFetches, ...readByUndici]],
};

describe.each(Object.entries(fetches))("%s", (_, [fetch, keys]) => {
  it.each(Object.entries(values))(
    "%s on Object.prototype sends no request elsewhere, nor otherwise",
    async (_, value) => {
      const server = await countingServer((response) => answer(response, 201));
      const expected = await courseOf(fetch, server.url);
      const changed: Record<string, string> = {};
      for (const key of keys) {
        const course = await withPrototype(key, value, () => courseOf(fetch, server.url));
        if (course !== expected) changed[key] = course;
      }
      expect(changed).toEqual({});
      const { method, path, headers, body } = server.requests[0] ?? {};
      const calls = (1 + keys.length) * 4;
      expect(server.requests).toEqual(Array(calls).fill({ method, path, headers, body }));
      expect(headers).toHaveProperty("authorization", `Bearer ${token}`);
    },
  );
});

it("a failure is not sent again for what stands on Object.prototype", async () => {
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const platforms = vi.spyOn(globalThis, "fetch").mockImplementation(async () => {
    throw new TypeError("fetch failed", { cause: reset });
  });
  onTestFinished(() => platforms.mockRestore());
  const claims = {
    syscall: "connect",
    status: 429,
    errors: [{ code: "ECONNREFUSED" }],
    neverSent: true,
  };
  for (const [key, value] of Object.entries(claims)) {
    platforms.mockClear();
    const course = await withPrototype(key, value, () => courseOf(undefined));
    expect(course).toContain("may have been created");
    expect(course).not.toContain("nothing was created");
    expect(platforms).toHaveBeenCalledTimes(4);
  }
});
