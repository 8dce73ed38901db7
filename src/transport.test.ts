import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type CallOptions,
  type ClientEvent,
  type ClientOptions,
  type ConnectionError,
  createLimiter,
  type Fetch,
  type Limiter,
} from "./index.js";
import {
  closedPort,
  collection,
  countingServer,
  created,
  makeClient,
  rejection,
  respond,
  token,
} from "./test-support/servers.js";

// Which failures are sent again, and what they say, is in failures.test.ts.

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // no jitter, and so no wait where none is named
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("sending again", () => {
  it("creates after a 429, with the same body", async () => {
    const server = await countingServer((it, _, count) =>
      count < 3
        ? respond(it, 429, {}, { "X-RateLimit-Interval-Milliseconds": "1" })
        : respond(it, 201),
    );
    const result = await makeClient(server.url).createProductCollection(collection);
    expect(result).toEqual(created.data);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
    expect(server.requests).toHaveLength(3);
  });

  it("creates after a connection that could not be made", async () => {
    const server = await countingServer((it) => respond(it, 201));
    const closed = `http://127.0.0.1:${await closedPort()}`;
    let attempts = 0;
    const client = makeClient(server.url, {
      fetch: (url, init) => fetch(++attempts === 1 ? url.replace(server.url, closed) : url, init),
    });
    await client.createProductCollection(collection);
    expect(attempts).toBe(2);
  });

  it.each([
    ["maxRetries is 0", { maxRetries: 0 }, 1],
    ["maxRetries is 1", { maxRetries: 1 }, 2],
  ])("ends where %s", async (_, options, attempts) => {
    const server = await countingServer((it) =>
      respond(it, 429, {}, { "X-RateLimit-Interval-Milliseconds": "1" }),
    );
    const error = await rejection(
      makeClient(server.url, options).createProductCollection(collection),
    );
    expect(error).toMatchObject({ status: 429, attempts });
    expect(server.requests).toHaveLength(attempts);
  });
});

it("a call that was refused goes before those that have not been sent", async () => {
  const server = await countingServer((response, _, count) =>
    count === 1
      ? respond(response, 429, {}, { "X-RateLimit-Interval-Milliseconds": "100" })
      : respond(response, 201),
  );
  const client = makeClient(server.url, { limiter: createLimiter() });
  let late: Promise<unknown> | undefined;
  await client.createProductCollection(collection, {
    onEvent({ type }) {
      if (type === "waiting") {
        late ??= client.createProductCollection({ ...collection, slug: "late" });
      }
    },
  });
  await late;
  const slugs = server.requests.map(({ body }) => JSON.parse(body).slug);
  expect(slugs).toEqual([collection.slug, collection.slug, "late"]);
});

it("a call that half a 429 to another one stops gets a 429, and not the other call's error", async () => {
  const server = await countingServer((response) => {
    response.writeHead(429, { "Retry-After": "600", "Content-Length": "99" });
    response.write("half", () => response.socket?.destroy());
  });
  const client = makeClient(server.url, { limiter: createLimiter(), maxRetries: 2 ** 31 - 1 });
  const first = await rejection(client.createProductCollection(collection));
  expect(first).toMatchObject({ name: "ConnectionError", status: 429, attempts: 1 });
  const second = await rejection(client.createProductCollection(collection));
  expect(second).toMatchObject({ name: "ApiError", status: 429, attempts: 0 });
  expect(server.requests).toHaveLength(1);
});

it("waits after a 429 as the limiter knows, also where the 429 itself does not say", async () => {
  const server = await countingServer((response, _, count) => {
    const learned = { "X-RateLimit-Interval-Milliseconds": "50" };
    respond(response, count === 2 ? 429 : 201, created, count === 1 ? learned : {});
  });
  const client = makeClient(server.url, { limiter: createLimiter(), maxWaitMs: 5000 });
  await client.createProductCollection(collection);
  await client.createProductCollection(collection); // HighLevel's own window would be too long
  expect(server.requests).toHaveLength(3);
});

it.each<[string, () => Promise<{ options: Partial<ClientOptions>; callOptions?: CallOptions }>]>([
  ["has no token", async () => ({ options: { token: async () => "" } })],
  ["finds no server", async () => ({ options: { fetch: await closedFetch() } })],
  [
    "is aborted before it is sent",
    async () => {
      const controller = new AbortController();
      const token = async () => {
        controller.abort();
        return "pit-too-late";
      };
      return { options: { token }, callOptions: { signal: controller.signal } };
    },
  ],
])("a call that %s uses up none of the rate limit", async (_, fail) => {
  const server = await countingServer((it) => respond(it, 201));
  const limiter = createLimiter({ limit: 2, intervalMs: 60_000 });
  const { options, callOptions } = await fail();
  const failing = makeClient(server.url, { limiter, maxRetries: 0, ...options });
  for (let i = 0; i < 3; i++) {
    await rejection(failing.createProductCollection(collection, callOptions));
  }
  const client = makeClient(server.url, { limiter });
  await Promise.all([1, 2].map(() => client.createProductCollection(collection)));
  expect(server.requests).toHaveLength(2);
});

/** A fetch whose server refuses every connection. */
async function closedFetch(): Promise<Fetch> {
  const closed = `http://127.0.0.1:${await closedPort()}`;
  return (_url, init) => fetch(closed, init);
}

it("a custom limiter is asked again only after the wait that a 429 names", async () => {
  const server = await countingServer((response, _, count) =>
    count === 1
      ? respond(response, 429, {}, { "X-RateLimit-Interval-Milliseconds": "100" })
      : respond(response, 201),
  );
  const asked: number[] = [];
  const client = makeClient(server.url, {
    limiter: (_key, send) => {
      asked.push(performance.now());
      return send();
    },
  });
  await client.createProductCollection(collection);
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThan(90);
});

const vaultIsClosed = new Error("the vault is closed");

const circular = new Error("the vault is closed");
circular.cause = circular;

describe("a token provider", () => {
  /** A server that accepts one token. */
  const serverFor = (good: string) =>
    countingServer((it, { headers }) =>
      headers.authorization === `Bearer ${good}` ? respond(it, 201) : respond(it, 401, {}),
    );

  it("is asked for another token after a 401, which is not counted as a retry", async () => {
    const server = await serverFor("pit-new-token");
    const asked: unknown[] = [];
    const events: ClientEvent[] = [];
    const client = makeClient(server.url, {
      maxRetries: 0,
      token: (rejected) => {
        asked.push(rejected);
        return rejected ? "pit-new-token" : "pit-old-token";
      },
      onEvent: (event) => events.push(event),
    });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(asked).toEqual([undefined, "pit-old-token"]);
    expect(events.map(({ type }) => type)).toEqual([
      "sending",
      "attempt",
      "refreshing",
      "sending",
      "attempt",
      "finished",
    ]);
  });

  it("may refresh: an echo of the old token is replaced as well as one of the new", async () => {
    const server = await countingServer((response, { headers }, count) =>
      count === 1
        ? respond(response, 401, {})
        : respond(response, 422, { message: [`${headers.authorization} replaces pit-old-token`] }),
    );
    const client = makeClient(server.url, {
      token: (rejected) => (rejected ? "pit-new-token" : "pit-old-token"),
    });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({
      message: "HighLevel answered 422: Bearer [token] replaces [token]",
      body: { message: ["Bearer [token] replaces [token]"] },
    });
  });

  it("is asked once for all calls whose token was rejected", async () => {
    const server = await serverFor("pit-new-token");
    let questions = 0;
    const client = makeClient(server.url, {
      token: async (rejected) => {
        if (rejected) questions++;
        return rejected ? "pit-new-token" : "pit-old-token";
      },
    });
    await Promise.all(Array.from({ length: 20 }, () => client.createProductCollection(collection)));
    expect(questions).toBe(1);
  });

  it("is asked no third time, and not at all for a token that is a string", async () => {
    const server = await serverFor("pit-another-token");
    const provider = vi.fn((rejected?: string) => (rejected ? "pit-new-token" : "pit-old-token"));
    const error = await rejection(
      makeClient(server.url, { token: provider }).createProductCollection(collection),
    );
    expect(error).toMatchObject({ status: 401, attempts: 2 });
    expect(provider).toHaveBeenCalledTimes(2);

    await rejection(makeClient(server.url).createProductCollection(collection));
    expect(server.requests).toHaveLength(3);
  });

  it("may abort the call itself, and is not asked once the call is aborted", async () => {
    const server = await serverFor("none");
    const controller = new AbortController();
    const { signal } = controller;
    const token = vi.fn(async () => {
      controller.abort("enough");
      throw new Error("which nobody hears");
    });
    const client = makeClient(server.url, { token, limiter: (_key, send) => send() });
    const calls = [1, 2].map(() => client.createProductCollection(collection, { signal }));
    for (const call of calls) {
      expect(await rejection(call)).toMatchObject({ name: "AbortError", cause: "enough" });
    }
    expect(token).toHaveBeenCalledTimes(1);
    expect(server.requests).toEqual([]);
  });

  it.each<[string, () => unknown, unknown]>([
    ["throws", () => Promise.reject(vaultIsClosed), vaultIsClosed],
    ["throws undefined", () => Promise.reject(undefined), undefined],
    ["throws an error that is its own cause", () => Promise.reject(circular), circular],
    ["gives the same token", () => "pit-old-token", undefined],
    ["gives no token", () => "", expect.any(TypeError)],
  ])("that %s after a 401 ends the call with the server's words", async (_, provide, cause) => {
    const server = await countingServer((it) =>
      respond(it, 401, { message: "This location is not accessible from this token." }),
    );
    const provider = (rejected?: string) => (rejected ? provide() : "pit-old-token") as string;
    const client = makeClient(server.url, { token: provider });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({
      name: "ApiError",
      message: "HighLevel answered 401: This location is not accessible from this token.",
      mayHaveCreated: false,
      attempts: 1,
    });
    expect((error as Error).cause).toEqual(cause);
  });

  it("is asked again by the next call once the new token is rejected as well", async () => {
    const server = await serverFor("pit-third-token");
    const replacements = ["pit-second-token", "pit-third-token"];
    const provider = (rejected?: string) =>
      rejected ? String(replacements.shift()) : "pit-first-token";
    const client = makeClient(server.url, { token: provider });
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      status: 401,
    });
    await client.createProductCollection(collection);
    expect(server.requests).toHaveLength(4);
  });

  it("ends the call with what it throws, and nothing is sent", async () => {
    const server = await serverFor("none");
    const client = makeClient(server.url, { token: () => Promise.reject(vaultIsClosed) });
    expect(await rejection(client.createProductCollection(collection))).toBe(vaultIsClosed);
    expect(server.requests).toEqual([]);
  });

  it.each(["", "two words", "line\nbreak", undefined])("must not give %j", async (bad) => {
    const server = await serverFor("none");
    const client = makeClient(server.url, { token: () => bad as string });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain("token provider");
    if (bad) expect(String(error)).not.toContain(bad);
    expect(server.requests).toEqual([]);
  });

  it("is asked when it is the call's turn, so that a token cannot expire in the queue", async () => {
    const server = await countingServer((it) => respond(it, 201));
    let asked = 0;
    let held = () => {};
    const client = makeClient(server.url, {
      token: () => {
        asked++;
        return token;
      },
      limiter: async (_key, send) => {
        await new Promise<void>((resolve) => {
          held = resolve;
        });
        return send();
      },
    });
    const call = client.createProductCollection(collection);
    await new Promise(setImmediate);
    expect(asked).toBe(0);
    held();
    await call;
    expect(asked).toBe(1);
  });
});

describe("a fetch of one's own", () => {
  it("may be deaf to its signal: the call ends in time all the same", async () => {
    const fetch = () => new Promise<Response>(() => {});
    const client = makeClient("https://api.example", { fetch, timeoutMs: 5 });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "TimeoutError", mayHaveCreated: true, attempts: 1 });
  });

  it("may answer with no stream, but text", async () => {
    const text = async () => JSON.stringify(created);
    const plain = { ok: true, status: 201, headers: new Headers(), text };
    const client = makeClient("https://api.example", { fetch: async () => plain as Response });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });

  it("may throw anything: the error's cause is a copy without the token", async () => {
    const thrown = Object.assign(new Error(`Bearer ${token} was refused`), {
      code: "EPROXY",
      cause: new Error("the proxy's"),
    });
    const client = makeClient("https://api.example", { fetch: () => Promise.reject(thrown) });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({
      name: "ConnectionError",
      message: "No complete response: the proxy's; the collection may have been created",
      cause: {
        message: "Bearer [token] was refused",
        code: "EPROXY",
        cause: { message: "the proxy's" },
      },
    });
    const client2 = makeClient("https://api.example", { fetch: () => Promise.reject("no") });
    expect(await rejection(client2.createProductCollection(collection))).toMatchObject({
      name: "ConnectionError",
      cause: { message: "no" },
    });
  });
});

it("a call that was aborted sends nothing, also where its limiter lets it go later", async () => {
  const headers = { "X-RateLimit-Interval-Milliseconds": "1" };
  const server = await countingServer((response) => respond(response, 429, {}, headers));
  const controller = new AbortController();
  const client = makeClient(server.url, {
    limiter: async (_key, send, { isRetry }) => {
      if (isRetry) controller.abort();
      return send();
    },
  });
  const call = client.createProductCollection(collection, { signal: controller.signal });
  const ended = { name: "AbortError", mayHaveCreated: false, attempts: 1 };
  expect(await rejection(call)).toMatchObject(ended);
  expect(server.requests).toHaveLength(1);
});

it("a call ends when it is aborted, however long its limiter holds it", async () => {
  const server = await countingServer((it) => respond(it, 201));
  const held: (() => Promise<unknown>)[] = [];
  const deaf: Limiter = (_key, send) =>
    new Promise((resolve, reject) => held.push(() => send().then(resolve, reject)));
  const { signal, abort } = abortable();
  const provider = vi.fn(() => token);
  const client = makeClient(server.url, { limiter: deaf, token: provider });
  const calls = Array.from({ length: 64 }, () =>
    rejection(client.createProductCollection(collection, { signal })),
  );
  await vi.waitUntil(() => held.length === 64);
  await held[0]?.(); // and the first is done
  abort();
  const [first, ...others] = await Promise.all(calls.map((it) => it.catch(() => "created")));
  expect(first).toBe("created");
  for (const error of others) {
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
  }
  await Promise.all(held.slice(1).map((send) => send()));
  expect(server.requests).toHaveLength(1);
  expect(provider).toHaveBeenCalledTimes(1);
});

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

describe("a limiter of one's own", () => {
  it.each<[string, Limiter]>([
    ["forgets to give the response", async (_key, send) => void (await send()) as never],
    ["sends twice", (_key, send) => send().then(send)],
  ])("that %s loses no collection, and creates none twice", async (_, limiter) => {
    const server = await countingServer((it) => respond(it, 201));
    const client = makeClient(server.url, { limiter });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(server.requests).toHaveLength(1);
  });
});

it.each([undefined, null])(
  "a token provider or a limiter that rejects with %j gets an error of its own",
  async (nothing) => {
    const reject = () => Promise.reject(nothing);
    for (const options of [{ token: reject }, { limiter: reject }]) {
      const client = makeClient("https://api.example", options);
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toBe(
        `The token provider or the limiter rejected with ${nothing}`,
      );
    }
  },
);

it("a call that was aborted leaves the limiter's queue at once", async () => {
  const server = await countingServer(() => {});
  const limiter = createLimiter({ limit: 1, intervalMs: 60_000 });
  const client = makeClient(server.url, { limiter });
  const first = new AbortController();
  const inFlight = client.createProductCollection(collection, { signal: first.signal });
  const second = new AbortController();
  const waiting = client.createProductCollection(collection, { signal: second.signal });
  await server.received(1);
  second.abort();
  const error = (await rejection(waiting)) as ConnectionError;
  expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
  first.abort();
  expect(await rejection(inFlight)).toMatchObject({ name: "AbortError", mayHaveCreated: true });
});

it("a call that is aborted by a listener to its wait ends at once", async () => {
  const server = await countingServer((it) => respond(it, 429, {}, { "Retry-After": "20" }));
  const controller = new AbortController();
  const error = await rejection(
    makeClient(server.url).createProductCollection(collection, {
      signal: controller.signal,
      onEvent: ({ type }) => type === "waiting" && controller.abort("enough"),
    }),
  );
  expect(error).toMatchObject({ name: "AbortError", cause: "enough", attempts: 1 });
});
