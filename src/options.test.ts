import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
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
import { type ClientOptions, createClient } from "./index.js";

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
    ["limiter", [null, true, 5, {}, { removeTokens: 5 }, "queue"]],
    ["onDrift", [null, 5, {}, "console.warn", false]],
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

  it.each([undefined, null, 5, "options", [], () => {}])(
    "refuses %o in place of options",
    (options) => {
      expect(typeErrorOf(() => createClient(options as never))).toMatch(
        /^TypeError: createClient: /,
      );
    },
  );

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
    { limiter: { removeTokens: async () => {} } },
    { token: async () => token },
    { token: "short" },
    {
      baseUrl: undefined,
      fetch: undefined,
      timeoutMs: undefined,
      maxRetries: undefined,
      limiter: undefined,
      onDrift: undefined,
    },
  ])("takes %o", (options) => {
    expect(create(options)).not.toThrow();
  });

  it("asks for nothing, opens nothing and sets no timer", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const fetch = vi.fn<typeof globalThis.fetch>();
    const provider = vi.fn(() => token);
    createClient({ locationId, token: provider, fetch });
    expect(fetch).not.toHaveBeenCalled();
    expect(provider).not.toHaveBeenCalled();
    expect(set).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe("a client", () => {
  it("talks to the contract's server, once and within 30 s, unless told otherwise", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const fetch = vi.fn(async (_url: string, _init: RequestInit) =>
      Response.json(created, { status: 201 }),
    );
    const client = createClient({ locationId, token, fetch });
    await client.createProductCollection(collection);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch.mock.calls[0]?.[0]).toBe(
      "https://services.leadconnectorhq.com/products/collections",
    );
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([30_000]);
    vi.restoreAllMocks();
  });

  it("sends again twice unless told otherwise", async () => {
    const busy = await countingServer((response) =>
      answer(response, 429, "", { "Retry-After": "0" }),
    );
    await rejection(makeClient(busy.url).createProductCollection(collection));
    expect(busy.requests).toHaveLength(3);
  });

  it("uses the fetch that stands in globalThis when it sends", async () => {
    const client = createClient({ locationId, token });
    const fetch = vi.fn(async () => Response.json(created, { status: 201 }));
    vi.stubGlobal("fetch", fetch);
    await client.createProductCollection(collection);
    vi.unstubAllGlobals();
    expect(fetch).toHaveBeenCalledTimes(1);
  });

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
    ["signal", [null, 5, {}, new AbortController(), "abort", true]],
    ["timeoutMs", [null, 0, -1, Number.NaN, Infinity, 2 ** 31, "50", {}]],
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

  it("takes options that are undefined", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const client = makeClient(server.url);
    await client.createProductCollection(collection, undefined);
    await client.createProductCollection(collection, {});
    await client.createProductCollection(collection, { signal: undefined, timeoutMs: undefined });
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
