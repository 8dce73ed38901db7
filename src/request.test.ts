import { assert, describe, expect, expectTypeOf, it, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  locationId,
  makeClient,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import { InvalidRequestError, type NewProductCollection, type ProductCollection } from "./index.js";

/** How many calls have passed through openapi-fetch. */
const passes = vi.hoisted(() => ({ count: 0 }));
vi.mock("openapi-fetch", async (load) => {
  const { default: createFetchClient } = await load<typeof import("openapi-fetch")>();
  return {
    default(options: object) {
      const client = createFetchClient<Record<never, never>>(options);
      const post: (...args: never[]) => unknown = client.POST;
      return {
        ...client,
        POST(...args: never[]) {
          passes.count++;
          return post(...args);
        },
      };
    },
  };
});

const serverUp = () => countingServer((response) => answer(response, 201));

/** The body that the server gets for a collection. */
async function sentFor(collection: unknown): Promise<unknown> {
  const server = await serverUp();
  await makeClient(server.url).createProductCollection(collection as NewProductCollection);
  expect(server.requests).toHaveLength(1);
  return JSON.parse(server.requests[0]?.body ?? "");
}

function fail(): never {
  throw new Error("It throws when it is read");
}

const full: NewProductCollection = {
  ...collection,
  collectionId: "66057f9d28536eae584ec047",
  image: "http://example.com/watermark.png",
  seo: { title: "Best Sellers", description: "Where the best products are" },
};

describe("a collection", () => {
  it("goes out as one POST with the headers of the contract", async () => {
    const server = await serverUp();
    await makeClient(server.url).createProductCollection(collection);
    expect(server.requests).toMatchObject([
      {
        method: "POST",
        path: "/products/collections",
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          version: "2021-07-28",
        },
      },
    ]);
  });

  it.each<[string, NewProductCollection]>([
    ["with every field", full],
    ["with the required fields alone", collection],
    ["with an empty seo", { ...collection, seo: {} }],
    ["with text of any script", { name: 'Ä "€" 😀\n\u2028', slug: "最好" }],
    ["with empty texts", { name: "", slug: "" }],
  ])("%s goes out as it is, with the location added", async (_, given) => {
    expect(await sentFor(given)).toEqual({ ...given, altId: locationId, altType: "location" });
  });

  it("goes out with what is its own, whatever its client has sent before", async () => {
    const server = await serverUp();
    const client = makeClient(server.url);
    for (const given of [full, collection]) await client.createProductCollection(given);
    const added = { altId: locationId, altType: "location" };
    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { ...full, ...added },
      { ...collection, ...added },
    ]);
  });

  it.each([
    ["altId", { altId: "another-location" }],
    ["altType", { altType: "agency" }],
    ["both", { altId: 5, altType: null }],
  ])("cannot name another location: %s", async (_, other) => {
    expectTypeOf<NewProductCollection>().not.toHaveProperty("altId");
    expectTypeOf<NewProductCollection>().not.toHaveProperty("altType");
    const expected = { ...collection, altId: locationId, altType: "location" };
    expect(await sentFor({ ...collection, ...other })).toEqual(expected);
  });

  it("goes out with fields that the contract does not know, and without those that are undefined", async () => {
    const sent = await sentFor({ ...collection, image: undefined, extra: [1, { a: null }] });
    const expected = {
      ...collection,
      extra: [1, { a: null }],
      altId: locationId,
      altType: "location",
    };
    expect(sent).toEqual(expected);
  });

  it("goes through openapi-fetch, once for each call, and never from what an earlier one left", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? response.socket?.destroy() : answer(response, 201),
    );
    const client = makeClient(server.url);
    passes.count = 0;
    await rejection(client.createProductCollection(collection));
    for (const given of [full, collection]) await client.createProductCollection(given);
    expect(passes.count).toBe(3);
    expect(server.requests).toHaveLength(3);
  });

  it("goes out as it was when the call was made", async () => {
    const server = await serverUp();
    const seo = { title: "Before" };
    const mutable = { ...collection, seo };
    const call = makeClient(server.url).createProductCollection(mutable);
    mutable.name = "After";
    seo.title = "After";
    await call;
    expect(JSON.parse(server.requests[0]?.body ?? "")).toMatchObject({
      ...collection,
      seo: { title: "Before" },
    });
  });

  it("is not changed by the call", async () => {
    const given = Object.freeze({ ...full, seo: Object.freeze({ ...full.seo }) });
    expect(await sentFor(given)).toMatchObject(full);
  });
});

describe("a collection that breaks the contract is refused with every issue, and nothing is sent", () => {
  const cyclic: Record<string, unknown> = { ...collection };
  cyclic.self = cyclic;
  const bare = { name: "Best Sellers" };

  it.each<[string, unknown, readonly string[]]>([
    ["null", null, [""]],
    ["undefined", undefined, [""]],
    ["an array", [collection], [""]],
    ["a string", JSON.stringify(collection), [""]],
    ["a number", 5, [""]],
    ["true", true, [""]],
    ["a function", () => collection, [""]],
    ["an empty object", {}, ["/name", "/slug"]],
    ["a collection without a slug", bare, ["/slug"]],
    ["fields that are undefined", { name: undefined, slug: undefined }, ["/name", "/slug"]],
    [
      "fields that are null",
      { name: null, slug: null, image: null, seo: null, collectionId: null },
      ["/collectionId", "/name", "/slug", "/image", "/seo"],
    ],
    [
      "fields of another type",
      { name: 1, slug: true, image: {}, seo: "a", collectionId: 5 },
      ["/collectionId", "/name", "/slug", "/image", "/seo"],
    ],
    ["lists of one text", { name: ["a"], slug: ["b"] }, ["/name", "/slug"]],
    ["a slug with a space", { ...bare, slug: "best sellers" }, ["/slug"]],
    ["a slug with a line break", { ...bare, slug: "best\n" }, ["/slug"]],
    ["a slug with a no-break space", { ...bare, slug: "best\u00a0sellers" }, ["/slug"]],
    [
      "a collectionId that is too short",
      { ...collection, collectionId: "66057f9d28536eae584ec04" },
      ["/collectionId"],
    ],
    [
      "a collectionId that is not hexadecimal",
      { ...collection, collectionId: "g".repeat(24) },
      ["/collectionId"],
    ],
    [
      "a collectionId and a line break",
      { ...collection, collectionId: `${"a".repeat(24)}\n` },
      ["/collectionId"],
    ],
    ["seo that is an array", { ...collection, seo: [] }, ["/seo"]],
    [
      "seo of other types",
      { ...collection, seo: { title: 1, description: null } },
      ["/seo/title", "/seo/description"],
    ],
    ["names on the prototype alone", Object.create(collection), ["/name", "/slug"]],
    ["a Map", new Map(Object.entries(collection)), ["/name", "/slug"]],
    ["a number that JSON has not", { ...bare, slug: Number.NaN }, ["/slug"]],
    [
      "a getter that throws",
      {
        ...collection,
        get image() {
          throw new Error("Not loaded");
        },
      },
      [""],
    ],
    ["a cycle", cyclic, [""]],
    ["a BigInt", { ...collection, extra: 5n }, [""]],
    ["a proxy that throws", new Proxy({}, { ownKeys: fail, get: fail }), [""]],
    [
      "a getter that throws what cannot be read",
      {
        ...collection,
        get image() {
          throw Object.create(null);
        },
      },
      [""],
    ],
    [
      "a field that cannot turn into JSON",
      {
        ...collection,
        extra: {
          toJSON() {
            throw new Error("No");
          },
        },
      },
      [""],
    ],
    ["a field that turns into a text", { ...collection, seo: new Date(0) }, ["/seo"]],
    [
      "a collection that turns into something else",
      { ...collection, toJSON: () => ({ altId: "another" }) },
      ["/name", "/slug"],
    ],
  ])("%s", async (_, bad, paths) => {
    const server = await serverUp();
    const client = makeClient(server.url);
    const error = await rejection(client.createProductCollection(bad as never));
    expect(server.requests).toHaveLength(0);
    assert(error instanceof InvalidRequestError);
    expect(error.issues.map(({ path }) => path)).toEqual(paths);
    for (const { path, message } of error.issues) {
      expect(message).not.toBe("");
      expect(error.message).toContain(`${path} ${message}`.trim());
    }
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["undefined", undefined],
    ["a function", () => collection],
    ["an array", [collection]],
  ])("%s, because it must be an object", async (_, bad) => {
    const client = makeClient("http://127.0.0.1:1");
    expect(await rejection(client.createProductCollection(bad as never))).toMatchObject({
      message: "The collection breaks the contract and was not sent: must be object",
      issues: [{ path: "", message: "must be object" }],
    });
  });

  it.each<[string, unknown, string]>([
    ["the first line of an error", new Error("Not loaded\nSecond line"), "Error: Not loaded"],
    ["a text as it was thrown", "offline", "offline"],
    ["that what was thrown cannot be read", Object.create(null), "it throws when it is read"],
  ])("with the reason why it cannot be sent as JSON: %s", async (_, thrown, reason) => {
    const throwing = {
      ...collection,
      get image(): string {
        throw thrown;
      },
    };
    const client = makeClient("http://127.0.0.1:1");
    expect(await rejection(client.createProductCollection(throwing))).toMatchObject({
      issues: [{ path: "", message: `cannot be sent as JSON: ${reason}` }],
    });
  });

  it("which cannot be sent as JSON, with the reason in one line", async () => {
    const client = makeClient("http://127.0.0.1:1");
    for (const bad of [cyclic, { ...collection, extra: 5n }]) {
      const error = await rejection(client.createProductCollection(bad as never));
      expect(error).toMatchObject({
        issues: [{ path: "", message: expect.stringMatching(/^cannot be sent as JSON: \w.*$/) }],
      });
    }
  });

  it("before the token or a place is asked for", async () => {
    const asked: string[] = [];
    const client = makeClient("http://127.0.0.1:1", {
      token() {
        asked.push("token");
        return token;
      },
      limiter: { waitForPlace: async () => asked.push("place") },
    });
    await rejection(client.createProductCollection({} as never));
    await rejection(client.createProductCollection(cyclic as never));
    expect(asked).toEqual([]);
  });

  it("and the types refuse it before", () => {
    const client = makeClient("http://127.0.0.1:1");
    type Given = Parameters<typeof client.createProductCollection>[0];
    expectTypeOf<typeof full>().toExtend<Given>();
    expectTypeOf(bare).not.toExtend<Given>();
    expectTypeOf<{ name: number; slug: string }>().not.toExtend<Given>();
    expectTypeOf(
      client.createProductCollection,
    ).returns.resolves.toEqualTypeOf<ProductCollection>();
  });
});
