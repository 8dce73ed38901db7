import createFetchClient from "openapi-fetch";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  makeClient,
  rejection,
} from "../contract-tests/support/servers.js";

const posts = vi.hoisted(() => vi.fn());

// openapi-fetch as it is, with a count of what goes through it.
vi.mock("openapi-fetch", async (importOriginal) => {
  const original = await importOriginal<typeof import("openapi-fetch")>();
  const create = vi.fn((...options: Parameters<typeof original.default>) => {
    const client = original.default<Record<string, never>>(...options);
    posts.mockImplementation(client.POST);
    return { ...client, POST: posts };
  });
  return { ...original, default: create };
});

beforeEach(() => {
  posts.mockClear();
  vi.mocked(createFetchClient).mockClear();
});

describe("calls go through openapi-fetch", () => {
  it("each of them, with its attempts, and one openapi-fetch client for all", async () => {
    const server = await countingServer((response, _, count) =>
      count === 2 ? answer(response, 429, "", { "Retry-After": "0" }) : answer(response, 201),
    );
    const client = makeClient(server.url);
    for (let call = 0; call < 5; call++) await client.createProductCollection(collection);
    expect(posts).toHaveBeenCalledTimes(5);
    expect(createFetchClient).toHaveBeenCalledTimes(1);
    expect(server.requests).toHaveLength(6);
  });

  it("but for a collection that breaks the contract: it is sent nowhere", async () => {
    const client = makeClient("http://127.0.0.1:1");
    const error = await rejection(client.createProductCollection({ name: "No slug" } as never));
    expect(error).toMatchObject({ name: "InvalidRequestError", mayHaveCreated: false });
    expect(posts).not.toHaveBeenCalled();
  });
});

describe("a call", () => {
  it("is sent as if there had been none before it", async () => {
    const server = await countingServer((response) => answer(response, 201));
    let token = "the-first-token";
    const client = makeClient(server.url, { token: () => token, headers: { "X-App": "shop" } });
    await client.createProductCollection(
      { name: "First", slug: "first", collectionId: "655b33a82209e60b6adb87a5" },
      { headers: { "X-Request-Id": "1", "X-App": "one" } },
    );
    token = "the-second-token";
    await client.createProductCollection({ name: "Second", slug: "second" });
    const [first, second] = server.requests;
    expect(JSON.parse(first?.body ?? "")).toHaveProperty("collectionId");
    expect(first?.headers).toMatchObject({ "x-request-id": "1", "x-app": "one" });
    expect(JSON.parse(second?.body ?? "")).toMatchObject({ name: "Second", slug: "second" });
    expect(JSON.parse(second?.body ?? "")).not.toHaveProperty("collectionId");
    expect(second?.headers).toMatchObject({
      authorization: "Bearer the-second-token",
      "x-app": "shop",
      "content-length": String(second?.body.length),
    });
    expect(second?.headers).not.toHaveProperty("x-request-id");
  });

  it("that fails first spoils none after it, however it fails", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const failures: (() => Promise<never>)[] = [
      () => Promise.reject(refused),
      () => Promise.reject(undefined),
      () => Promise.resolve(null as never),
      () => {
        throw new Error("No fetch here");
      },
    ];
    for (const fail of failures) {
      let count = 0;
      const client = makeClient(server.url, {
        maxRetries: 0,
        fetch: (url, init) => (++count === 1 ? fail() : globalThis.fetch(url, init)),
      });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toMatchObject({ name: "ConnectionError", attempts: 1 });
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    }
    expect(server.requests).toHaveLength(failures.length);
  });

  it("has its own options: those of a call before decide nothing", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? answer(response, 429, "", { "Retry-After": "0" }) : answer(response, 201),
    );
    const client = makeClient(server.url);
    const controller = new AbortController();
    const heard = vi.fn();
    const own = { maxRetries: 0, signal: controller.signal, onEvent: heard };
    await rejection(client.createProductCollection(collection, own));
    controller.abort();
    heard.mockClear();
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(heard).not.toHaveBeenCalled();
  });
});
