import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  type Received,
  rawServer,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import {
  type ClientEvent,
  createClient,
  type Fetch,
  type FetchInit,
  HighLevelError,
} from "./index.js";

/** All that can be read of a value, in every way that a program or a logger has. */
function allOf(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value === "string") return value;
  if (value === null || (typeof value !== "object" && typeof value !== "function")) {
    return String(value);
  }
  if (seen.has(value)) return "";
  seen.add(value);
  const parts = [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    Object.prototype.toString.call(value),
  ];
  for (const read of [String, JSON.stringify]) {
    try {
      parts.push(read(value));
    } catch {} // a cycle: its members are read below
  }
  for (const key of Reflect.ownKeys(value)) {
    parts.push(String(key), allOf(Reflect.get(value, key), seen));
  }
  if (Symbol.iterator in value)
    for (const it of value as Iterable<unknown>) parts.push(allOf(it, seen));
  return parts.join("\n");
}

/** A server's way to answer; `echo` is the Authorization header as it came. */
type Echo = (response: ServerResponse, echo: string, request: Received) => void;

const headersWith = (echo: string) => ({
  "X-Echo": echo,
  "X-Inside": `before${echo}after`,
  "Set-Cookie": `session=${encodeURIComponent(echo)}; ${echo}`,
  Location: `/login?token=${echo.replace("Bearer ", "")}`,
  "WWW-Authenticate": `Bearer error="invalid_token", token="${echo}"`,
});

const withStatus = (status: number): [string, Echo] => [
  `status ${status}`,
  (response, echo) => {
    response.statusMessage = echo;
    const message = status === 422 ? [echo, `${echo}${echo}`] : `No entry for ${echo}!`;
    answer(
      response,
      status,
      { message, error: echo, [echo]: { [echo]: [echo] } },
      headersWith(echo),
    );
  },
];

const echoes: [string, Echo][] = [
  ...[400, 401, 422, 429].map(withStatus),
  ...[200, 202, 204, 206, 301, 302, 303, 307, 308, 403, 404, 407, 418, 500, 502, 503].map(
    withStatus,
  ),
  ["text for a body", (it, echo) => answer(it, 401, echo, headersWith(echo))],
  ["JSON text for a body", (it, echo) => answer(it, 429, JSON.stringify(echo))],
  ["a body without data", (it, echo) => answer(it, 201, { echo }, headersWith(echo))],
  ["a body that is cut", (it, echo) => answer(it, 201, `{"data":{"name":"${echo}`)],
  [
    "the token at the end of the first KiB",
    (it, echo) => answer(it, 500, `${" ".repeat(1010)}${echo}`),
  ],
  ["more than 1 MiB", (it, echo) => answer(it, 500, `${echo}\n`.repeat(50_000), headersWith(echo))],
  [
    "the token in two pieces",
    (it, echo) => {
      it.writeHead(400);
      it.write(`{"message":"${echo.slice(0, 20)}`, () =>
        setImmediate(() => it.end(`${echo.slice(20)}"}`)),
      );
    },
  ],
  [
    "a hang-up in the body",
    (it, echo) => {
      it.writeHead(201, headersWith(echo)).write(echo, () => it.socket?.destroy());
    },
  ],
  ["a reset", (it) => it.socket?.resetAndDestroy()],
  ["silence", () => {}],
  ["silence in the body", (it, echo) => it.writeHead(201, headersWith(echo)).write(echo)],
  ["no HTTP at all", (it, echo) => it.socket?.end(`${echo}\r\n\r\n`)],
  [
    "its own request",
    (it, echo) => it.socket?.end(`POST / HTTP/1.1\r\nAuthorization: ${echo}\r\n\r\n`),
  ],
  ["a header that is none", (it, echo) => it.socket?.end(`HTTP/1.1 201 OK\r\n${echo} \0\r\n\r\n`)],
  [
    "endless headers",
    (it, echo) => it.socket?.end(`HTTP/1.1 201 OK\r\nA: ${echo.repeat(9999)}\r\n\r\n`),
  ],
  ["gzip that is none", (it, echo) => answer(it, 201, echo, { "Content-Encoding": "gzip" })],
];

describe("the token is in nothing of the error after", () => {
  it.each(echoes)("%s", async (name, echo) => {
    const server = await countingServer((response, request) =>
      echo(response, request.headers.authorization ?? "", request),
    );
    const isSilent = name.startsWith("silence");
    const platforms = vi.spyOn(globalThis, "fetch");
    if (isSilent) vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.restoreAllMocks().useRealTimers());
    const client = makeClient(server.url, { maxRetries: 0, timeoutMs: 5_000 });
    const call = rejection(client.createProductCollection(collection));
    if (isSilent) {
      while (server.requests.length === 0) await new Promise(setImmediate);
      if (name === "silence in the body") await platforms.mock.results[0]?.value;
      await vi.advanceTimersByTimeAsync(5_000);
    }
    const error = await call;
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(error).toBeInstanceOf(HighLevelError);
    expect(allOf(error)).not.toContain(token);
    expect(allOf(client)).not.toContain(token);
  });

  it("a refused connection", async () => {
    const client = makeClient(`http://127.0.0.1:${await closedPort()}`, { maxRetries: 0 });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ mayHaveCreated: false });
    expect(allOf(error)).not.toContain(token);
  });

  it("a broken TLS handshake", async () => {
    const server = await rawServer((socket) => socket.end(`HTTP/1.1 400 ${token}\r\n\r\n`));
    const client = makeClient(server.url.replace("http", "https"));
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true });
    expect(allOf(error)).not.toContain(token);
  });

  it("an abort", async () => {
    const server = await countingServer(() => {});
    const signal = AbortSignal.timeout(20);
    const client = makeClient(server.url);
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", cause: signal.reason });
    expect(allOf(error)).not.toContain(token);
  });

  it("a collection that breaks the contract", async () => {
    const client = makeClient("http://127.0.0.1:1");
    const error = await rejection(client.createProductCollection({ name: 5 } as never));
    expect(allOf(error)).not.toContain(token);
  });

  const thrown: Record<string, (init: FetchInit) => unknown> = {
    "an error with the request": (init) => Object.assign(new Error("Failed"), { request: init }),
    "an error with the headers under a symbol": (init) =>
      Object.assign(new Error("Failed"), { [Symbol("init")]: init.headers }),
    "an error with hidden headers": (init) =>
      Object.defineProperty(new Error("Failed"), "headers", { value: init.headers }),
    "a message": () => new Error(`Bearer ${token} was refused, ${token}`),
    "a name, a code and a system call": () =>
      Object.assign(new Error("Failed"), { name: token, code: token, syscall: token }),
    "an altered stack": () =>
      Object.assign(new Error("Failed"), { stack: `Error: ${token}\n at ${token}` }),
    "a stack that is not text": () => Object.assign(new Error("Failed"), { stack: [token] }),
    "a name and a message that are not text": () =>
      Object.assign(new Error("Failed"), { name: undefined, message: { token } }),
    "a cause": (init) =>
      new TypeError("fetch failed", { cause: Object.assign(new Error(token), { request: init }) }),
    "a cause that is not an error": (init) =>
      new Error("Failed", { cause: { request: init, token } }),
    "a cause that is a text": () => new Error("Failed", { cause: token }),
    "a cause ten deep": () =>
      Array.from({ length: 10 }).reduce<Error>(
        (cause) => new Error(token, { cause }),
        new Error(token),
      ),
    "a cause that is itself": () => {
      const error = new Error(token);
      error.cause = error;
      return error;
    },
    "many errors": () =>
      new AggregateError([new Error(token), { token }, token], `All of ${token}`),
    "an error that shows itself as it likes": () =>
      Object.assign(new Error("Failed"), {
        toString: () => token,
        toJSON: () => token,
        [inspect.custom]: () => token,
      }),
    "a DOMException": () => new DOMException(token, "NetworkError"),
    "a text": () => `Bearer ${token}`,
    "an object": () => ({ token, toString: () => token }),
    "an object without a prototype": () => Object.assign(Object.create(null), { token }),
    "a symbol": () => Symbol(token),
    undefined: () => undefined,
    null: () => null,
  };

  it.each(Object.entries(thrown))("a fetch that throws %s", async (_, make) => {
    const fetch: Fetch = async (_, init) => {
      throw make(init);
    };
    const client = makeClient("http://127.0.0.1:1", { fetch });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true });
    expect(allOf(error)).not.toContain(token);
  });

  it("the token is replaced, neither the new nor the rejected one", async () => {
    const fresh = "pit-9b7d2c44-1f3a-4e0d-8c55-7a6e9f0b1d22";
    const server = await countingServer((response, { headers }, count) => {
      const message = `${token} was replaced by ${headers.authorization}`;
      answer(response, count === 1 ? 401 : 400, { message }, { "X-Echo": message });
    });
    const client = makeClient(server.url, { token: (rejected) => (rejected ? fresh : token) });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ status: 400 });
    expect(allOf(error)).not.toContain(fresh);
    expect(allOf(error)).not.toContain(token);
  });
});

describe("a token that the API sends back in JSON is in nothing of the error, whoever wrote it", () => {
  const odd = `abc/def+ghi"jkl\\mno<pqr>'stu==`;
  const toHex = (it: string) =>
    `\\u${it.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const writers: Record<string, (text: string) => string> = {
    JavaScript: (text) => JSON.stringify(text),
    "PHP, which escapes slashes": (text) => JSON.stringify(text).replaceAll("/", "\\/"),
    ".NET, which escapes what HTML may not hold": (text) =>
      JSON.stringify(text)
        .replaceAll('\\"', toHex('"'))
        .replaceAll(/[+<>'&]/g, toHex),
    "one that escapes everything": (text) => `"${text.replaceAll(/./g, toHex)}"`,
  };

  describe.each(Object.entries(writers))("%s", (_, write) => {
    it.each([
      ["an ordinary token", 400, token],
      ["a token with characters that JSON escapes", 400, odd],
      ["a token with characters that JSON escapes", 429, odd],
    ])("%s, status %i", async (_, status, token) => {
      const server = await countingServer((response, { headers }) =>
        answer(response, status, `{"message":${write(headers.authorization ?? "")}}`),
      );
      const client = makeClient(server.url, { token, maxRetries: 0 });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ status, body: { message: expect.stringMatching(/^Bearer /) } });
      expect(allOf(error)).not.toContain(token);
    });
  });
});

describe.each([4096, 16 * 1024, 64 * 1024])("a token of %i characters", (length) => {
  const long = `pit-${"a+/=9Z.".repeat(length)}`.slice(0, length);
  // As many times as fit into a MiB, with every slash written in six characters.
  const times = Math.floor((1024 * 1024 - 2000) / (2 * length));
  const manyIn = (echo: string) => Array.from({ length: times }, () => `C:\\ ${echo}`);
  const answeredWith = (status: number) =>
    countingServer(
      (response, { headers }) => {
        const message = manyIn(headers.authorization ?? "");
        const name = message.join();
        const body = status === 201 ? { data: { ...created.data, name } } : { message };
        answer(response, status, JSON.stringify(body).replaceAll("/", "\\u002f"));
      },
      { maxHeaderSize: 256 * 1024 },
    );

  it("and a backslash in the answer lose no collection", async () => {
    const server = await answeredWith(201);
    const client = makeClient(server.url, { token: long });
    const { name } = await client.createProductCollection(collection);
    expect(name).toBe(manyIn("Bearer [token]").join());
    expect(server.requests).toHaveLength(1);
  });

  it("and a backslash in the answer make no other error, nor stand in it", async () => {
    for (const status of [422, 404]) {
      const server = await answeredWith(status);
      const client = makeClient(server.url, { token: long });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ status, body: { message: manyIn("Bearer [token]") } });
      expect(JSON.stringify(error).includes(long)).toBe(false);
    }
  });

  it("and a backslash in what a fetch throws make no other error, nor stand in it", async () => {
    const fetch: Fetch = (_, { headers }) =>
      Promise.reject(new Error(`C:\\${headers.authorization}`));
    const client = makeClient("http://127.0.0.1:1", { token: long, fetch });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true });
    expect(inspect(error).includes(long)).toBe(false);
    expect(String(error)).toMatch(
      /\(C:\\Bearer \[token\]\); the collection may have been created$/,
    );
  });

  it("in the headers of the answer is in none of the error's", async () => {
    const client = makeClient("http://127.0.0.1:1", {
      token: long,
      fetch: async (_, { headers }) => ({
        status: 404,
        headers: { "X-Echo": `C:\\${headers.authorization}`, "X-Json": JSON.stringify(headers) },
        text: async () => "\\",
      }),
    });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ status: 404 });
    const shown = JSON.parse(JSON.stringify(error)).headers;
    expect(shown["x-echo"]).toBe("C:\\Bearer [token]");
    expect(JSON.stringify(shown).includes(long)).toBe(false);
  });
});

describe("the token is not", () => {
  it("in the client, in its functions, nor in what a limiter is told", async () => {
    const told: unknown[] = [];
    const server = await countingServer((response) => answer(response, 201));
    const tell = (...args: unknown[]) => told.push(args);
    const limiter = { waitForPlace: async (...args: unknown[]) => tell(...args), learn: tell };
    for (const given of [token, () => token]) {
      const client = makeClient(server.url, { token: given, limiter });
      await client.createProductCollection(collection);
      const parts = [
        client,
        client.createProductCollection,
        client.createProductCollection.toString(),
      ];
      for (const part of [...parts, client.rateLimit, told])
        expect(allOf(part)).not.toContain(token);
    }
    expect(told).toHaveLength(4);
  });

  it.each(["C:\\", "\\\\", '"', "\n", "/", "é", "u00"])(
    "in an answer that is else left as it was: after %o",
    async (before) => {
      const name = (token: string) => `${before}${token}${before}`;
      const server = await countingServer((response) =>
        answer(response, 201, { data: { ...created.data, name: name(token) } }),
      );
      const returned = await makeClient(server.url).createProductCollection(collection);
      expect(returned).toEqual({ ...created.data, name: name("[token]") });
    },
  );

  it("looked for where it is too short to be a secret, since it may be a word", async () => {
    const server = await countingServer((response) => answer(response, 201));
    for (const token of ["Best", "Sellers"]) {
      const client = makeClient(server.url, { token });
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    }
  });

  it("in the collection that is returned, nor in any event", async () => {
    const events: ClientEvent[] = [];
    const server = await countingServer((response, { headers }, count) => {
      const echo = headers.authorization ?? "";
      const data = { ...created.data, name: echo, seo: echo };
      if (count < 3)
        answer(
          response,
          [429, 401][count - 1] ?? 0,
          { message: echo },
          { "Retry-After": "0", ...headersWith(echo) },
        );
      else answer(response, 201, { data }, headersWith(echo));
    });
    const fresh = "pit-9b7d2c44-1f3a-4e0d-8c55-7a6e9f0b1d22";
    const client = makeClient(server.url, {
      token: (rejected) => (rejected ? fresh : token),
      fetch: (url, init) =>
        server.requests.length === 3
          ? Promise.reject(new Error(allOf(init)))
          : globalThis.fetch(url, init),
      onEvent: (event) => events.push(event),
    });
    const returned = await client.createProductCollection(collection);
    expect(returned.name).toBe("Bearer [token]");
    await rejection(client.createProductCollection(collection));
    expect(events.map(({ type }) => type)).toEqual([
      ...["attempt", "waiting", "attempt", "refreshing", "attempt", "drift", "attempt"],
    ]);
    for (const secret of [token, fresh]) expect(allOf([returned, events])).not.toContain(secret);
  });

  it.each([
    ["a line break", `${token}\n`],
    ["a carriage return and a header", `${token}\r\nX-Injected: yes`],
    ["a space before", ` ${token}`],
    ["a space inside", `Bearer ${token}`],
    ["a character beyond ASCII", `${token}ü`],
    ["a null character", `${token}\0`],
    ["a tab", `${token}\t`],
    ["nothing", ""],
    ["an array", [token]],
    ["an object", { token }],
    ["null", null],
    ["undefined", undefined],
    ["a number", 951],
  ])("in the TypeError for one that is or has %s", (_, bad) => {
    const make = () => createClient({ locationId, token: bad as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow("`token`");
    try {
      make();
    } catch (error) {
      expect(allOf(error)).not.toContain(token);
      expect(allOf(error)).not.toContain("951");
    }
  });

  it.each<[string, object]>([
    ["locationId", { locationId: `${token} ` }],
    ["baseUrl", { baseUrl: `http://${token}` }],
    ["baseUrl", { baseUrl: `https://user:${token}@example.com` }],
    ["timeoutMs", { timeoutMs: token }],
    ["headers", { headers: { "X-Token": `${token}\n` } }],
    ["userAgent", { userAgent: `${token}\n` }],
  ])("in the TypeError for a bad %s that happens to hold it", (option, bad) => {
    const make = () => createClient({ locationId, token, ...bad });
    expect(make).toThrow(`\`${option}\``);
    try {
      make();
    } catch (error) {
      expect(allOf(error)).not.toContain(token);
    }
  });
});
