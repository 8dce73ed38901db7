import { describe, expect, it } from "vitest";
import { operationsOf, readContract } from "../scripts/lib/contract.js";
import type { NewProductCollection } from "../src/index.js";
import { locationId, recordingClient, useMock, violatedPlaces } from "./harness.js";

const mock = useMock();

const smallest: NewProductCollection = { name: "Best Sellers", slug: "best-sellers" };
const fullest: NewProductCollection = {
  ...smallest,
  collectionId: "66057f9d28536eae584ec047",
  image: "http://example.com/watermark.png",
  seo: {
    title: "Best Sellers",
    description: "Collections where all the best products are available",
  },
};

const collections: Record<string, NewProductCollection> = {
  "the smallest": smallest,
  "the fullest": fullest,
  "an empty seo": { ...smallest, seo: {} },
  "an id in capitals": { ...smallest, collectionId: "66057F9D28536EAE584EC047" },
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

describe("a request of the client satisfies the contract", () => {
  it.each(Object.entries(collections))("for %s", async (_, collection) => {
    const { client, responses } = recordingClient(mock.url);

    await client.createProductCollection(collection);

    expect(responses).toHaveLength(1);
    expect(responses.map(({ status }) => status)).toEqual([201]);
    expect(responses.flatMap(violatedPlaces)).toEqual([]);
  });
});

describe("a request of the client holds", () => {
  async function sent(collection: NewProductCollection) {
    let request: { url: string; init: RequestInit } | undefined;
    const { client } = recordingClient(mock.url, undefined, {
      fetch: (url, init) => {
        request = { url, init };
        return fetch(url, init);
      },
    });
    await client.createProductCollection(collection);
    return {
      url: request?.url,
      method: request?.init.method,
      headers: Object.fromEntries(new Headers(request?.init.headers)),
      body: JSON.parse(String(request?.init.body)),
    };
  }

  it("the path, method and headers of the source page", async () => {
    expect(await sent(smallest)).toMatchObject({
      url: `${mock.url}/products/collections`,
      method: "POST",
      headers: {
        accept: "application/json",
        authorization: "Bearer a-token-of-the-sub-account",
        "content-type": "application/json",
        version: "2021-07-28",
      },
    });
  });

  it("the collection and the location, and nothing else", async () => {
    const { body } = await sent(fullest);
    expect(body).toEqual({ ...fullest, altId: locationId, altType: "location" });
  });

  it("the client's location, whatever the collection says", async () => {
    const elsewhere = { ...smallest, altId: "Z4Bxl8J4SaPEPLq9IQ8g", altType: "agency" };
    const { body } = await sent(elsewhere);
    expect(body).toEqual({ ...smallest, altId: locationId, altType: "location" });
  });
});

const [{ operation } = { operation: undefined }] = operationsOf(await readContract());

describe("a request example of the contract", () => {
  const examples = Object.entries(
    operation?.requestBody.content["application/json"]?.examples ?? {},
  );

  it.each(examples)("%s is what the client sends, and accepted", async (_, { value }) => {
    const { altId, altType, ...collection } = value as NewProductCollection & {
      altId: string;
      altType: string;
    };
    const { client, responses } = recordingClient(mock.url, undefined, { locationId: altId });

    await client.createProductCollection(collection);

    expect(responses.map(({ status }) => status)).toEqual([201]);
    expect(responses.flatMap(violatedPlaces)).toEqual([]);
  });
});
