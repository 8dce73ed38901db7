import type createFetchClient from "openapi-fetch";
import { afterEach, describe, expect, it, vi } from "vitest";
import { baseUrl, createProductCollection } from "../generated/operations.js";
import { type ClientEvent, createClient, type Limiter } from "./index.js";
import {
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  rejection,
  respond,
  token,
} from "./test-support/servers.js";
import { fakeHighLevel } from "./testing.js";

const rateLimitHeaders = {
  "X-RateLimit-Max": "100",
  "X-RateLimit-Remaining": "99",
  "X-RateLimit-Interval-Milliseconds": "10000",
};

describe("a call", () => {
  it("sends the collection with the location, and resolves to what was created", async () => {
    const server = await countingServer((it) => respond(it, 201));
    const client = makeClient(server.url, { headers: { "User-Agent": "shop/1.0" } });

    const result = await client.createProductCollection(
      { ...collection, image: undefined, seo: undefined },
      { headers: { "X-Request-Id": "7" } },
    );

    expect(result).toEqual(created.data);
    const [request] = server.requests;
    expect(JSON.parse(request?.body ?? "")).toEqual({
      ...collection,
      altId: locationId,
      ...createProductCollection.fixedFields,
    });
    const contractHeaders = Object.entries(createProductCollection.fixedHeaders).map(
      ([name, it]) => [name.toLowerCase(), it],
    );
    expect(request?.headers).toMatchObject({
      accept: "application/json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "shop/1.0",
      "x-request-id": "7",
      ...Object.fromEntries(contractHeaders),
    });
  });

  it("goes to the contract's path below a base URL that has a path of its own", async () => {
    const urls: string[] = [];
    const { fetch } = fakeHighLevel();
    const client = createClient({
      locationId,
      token,
      baseUrl: "https://proxy.example/highlevel/",
      fetch: (url, init) => {
        urls.push(url);
        return fetch(url.replace("/highlevel", ""), init);
      },
    });
    await client.createProductCollection(collection);
    expect(urls).toEqual(["https://proxy.example/highlevel/products/collections"]);
  });

  it("leaves the collection that it was given as it was", async () => {
    const given = Object.freeze({ ...collection, seo: Object.freeze({ title: "Best" }) });
    const { fetch } = fakeHighLevel();
    await createClient({ locationId, token, fetch }).createProductCollection(given);
    expect(given).toEqual({ ...collection, seo: { title: "Best" } });
  });

  it.each([200, 202])(
    "returns what was created where it is answered %i, and reports drift",
    async (status) => {
      const { fetch, answerNext } = fakeHighLevel();
      answerNext(status, { body: created });
      const events: ClientEvent[] = [];
      const client = createClient({
        locationId,
        token,
        fetch,
        onEvent: (event) => events.push(event),
      });
      expect(await client.createProductCollection(collection)).toEqual(created.data);
      expect(events.at(-2)).toEqual({
        type: "drift",
        call: 1,
        locationId,
        status,
        issues: [{ path: "", keyword: "status", message: `status ${status} is not documented` }],
        body: created,
      });
    },
  );

  it("replaces a token that the server echoes", async () => {
    const server = await countingServer((it) =>
      respond(it, 201, { data: { ...created.data, name: `It was ${token}` } }),
    );
    const result = await makeClient(server.url).createProductCollection(collection);
    expect(result.name).toBe("It was [token]");
  });

  it("leaves a token alone that is shorter than 8 characters: it may be a word of the response", async () => {
    const server = await countingServer((response) => respond(response, 201));
    const client = makeClient(server.url, { token: "Sellers" });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });

  it("reads letters that arrive in two pieces", async () => {
    const name = "Café Crème";
    const bytes = Buffer.from(JSON.stringify({ data: { ...created.data, name } }));
    const middleOfLetter = bytes.indexOf("é") + 1;
    const server = await countingServer((response) => {
      response.writeHead(201).write(bytes.subarray(0, middleOfLetter));
      setTimeout(() => response.end(bytes.subarray(middleOfLetter)), 20);
    });
    const result = await makeClient(server.url).createProductCollection(collection);
    expect(result.name).toBe(name);
  });

  it("gives the limiter its location and server for a key", async () => {
    const keys: string[] = [];
    const limiter: Limiter = (key, send) => {
      keys.push(key);
      return send();
    };
    const { fetch } = fakeHighLevel();
    await createClient({ locationId, token, fetch, limiter }).createProductCollection(collection);
    expect(keys).toEqual([`${locationId}@${new URL(baseUrl).origin}`]);
  });

  it("leaves nothing on its signal when it has ended", async () => {
    const { signal } = new AbortController();
    const [add, remove] = [
      vi.spyOn(signal, "addEventListener"),
      vi.spyOn(signal, "removeEventListener"),
    ];
    const { fetch } = fakeHighLevel();
    const client = createClient({
      locationId,
      token: async () => token,
      fetch: (url) => fetch(url),
    });
    await rejection(client.createProductCollection(collection, { signal }));
    expect(add).toHaveBeenCalled();
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
  });

  it("can share a signal with others, of which Node.js warns of none", async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown) => warnings.push(warning);
    process.on("warning", note);
    const { signal } = new AbortController();
    const { fetch } = fakeHighLevel();
    const client = createClient({ locationId, token: async () => token, fetch });
    const calls = Array.from({ length: 20 }, () =>
      client.createProductCollection(collection, { signal }),
    );
    await Promise.all(calls);
    await new Promise(setImmediate);
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});

describe("the rate limit of a client", () => {
  it("is what a response last said, and undefined before", async () => {
    const server = await countingServer((it, _, count) =>
      respond(it, count === 2 ? 500 : 201, undefined, count === 1 ? rateLimitHeaders : {}),
    );
    const client = makeClient(server.url);
    expect(client.rateLimit).toBeUndefined();
    await client.createProductCollection(collection);
    await rejection(client.createProductCollection(collection));
    expect(client.rateLimit).toEqual({
      limit: 100,
      remaining: 99,
      intervalMs: 10_000,
      dailyLimit: undefined,
      dailyRemaining: undefined,
      dailyResetMs: undefined,
    });
  });
});

describe("openapi-fetch", () => {
  type FetchClient = ReturnType<typeof createFetchClient>;
  afterEach(() => {
    vi.doUnmock("openapi-fetch");
    vi.resetModules();
  });

  /** A call whose result of openapi-fetch is changed on the way. */
  async function callWith(change: (result: object) => object, status: number) {
    vi.resetModules();
    vi.doMock("openapi-fetch", async (original: () => Promise<{ default: () => FetchClient }>) => {
      const { default: create } = await original();
      return {
        default: (...options: []) => {
          const api = create(...options);
          const POST = async (...request: Parameters<typeof api.POST>) =>
            change(await api.POST(...request));
          return { ...api, POST };
        },
      };
    });
    const { createClient } = await import("./index.js");
    const { fetch, answerNext } = fakeHighLevel();
    answerNext(status);
    const client = createClient({ locationId, token, fetch });
    return client.createProductCollection(collection).catch((error: unknown) => error);
  }

  it("gives back the data that the client returns", async () => {
    const change = (result: object) => ({
      ...result,
      data: JSON.stringify({ data: { _id: "x" } }),
    });
    expect(await callWith(change, 201)).toEqual({ _id: "x" });
  });

  it("gives back the error that the client throws", async () => {
    const change = (result: object) => ({ ...result, error: { message: ["changed"] } });
    expect(await callWith(change, 422)).toMatchObject({
      status: 422,
      body: { message: ["changed"] },
    });
  });

  it("gives back the response that decides what the client makes of it", async () => {
    const change = (result: object) => ({
      ...result,
      response: new Response(null, { status: 503 }),
    });
    expect(await callWith(change, 422)).toMatchObject({
      name: "UnexpectedResponseError",
      status: 503,
    });
  });
});
