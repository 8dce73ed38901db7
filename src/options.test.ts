import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import { version } from "../generated/version.js";
import { type ClientEvent, type ClientOptions, createClient, type Fetch } from "./index.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function fail(): never {
  throw new Error("It throws when it is read");
}

/** An object that throws whatever is done to it. */
const hostile = new Proxy(
  {},
  { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail },
);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Options of which one throws when it is read. */
const throwingGetter = (name: string) =>
  Object.defineProperty({ locationId }, name, { get: fail, enumerable: true });

const create = (bad: object) => () => createClient({ locationId, token, ...bad });

/** An error's message, where it is a TypeError. */
function typeErrorOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return String(error);
  }
  throw new Error("Expected a TypeError, but there was none");
}

describe("createClient", () => {
  const urls = {
    "no URL": [
      "",
      "services.leadconnectorhq.com",
      "/products",
      "https://",
      "https://a b",
      "https://[",
    ],
    "http beyond loopback": [
      "http://services.leadconnectorhq.com",
      "http://localhost.evil.com",
      "http://evil.com.localhost",
      "http://notlocalhost",
      "http://127.0.0.1.evil.com",
      "http://127.evil.com",
      "http://evil.com/127.0.0.1",
      "http://evil.com?127.0.0.1",
      "http://localhost@evil.com",
      "http://10.0.0.1",
      "http://0.0.0.0",
      "http://128.0.0.1",
      "http://[::2]",
      "http://[::ffff:127.0.0.1]",
      "http://xn--lcalhost-54a.com",
    ],
    "another protocol": [
      "ftp://localhost",
      "ws://localhost",
      "file:///etc",
      "data:,x",
      "blob:https://a.b/c",
    ],
    "more than a server": [
      "https://user@api.test",
      "https://:password@api.test",
      "https://user:password@api.test",
      "https://api.test?key=1",
      "https://api.test/?",
      "https://api.test?",
      "https://api.test#part",
      "https://api.test#",
    ],
  };

  it.each<[keyof ClientOptions, readonly unknown[]]>([
    ["locationId", [undefined, null, "", " ", "a b", "a\n", 5, {}, ["id"]]],
    ["token", [undefined, null, "", " ", "a b", "a\n", "ü", 5, {}, ["token"]]],
    ["baseUrl", [null, 5, {}, false, new URL("https://api.test"), ["https://api.test"]]],
    ["baseUrl", Object.values(urls).flat()],
    ["fetch", [null, 5, {}, "fetch", false]],
    [
      "timeoutMs",
      [null, 0, -1, Number.NaN, Infinity, -Infinity, 2 ** 31, 2 ** 31 - 0.5, 1e21, "1000", {}, 5n],
    ],
    ["maxRetries", [null, -1, 1.5, Number.NaN, Infinity, "2", {}, true]],
    ["maxWaitMs", [null, 0, -1, Number.NaN, Infinity, 2 ** 31, "1000", {}]],
    ["limiter", [null, true, 5, {}, { waitForPlace: 5 }, { removeTokens() {} }, hostile, "queue"]],
    ["onEvent", [null, 5, {}, "console.warn", false, hostile]],
    ["userAgent", [null, 5, {}, "a\r\nb", "\u00fc", "\u{1f600}"]],
    ["headers", [null, 5, "a: b", [["a", "b"]], hostile, revoked()]],
    ["headers", [{ "": "a" }, { "a b": "c" }, { "a:": "b" }, { "a\n": "b" }, { "\u00fc": "a" }]],
    ["headers", [{ a: undefined }, { a: null }, { a: 5 }, { a: ["b"] }, { a: "b\r\nc: d" }]],
    ["headers", [new Headers({ a: "b" }), new Map([["a", "b"]])]],
    [
      "headers",
      ["Authorization", "version", "CONTENT-TYPE", "Accept"].map((it) => ({ [it]: "a" })),
    ],
  ])("refuses a bad %s with a TypeError that names it, and shows no token", (option, values) => {
    const accepted = values.filter((value) => {
      const make = create({ [option]: value });
      try {
        make();
        return true;
      } catch {
        const message = typeErrorOf(make);
        return !message.includes(`createClient: \`${option}\``) || message.includes(token);
      }
    });
    expect(accepted).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a text", "options"],
    ["a list", []],
    ["a function", () => {}],
    ["a proxy that throws", hostile],
    ["a revoked proxy", revoked()],
    ["a getter that throws", throwingGetter("token")],
  ])("refuses %s in place of options", (_, options) => {
    const message = typeErrorOf(() => createClient(options as never));
    expect(message).toMatch(/^TypeError: createClient: the options (must be|cannot be)/);
    expect(message).not.toContain(token);
  });

  it.each<[object, string]>([
    [{ locationId: "a b" }, "`locationId` must be the id of a location, without white space"],
    [{ token: 5 }, "`token` must be a string or a function"],
    [
      { baseUrl: "/v1" },
      "`baseUrl` must be an absolute URL, for example https://services.leadconn",
    ],
    [{ baseUrl: "http://api.test" }, "`allowHttp: true` lets the token go over http elsewhere"],
    [
      { baseUrl: "https://me@api.test" },
      "`baseUrl` must be without user, password, query, fragment",
    ],
    [{ fetch: {} }, "`fetch` must be a function"],
    [{ maxRetries: 1.5 }, "`maxRetries` must be a whole number from 0 up"],
    [{ limiter: {} }, "`limiter` must be false or an object with a method `waitForPlace`"],
    [{ userAgent: 5 }, "`userAgent` must be a string of visible ASCII, spaces and tabs"],
    [{ onEvent: "warn" }, "`onEvent` must be a function"],
    [{ headers: new Map() }, "`headers` must be an object of names and values"],
    [{ headers: [] }, "`headers` must be an object of names and values"],
    [{ headers: { "a b": "c" } }, "`headers`: `a b` must be a name that a header can have"],
    [{ headers: { "X-Note": "ü" } }, "`headers`: `X-Note` must be a string of visible ASCII"],
  ])("says what is expected in place of %o", (bad, message) => {
    expect(typeErrorOf(create(bad))).toContain(message);
  });

  it.each([
    ["no object", 5, "must be an object"],
    ["an object that throws when it is read", hostile, "cannot be read"],
  ])("says that it was given %s for its options", (_, options, message) => {
    expect(typeErrorOf(() => createClient(options as never))).toBe(
      `TypeError: createClient: the options ${message}`,
    );
  });

  it.each([
    "Host",
    "Connection",
    "Content-Length",
    "Expect",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
  ])("leaves the header %s to the connection", (name) => {
    const message = typeErrorOf(create({ headers: { [name]: "a" } }));
    expect(message).toContain("createClient: `headers`");
    expect(message).toContain(name);
  });

  it("says what a token must be, and what a length of time", () => {
    expect(typeErrorOf(create({ token: "a b" }))).toMatch(
      /`token` must be a string of visible ASCII without `Bearer`, spaces or line breaks \(try trim\(\)\)$/,
    );
    for (const option of ["timeoutMs", "maxWaitMs"]) {
      expect(typeErrorOf(create({ [option]: 0 }))).toMatch(
        new RegExp(`\`${option}\` must be a number of milliseconds above 0, at most 2147483647$`),
      );
    }
  });

  it("says that an empty token is empty", () => {
    expect(typeErrorOf(create({ token: "" }))).toMatch(/`token` is empty$/);
  });

  it.each([
    ["timeout", "timeoutMs"],
    ["timeoutMS", "timeoutMs"],
    ["maxRetry", "maxRetries"],
    ["baseURL", "baseUrl"],
    ["location", "locationId"],
    ["onDrift", "onEvent"],
    ["header", "headers"],
    ["head", "headers"],
    ["url", "baseUrl"],
    ["waitMs", "maxWaitMs"],
  ])("names an option that it does not know, and the nearest: %s", (unknown, nearest) => {
    const message = typeErrorOf(create({ [unknown]: undefined }));
    expect(message).toContain(`createClient: there is no option \`${unknown}\``);
    expect(message).toContain(`nearest is \`${nearest}\``);
  });

  it.each([
    "https://api.test",
    "https://api.test:8443/v1/",
    "HTTPS://API.TEST",
    "http://127.0.0.1:4010",
    "http://127.255.0.3",
    "http://127.1",
    "http://[::1]:4010",
    "http://localhost:4010",
    "http://LOCALHOST",
  ])("takes the baseUrl %s", (baseUrl) => {
    expect(create({ baseUrl })).not.toThrow();
  });

  it.each<Partial<ClientOptions>>([
    { timeoutMs: 0.5 },
    { timeoutMs: 2 ** 31 - 1 },
    { maxRetries: 0 },
    { maxRetries: 1000 },
    { limiter: false },
    { maxWaitMs: 2 ** 31 - 1 },
    { limiter: { waitForPlace: async () => {} } },
    { headers: {} },
    { headers: { "X-Correlation-Id": "a b\tc", "user-agent": "mine" } },
    { userAgent: "" },
    { token: async () => token },
    { token: "short" },
    {
      baseUrl: undefined,
      fetch: undefined,
      timeoutMs: undefined,
      maxRetries: undefined,
      maxWaitMs: undefined,
      allowHttp: undefined,
      headers: undefined,
      userAgent: undefined,
      limiter: undefined,
      onEvent: undefined,
    },
  ])("takes %o", (options) => {
    expect(create(options)).not.toThrow();
  });

  it("lets the token go over http elsewhere where it is told to", () => {
    expect(create({ baseUrl: "http://mock:4010", allowHttp: true })).not.toThrow();
    expect(typeErrorOf(create({ baseUrl: "http://mock:4010" }))).toContain("baseUrl");
    for (const allowHttp of ["true", 1, {}, null]) {
      expect(typeErrorOf(create({ allowHttp }))).toContain("`allowHttp` must be true or false");
    }
  });

  it("asks for nothing, opens nothing and sets no timer", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const fetch = vi.fn<Fetch>();
    const provider = vi.fn(() => token);
    createClient({ locationId, token: provider, fetch });
    expect(fetch).not.toHaveBeenCalled();
    expect(provider).not.toHaveBeenCalled();
    expect(set).not.toHaveBeenCalled();
  });
});

describe("a client", () => {
  it("talks to the contract's server, once and within 30 s, unless told otherwise", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const fetch = vi.fn<Fetch>(async () => Response.json(created, { status: 201 }));
    // A location of its own: the limiter is shared by the whole process.
    const client = createClient({ locationId: "of-the-defaults", token, fetch });
    await client.createProductCollection(collection);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      "https://services.leadconnectorhq.com/products/collections",
    );
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([30_000]);
  });

  it("sends again twice unless told otherwise", async () => {
    const busy = await countingServer((response) =>
      answer(response, 429, "", { "Retry-After": "0" }),
    );
    await rejection(makeClient(busy.url).createProductCollection(collection));
    expect(busy.requests).toHaveLength(3);
  });

  it("uses the fetch that stands in globalThis when it sends", async () => {
    const client = createClient({ locationId, token, limiter: false });
    const fetch = vi.fn(async () => Response.json(created, { status: 201 }));
    vi.stubGlobal("fetch", fetch);
    await client.createProductCollection(collection);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it("says which client it is, where it is told nothing else", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const agents = [{}, { userAgent: "shop/2" }, { headers: { "User-Agent": "other/3" } }];
    for (const agent of agents) {
      await makeClient(server.url, agent).createProductCollection(collection);
    }
    expect(server.requests.map(({ headers }) => headers["user-agent"])).toEqual([
      `highlevel-product-collections/${version}`,
      "shop/2",
      "other/3",
    ]);
  });

  it.each([
    ["page", "document", {}],
    ["worker", "importScripts", () => {}],
  ])(
    "leaves the User-Agent to a browser's %s, which would ask the server's leave (CORS)",
    async (_, name, value) => {
      const server = await countingServer((response) => answer(response, 201));
      vi.stubGlobal(name, value);
      await makeClient(server.url, { userAgent: "shop/2" }).createProductCollection(collection);
      expect(server.requests[0]?.headers["user-agent"]).not.toBe("shop/2");
    },
  );

  it.each([
    ["", "/products/collections"],
    ["/", "/products/collections"],
    ["/v1", "/v1/products/collections"],
    ["/v1/", "/v1/products/collections"],
    ["/v1 ", "/v1/products/collections"],
    ["/v1\n", "/v1/products/collections"],
  ])("keeps the path %o of its baseUrl", async (path, expected) => {
    const server = await countingServer((response) => answer(response, 201));
    await makeClient(server.url + path).createProductCollection(collection);
    expect(server.requests.map((it) => it.path)).toEqual([expected]);
  });

  it("is not changed by what is done to its options later", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const options = { locationId, token, baseUrl: server.url, limiter: false as const };
    const client = createClient(options);
    Object.assign(options, {
      locationId: "other",
      token: "other-token",
      baseUrl: "http://127.0.0.1:1",
    });
    await client.createProductCollection(collection);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({ altId: locationId });
  });
});

describe("createProductCollection", () => {
  it.each<[string, readonly unknown[]]>([
    ["signal", [null, 5, {}, new AbortController(), "abort", true, hostile]],
    ["signal", [new EventTarget(), { aborted: false, addEventListener() {} }]],
    ["timeoutMs", [null, 0, -1, Number.NaN, Infinity, 2 ** 31, "50", {}]],
    ["maxRetries", [null, -1, 1.5, Number.NaN, Infinity, "2", {}]],
    ["headers", [null, 5, { "a b": "c" }, { a: 5 }, { Authorization: token }, hostile]],
    ["onEvent", [null, 5, {}, "console.warn"]],
  ])(
    "refuses a bad %s with a TypeError that names it, and sends nothing",
    async (option, values) => {
      const server = await countingServer((response) => answer(response, 201));
      const client = makeClient(server.url);
      for (const value of values) {
        const error = await rejection(
          client.createProductCollection(collection, { [option]: value }),
        );
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toContain(`createProductCollection: \`${option}\``);
      }
      expect(server.requests).toHaveLength(0);
    },
  );

  it("says that its signal must be an AbortSignal", async () => {
    const call = makeClient("http://127.0.0.1:1").createProductCollection(collection, {
      signal: new AbortController() as never,
    });
    expect(String(await rejection(call))).toMatch(/: `signal` must be an AbortSignal$/);
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["a number", 5],
    ["a list", []],
    ["a proxy that throws", hostile],
    ["a revoked proxy", revoked()],
    ["a getter that throws", throwingGetter("signal")],
  ])("refuses %s in place of options with a TypeError, and sends nothing", async (_, options) => {
    const server = await countingServer((response) => answer(response, 201));
    const call = makeClient(server.url).createProductCollection(collection, options as never);
    const error = await rejection(call);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain("createProductCollection: the options");
    expect(server.requests).toHaveLength(0);
  });

  it("names an option that it does not know, and the nearest", async () => {
    const bad = { timeout: 5 };
    const error = await rejection(
      makeClient("http://127.0.0.1:1").createProductCollection(collection, bad as never),
    );
    expect(String(error)).toMatch(
      /^TypeError: createProductCollection: there is no option `timeout`; the nearest is `timeoutMs`$/,
    );
  });

  it("goes by its own maxRetries, headers and onEvent before those of the client", async () => {
    const busy = await countingServer((response) =>
      answer(response, 429, "", { "Retry-After": "0" }),
    );
    const told: [string, ClientEvent["type"]][] = [];
    const client = makeClient(busy.url, {
      maxRetries: 5,
      headers: { "X-App": "shop", "X-Trace": "of the client" },
      onEvent: ({ type }) => told.push(["client", type]),
    });
    await rejection(
      client.createProductCollection(collection, {
        maxRetries: 0,
        headers: { "x-trace": "of the call" },
        onEvent: ({ type }) => told.push(["call", type]),
      }),
    );
    expect(busy.requests).toHaveLength(1);
    expect(busy.requests[0]?.headers).toMatchObject({ "x-app": "shop", "x-trace": "of the call" });
    expect(told).toEqual([
      ["client", "attempt"],
      ["call", "attempt"],
    ]);
  });

  it("takes options that are undefined", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const client = makeClient(server.url);
    await client.createProductCollection(collection, undefined);
    await client.createProductCollection(collection, {});
    await client.createProductCollection(collection, {
      signal: undefined,
      timeoutMs: undefined,
      maxRetries: undefined,
      headers: undefined,
      onEvent: undefined,
    });
    expect(server.requests).toHaveLength(3);
  });
});

it("a signal that many calls share draws no warning from Node.js, and keeps no listener", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.name);
  process.on("warning", onWarning);
  const server = await countingServer((response) => answer(response, 201));
  const client = makeClient(server.url);
  const { signal } = new AbortController();
  const calls = Array.from({ length: 30 }, () =>
    client.createProductCollection(collection, { signal }),
  );
  await Promise.all(calls);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
