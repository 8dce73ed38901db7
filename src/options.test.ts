import { describe, expect, it } from "vitest";
import { type ClientOptions, createClient } from "./index.js";
import { collection, locationId, rejection, token } from "./test-support/servers.js";
import { fakeHighLevel } from "./testing.js";

const secret = "two secret words";

describe("createClient", () => {
  const make = (options: object) => () => createClient({ locationId, token, ...options } as never);

  it.each([
    ["locationId", [undefined, "", "a b", 7]],
    ["token", [undefined, "", secret, "line\nbreak", "é", 7, null]],
    ["baseUrl", ["", "api.example", 7, "ftp://api.example", "http://api.example"]],
    [
      "baseUrl",
      ["https://me:pass@api.example", "https://api.example/?a", "https://api.example/#a"],
    ],
    ["baseUrl", ["https://api.example ", "http://localhost?", "http://localhost/#"]],
    ["allowHttp", ["yes", 1, null]],
    ["fetch", ["fetch", {}, null]],
    ["timeoutMs", [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000"]],
    ["maxRetries", [-1, 0.5, Number.NaN, "2"]],
    ["maxWaitMs", [-1, Number.NaN, 2 ** 31, "1000"]],
    ["headers", [null, "a", 7, ["a"], { "a b": "c" }, { a: "c\nd" }, new Map([["a b", "c"]])]],
    [
      "headers",
      [{ authorization: "x" }, new Headers({ version: "x" }), new Map([["accept", "x"]])],
    ],
    [
      "headers",
      [
        "Connection",
        "Keep-Alive",
        "Expect",
        "Transfer-Encoding",
        "Upgrade",
        "Content-Length",
        "Host",
        "TE",
        "Trailer",
      ].map((name) => [[name, "x"]]),
    ],
    ["limiter", [true, {}, null]],
    ["onEvent", ["log", {}, null]],
  ])("names a bad %s and never shows the token", (name, values) => {
    for (const value of values) {
      expect(make({ [name]: value })).toThrow(TypeError);
      expect(make({ [name]: value })).toThrow(`createClient: \`${name}\` must be`);
      expect(make({ [name]: value })).not.toThrow(secret);
    }
  });

  it.each([
    { baseUrl: "http://localhost:4010" },
    { baseUrl: "http://127.0.0.1:4010/path/" },
    { baseUrl: "http://[::1]:4010" },
    { baseUrl: "http://mock:4010", allowHttp: true },
    { timeoutMs: 1, maxRetries: 0, maxWaitMs: 0, headers: {}, limiter: false },
    { baseUrl: undefined, fetch: undefined, headers: undefined, onEvent: undefined },
  ])("takes %j", (options) => {
    expect(make(options)).not.toThrow();
  });

  it.each<[string, ClientOptions["headers"]]>([
    ["a record", { "X-Shop": "7" }],
    ["a Headers", new Headers({ "X-Shop": "7" })],
    ["a Map", new Map([["X-Shop", "7"]])],
    ["a list of pairs", [["X-Shop", "7"]]],
    ["an iterator of pairs", new Map([["X-Shop", "7"]]).entries()],
  ])("sends the headers of %s", async (_, headers) => {
    const { fetch, requests } = fakeHighLevel();
    const client = createClient({ locationId, token, fetch, headers });
    const own = new Headers({ "X-Call": "8" });
    await client.createProductCollection(collection, { headers: own });
    expect(requests[0]?.headers).toMatchObject({ "x-shop": "7", "x-call": "8" });
  });

  it("takes options that are inherited, or getters of a class", async () => {
    const { fetch, requests } = fakeHighLevel();
    class Settings {
      get locationId() {
        return locationId;
      }
      get token() {
        return token;
      }
      get fetch() {
        return fetch;
      }
    }
    const { signal } = new AbortController();
    const own = Object.create({ headers: { "X-Call": "8" }, signal });
    for (const options of [new Settings(), Object.create({ locationId, token, fetch })]) {
      await createClient(options).createProductCollection(collection, own);
    }
    expect(requests).toHaveLength(2);
    expect(requests[1]?.headers).toMatchObject({ "x-call": "8" });
    expect(() => createClient(Object.create({ locationId, token, timeout: 5 }))).toThrow(
      "`timeout`",
    );
  });

  it("lists the options there are where it is given another", () => {
    expect(make({ timeout: 5 })).toThrow(
      "createClient: Unknown option `timeout`. Known: locationId, token, baseUrl, allowHttp, fetch, timeoutMs, maxRetries, maxWaitMs, headers, limiter, onEvent",
    );
    expect(() => createClient(undefined as never)).toThrow(
      "createClient: the options must be an object",
    );
  });
});

describe("a call", () => {
  const { fetch, requests } = fakeHighLevel();
  const client = createClient({ locationId, token, fetch });
  const call = (options: unknown) =>
    rejection(client.createProductCollection(collection, options as never));

  it.each([
    ["signal", new AbortController()],
    ["timeoutMs", 0],
    ["headers", { Version: "2020-01-01" }],
    ["onEvent", true],
  ])("rejects with a TypeError that names a bad %s, and sends nothing", async (name, value) => {
    const error = await call({ [name]: value });
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(`createProductCollection: \`${name}\` must be`);
    expect(requests).toEqual([]);
  });

  it("rejects with the options there are where it is given another", async () => {
    const words = "Unknown option `maxRetries`. Known: signal, timeoutMs, headers, onEvent";
    expect(String(await call({ maxRetries: 1 }))).toContain(words);
  });
});
