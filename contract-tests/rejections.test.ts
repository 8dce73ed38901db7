import { describe, expect, it } from "vitest";
import { locationId, token, useMock, violatedPlaces } from "./harness.js";

// What the contract must refuse. Each row is written out from HighLevel's page of the endpoint, and
// not read from the document under test.

const mock = useMock();

const body = { altId: locationId, altType: "location", name: "Best Sellers", slug: "best-sellers" };
const headers = {
  Authorization: `Bearer ${token}`,
  "Content-Type": "application/json",
  Version: "2021-07-28",
};

function post(init: { headers?: object; body?: string | null } = {}): Promise<Response> {
  return fetch(`${mock.url}/products/collections`, {
    method: "POST",
    headers: { ...headers },
    body: JSON.stringify(body),
    ...init,
  } as RequestInit);
}

function without(object: object, name: string): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

it("a request that breaks nothing is accepted", async () => {
  const response = await post();
  expect(response.status).toBe(201);
  expect(violatedPlaces(response)).toEqual([]);
});

describe("a body is refused", () => {
  it.each(["altId", "altType", "name", "slug"])("without %s", async (field) => {
    const response = await post({ body: JSON.stringify(without(body, field)) });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual([`body.${field}`]);
  });

  const wrongTypes = [1, true, null, {}, []];
  const texts = ["altId", "collectionId", "name", "slug", "image"];
  it.each(texts.flatMap((field) => wrongTypes.map((value) => ({ field, value }))))(
    "with $value in $field",
    async ({ field, value }) => {
      const response = await post({ body: JSON.stringify({ ...body, [field]: value }) });
      expect(response.status).toBe(422);
      expect(violatedPlaces(response)).toEqual([`body.${field}`]);
    },
  );

  it.each(
    ["title", "description"].flatMap((field) => wrongTypes.map((value) => ({ field, value }))),
  )("with $value in seo.$field", async ({ field, value }) => {
    const response = await post({ body: JSON.stringify({ ...body, seo: { [field]: value } }) });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual([`body.seo.${field}`]);
  });

  it.each([1, true, null, "title", []])("with %j as seo", async (seo) => {
    const response = await post({ body: JSON.stringify({ ...body, seo }) });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["body.seo"]);
  });

  it.each(["LOCATION", "Location", "agency", "", 1])("with altType %j", async (altType) => {
    const response = await post({ body: JSON.stringify({ ...body, altType }) });
    expect(response.status).toBe(422);
    expect(new Set(violatedPlaces(response))).toEqual(new Set(["body.altType"]));
  });

  it.each([
    "66057f9d28536eae584ec04",
    "66057f9d28536eae584ec0470",
    "66057f9d28536eae584ec04g",
    " 66057f9d28536eae584ec047",
    "",
  ])("with collectionId %j", async (collectionId) => {
    const response = await post({ body: JSON.stringify({ ...body, collectionId }) });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["body.collectionId"]);
  });

  it.each([
    "best sellers",
    " best",
    "best ",
    "best\tsellers",
    "best\nsellers",
    "best\u00a0sellers",
  ])("with slug %j", async (slug) => {
    const response = await post({ body: JSON.stringify({ ...body, slug }) });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["body.slug"]);
  });

  it.each(["[]", '"text"', "1"])("that is %s", async (text) => {
    const response = await post({ body: text });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["body"]);
  });

  it("that is malformed JSON", async () => {
    const response = await post({ body: '{"altId":' });
    // Prism's parser refuses it before the contract is asked, and so reports no violation.
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_json" } });
  });

  it.each([
    ["text/plain", JSON.stringify(body)],
    ["application/x-www-form-urlencoded", "altType=location"],
    ["application/xml", "<collection/>"],
  ])("of type %s", async (type, text) => {
    const response = await post({ headers: { ...headers, "Content-Type": type }, body: text });
    expect(response.status).toBe(422);
    expect(response.headers.get("sl-violations")).toContain(
      "Supported content types: application/json",
    );
  });

  it("that is not there", async () => {
    const response = await post({ body: null });
    expect(response.status).toBe(422);
    expect(response.headers.get("sl-violations")).toContain("Body parameter is required");
  });
});

describe("a request is refused", () => {
  it("without Version", async () => {
    const response = await post({ headers: without(headers, "Version") });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["header.version"]);
  });

  it.each(["2021-04-15", "2021-07-29", "v2", ""])("with Version %j", async (version) => {
    const response = await post({ headers: { ...headers, Version: version } });
    expect(response.status).toBe(422);
    expect(violatedPlaces(response)).toEqual(["header.version"]);
  });

  it("without a token", async () => {
    const response = await post({ headers: without(headers, "Authorization") });
    expect(response.status).toBe(401);
    expect(response.headers.get("sl-violations")).toContain("Invalid security scheme used");
  });

  it.each(["Basic dXNlcjpwYXNz", "a-token-of-the-sub-account"])(
    "with %j for a bearer token",
    async (Authorization) => {
      const response = await post({ headers: { ...headers, Authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get("sl-violations")).toContain("Invalid security scheme used");
    },
  );

  it.each(["GET", "PUT", "PATCH", "DELETE"])("with method %s", async (method) => {
    const response = await fetch(`${mock.url}/products/collections`, { method, headers });
    expect(response.status).toBe(405);
  });

  it.each(["/products/collection", "/products", "/collections", "/"])(
    "at path %s",
    async (path) => {
      const response = await fetch(mock.url + path, { method: "POST", headers, body: "{}" });
      expect(response.status).toBe(404);
    },
  );
});
