import { describe, expect, inject, it } from "vitest";
import type { NewProductCollection } from "../src/index.js";
import { authorization, endpoint, request } from "./source-page.js";
import { locationId, recordingClient, token, violatedPlaces } from "./support/client.js";

const { altId: _altId, altType: _altType, ...fullest } = request.examples.full;
const { name, slug } = request.examples.minimal;
const smallest = { name, slug };

const collections: Record<string, NewProductCollection> = {
  "the smallest": smallest,
  "the fullest": fullest,
  "an empty seo": { ...smallest, seo: {} },
  "empty strings": { name: "", slug: "", image: "", seo: { title: "", description: "" } },
  "other scripts": { name: "Лучшие продажи · 畅销 · ベスト", slug: "畅销" },
  emoji: { name: "🛍️ 👨‍👩‍👧‍👦 ⭐️", slug: "🛍️" },
  "right to left": { name: "\u202eالأكثر مبيعًا רבי המכר\u202c", slug: "الأكثر-مبيعًا" },
  "half a surrogate pair": { name: "\ud83d", slug: "half" },
  "a name of 10 000 characters": { ...smallest, name: "x".repeat(10_000) },
  "quotes and backslashes": { name: `"'\`\\"</script>`, slug: `"'\\` },
  "control characters": { name: "\u0000\u0007\n\t\u2028", slug: "control" },
  "names of the prototype": { name: "__proto__", slug: "constructor" },
  "a field __proto__": JSON.parse('{"name":"n","slug":"s","__proto__":{"name":1}}'),
};

/** Each value that the page's table allows beside its examples. */
const allowed = Object.entries(request.body).flatMap(([field, { allowed = [] }]) =>
  allowed.map((value): [string, NewProductCollection] => [
    `${JSON.stringify(value)} as ${field}`,
    { ...smallest, [field]: value },
  ]),
);

describe("the mock accepts what the client sends", () => {
  it.each([...Object.entries(collections), ...allowed])("for %s", async (_, collection) => {
    const { client, responses } = recordingClient(inject("mockUrl"));

    await client.createProductCollection(collection);

    expect(responses.map(({ status }) => status)).toEqual([201]);
    expect(responses.flatMap(violatedPlaces)).toEqual([]);
  });
});

describe("what the client sends is", () => {
  async function sent(collection: NewProductCollection, location = locationId) {
    const { client, requests } = recordingClient(inject("mockUrl"), undefined, {
      locationId: location,
    });
    await client.createProductCollection(collection);
    expect(requests).toHaveLength(1);
    return requests.map(({ url, init }) => ({
      url,
      method: init.method,
      headers: new Headers(init.headers),
      body: JSON.parse(String(init.body)),
    }))[0];
  }

  it("the page's method at the page's path", async () => {
    expect(await sent(smallest)).toMatchObject({
      url: inject("mockUrl") + endpoint.path,
      method: endpoint.method,
    });
  });

  it("the page's headers, with the token after Bearer, and JSON", async () => {
    const headers = (await sent(smallest))?.headers;
    for (const [name, { example }] of Object.entries(request.headers))
      expect([name, headers?.get(name)]).toEqual([name, example]);
    expect(headers?.get("authorization")).toBe(authorization.header.replace("TOKEN", token));
    expect(headers?.get("content-type")).toBe(request.mediaType);
    expect(headers?.get("accept")).toBe("application/json");
  });

  it.each(Object.entries(request.examples))(
    "the page's %s example, where its collection is created in its location",
    async (_, example) => {
      const { altId, altType, ...collection } = example;
      expect((await sent(collection, altId))?.body).toEqual(example);
      expect(altType).toBe("location");
    },
  );

  it("in the client's location, whatever the collection says", async () => {
    const elsewhere = { ...smallest, altId: "Z4Bxl8J4SaPEPLq9IQ8g", altType: "agency" };
    expect((await sent(elsewhere))?.body).toEqual(request.examples.minimal);
  });
});

it("without a base URL the client calls the page's server", async () => {
  const { client, requests } = recordingClient("unused", undefined, {
    baseUrl: undefined,
    // Nothing may reach the real API from here.
    fetch: async (url, init) => {
      requests.push({ url, init });
      return new Response("", { status: 429 });
    },
  });
  await client.createProductCollection(smallest).catch(() => {});
  expect(requests.map(({ url }) => url)).toEqual([endpoint.server + endpoint.path]);
});
