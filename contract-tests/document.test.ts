import { describe, expect, it } from "vitest";
import { authorization } from "./source-page.js";
import { readDereferenced } from "./support/document.js";
import { findings } from "./support/findings.js";

const document = await readDereferenced();
const found = findings(document);

it("the OpenAPI document says exactly what the source page says", () => {
  expect(found).toEqual([]);
});

describe("the words of the OpenAPI document tell", () => {
  const wordsAt = (...keys: string[]) => {
    let part: unknown = document;
    for (const key of [...keys, "description"]) part = isPart(part) ? part[key] : undefined;
    return String(part).toLowerCase();
  };

  it.each([...authorization.tokens, authorization.tokenType])("a token may be: %s", (token) => {
    const words = wordsAt("components", "securitySchemes", "subAccountToken");
    expect(words).toContain(token.toLowerCase());
  });

  it("where the 403 comes from, which the source page does not list", () => {
    const words = wordsAt("paths", "/products/collections", "post", "responses", "403");
    expect(words).toMatch(/issue 213 of\s+`gohighlevel\/highlevel-api-docs`/);
  });
});

type Keys = readonly (string | number)[];

/** An object or a list of the document, to be changed in place. */
type Part = Record<string | number, unknown>;

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null;
}

/** In place of a value: leave the point out. */
const removed = Symbol("removed");

/** A copy of the document with one point changed. */
function changed(keys: Keys, value: unknown): unknown {
  const copy = structuredClone(document);
  let part: unknown = copy;
  for (const key of keys.slice(0, -1)) part = isPart(part) ? part[key] : undefined;
  const last = keys.at(-1);
  if (!isPart(part) || last === undefined) throw new Error(`Nothing holds ${keys.join(" ")}.`);
  if (value !== removed) part[last] = value;
  else if (Array.isArray(part)) part.splice(Number(last), 1);
  else if (last in part) delete part[last];
  else throw new Error(`There is no ${keys.join(" ")}.`);
  return copy;
}

/** What the comparison finds in the changed document alone: a fault of the real one fails one test. */
function newFindings(keys: Keys, value: unknown): string[] {
  return findings(changed(keys, value)).filter((it) => !found.includes(it));
}

const paths = ["paths"];
const operation = [...paths, "/products/collections", "post"];
const json = ["content", "application/json"];
const sent = [...operation, "requestBody", ...json];
const sentFields = [...sent, "schema", "properties"];
const answer = (status: number) => [...operation, "responses", String(status)];
const returned = [...answer(201), ...json, "schema", "properties", "data"];
const messages = [...answer(422), ...json, "schema", "properties", "message"];
const version = [...operation, "parameters", 0];
const remaining = [...answer(429), "headers", "X-RateLimit-Remaining"];
const scheme = ["components", "securitySchemes", "subAccountToken"];
const page = "on the source page";
const collection = { _id: "1", altId: "2", name: "n", slug: "s", image: "i", seo: {} };

describe("a change of the document is found, and named by its place", () => {
  it.each<[what: string, keys: Keys, value: unknown, ...expected: string[]]>([
    // Fields
    [
      "an invented field",
      [...sentFields, "colour"],
      { type: "string", example: "red" },
      `request body.colour is not ${page}`,
    ],
    [
      "an invented field of an object",
      [...returned, "properties", "seo", "properties", "image"],
      { type: "object", properties: { url: { type: "string" } } },
      `201 body.data.seo.image is not ${page}`,
    ],
    ["a field left out", [...sentFields, "image"], removed, "request body.image is missing"],
    [
      "an object left out, with all its fields",
      [...sentFields, "seo"],
      removed,
      "request body.seo is missing",
    ],
    [
      "a field no longer required",
      [...sent, "schema", "required"],
      ["altId", "altType", "name"],
      `request body.slug: required is false, and true ${page}`,
    ],
    [
      "one more field required",
      [...sent, "schema", "required", 4],
      "image",
      `request body.image: required is true, and false ${page}`,
    ],
    [
      "a field required that is not described",
      [...returned, "required", 7],
      "updatedAt",
      `201 body.data.updatedAt is not ${page}`,
    ],
    [
      "another type",
      [...sentFields, "name", "type"],
      "number",
      `request body.name: type is "number", and "string" ${page}`,
    ],
    [
      "a type that may be null",
      [...returned, "properties", "image", "type"],
      ["string", "null"],
      `201 body.data.image: type is ["string","null"], and "string" ${page}`,
    ],
    [
      "other items of a list",
      [...messages, "items", "type"],
      "number",
      `422 body.message: type is "array of numbers", and "array of strings" ${page}`,
    ],
    [
      "a bound on the items of a list",
      [...messages, "items", "minLength"],
      1,
      `422 body.message: items' minLength 1 is not ${page}`,
    ],
    [
      "one more value",
      [...sentFields, "altType", "enum", 1],
      "LOCATION",
      `request body.altType: values is ["location","LOCATION"], and ["location"] ${page}`,
    ],
    [
      "any value",
      [...sentFields, "altType", "enum"],
      removed,
      'request body.altType: values ["location"] is missing',
    ],
    [
      "values where none are listed",
      [...sentFields, "name", "enum"],
      ["Best Sellers"],
      `request body.name: values ["Best Sellers"] is not ${page}`,
    ],
    [
      "another pattern",
      [...sentFields, "slug", "pattern"],
      "^[a-z-]*$",
      String.raw`request body.slug: pattern is "^[a-z-]*$", and "^\\S*$" ${page}`,
    ],
    [
      "an invented pattern",
      [...sentFields, "altId", "pattern"],
      "^[0-9a-f]{24}$",
      `request body.altId: pattern "^[0-9a-f]{24}$" is not ${page}`,
    ],
    [
      "a pattern left out",
      [...sentFields, "collectionId", "pattern"],
      removed,
      'request body.collectionId: pattern "^[0-9a-fA-F]{24}$" is missing',
    ],
    [
      "a format left out",
      [...returned, "properties", "createdAt", "format"],
      removed,
      '201 body.data.createdAt: format "date-time" is missing',
    ],
    [
      "any other keyword",
      [...sentFields, "name", "minLength"],
      1,
      `request body.name: minLength 1 is not ${page}`,
    ],
    [
      "no further fields",
      [...sent, "schema", "additionalProperties"],
      false,
      `request body: additionalProperties false is not ${page}`,
    ],
    // Examples
    [
      "another example of a field",
      [...sentFields, "slug", "example"],
      "worst-sellers",
      `request body.slug: example is "worst-sellers", and "best-sellers" ${page}`,
    ],
    [
      "another example of an object",
      [...sentFields, "seo", "example"],
      {},
      `request body.seo: example is {}, and {"title":"Best Sellers","description":"Collections where all the best products are available"} ${page}`,
    ],
    [
      "another example of a body",
      [...answer(400), ...json, "examples", "badRequest", "value"],
      { statusCode: 400 },
      `400 example badRequest: value is {"statusCode":400}, and {"statusCode":400,"message":"Bad Request"} ${page}`,
    ],
    [
      "an invented example of a body",
      [...sent, "examples", "red"],
      { value: collection },
      `request example red is not ${page}`,
    ],
    [
      "an example of a body left out",
      [...sent, "examples", "minimal"],
      removed,
      "request example minimal is missing",
    ],
    // Headers
    [
      "an invented request header",
      [...operation, "parameters", 1],
      { name: "X-Colour", in: "header", schema: { type: "string" } },
      `request header X-Colour is not ${page}`,
    ],
    [
      "a parameter of the query",
      [...operation, "parameters", 1],
      { name: "colour", in: "query", schema: { type: "string" } },
      `request query colour is not ${page}`,
    ],
    ["a request header left out", version, removed, "request header Version is missing"],
    [
      "a request header no longer required",
      [...version, "required"],
      false,
      `request header Version: required is false, and true ${page}`,
    ],
    [
      "another value of a request header",
      [...version, "schema", "enum", 0],
      "2021-04-15",
      `request header Version: values is ["2021-04-15"], and ["2021-07-28"] ${page}`,
    ],
    [
      "an invented response header",
      [...answer(201), "headers", "X-Colour"],
      { schema: { type: "string" } },
      `201 header X-Colour is not ${page}`,
    ],
    [
      "a response header left out",
      remaining,
      removed,
      "429 header X-RateLimit-Remaining is missing",
    ],
    [
      "a response header that is always there",
      [...remaining, "required"],
      true,
      `429 header X-RateLimit-Remaining: required is true, and false ${page}`,
    ],
    [
      "another type of a response header",
      [...remaining, "schema", "type"],
      "string",
      `429 header X-RateLimit-Remaining: type is "string", and "integer" ${page}`,
    ],
    [
      "another example of a response header",
      [...remaining, "example"],
      0,
      `429 header X-RateLimit-Remaining: example is 0, and 99 ${page}`,
    ],
    // Statuses and bodies
    ["an invented status", answer(500), { description: "" }, `500 is not ${page}`],
    ["a status left out", answer(403), removed, "403 is missing"],
    [
      "a body where none is promised",
      [...answer(429), "content"],
      { "application/json": { schema: { type: "object", properties: {} } } },
      `429 body is not ${page}`,
    ],
    [
      "another media type of a body",
      [...answer(400), "content", "text/plain"],
      { schema: { type: "string" } },
      `400 body as text/plain is not ${page}`,
    ],
    [
      "a body that may be left out",
      [...operation, "requestBody", "required"],
      removed,
      "request: required true is missing",
    ],
    // Where to, and by whom
    [
      "an invented server",
      ["servers", 1],
      { url: "https://example.com" },
      `server https://example.com is not ${page}`,
    ],
    [
      "an invented method",
      [...paths, "/products/collections", "get"],
      { responses: { 200: {} } },
      `GET /products/collections is not ${page}`,
    ],
    ["an invented path", [...paths, "/products"], { post: {} }, `POST /products is not ${page}`],
    [
      "another keyword of the operation",
      [...operation, "deprecated"],
      true,
      `POST /products/collections: deprecated true is not ${page}`,
    ],
    ["another keyword of the document", ["webhooks"], {}, `document: webhooks {} is not ${page}`],
    [
      "another way to send the token",
      [...scheme, "bearerFormat"],
      "opaque",
      ...["the document", "POST /products/collections"].map(
        (owner) =>
          `authorization of ${owner} by http bearer: bearerFormat is "opaque", and "JWT" ${page}`,
      ),
    ],
    [
      "another scope",
      [...operation, "security", 0, "subAccountToken", 0],
      "products.write",
      `authorization of POST /products/collections by http bearer: scopes is ["products.write"], and ["products/collection.write"] ${page}`,
    ],
    [
      "a call without a token",
      [...operation, "security", 1],
      {},
      `authorization of POST /products/collections by nothing is not ${page}`,
    ],
    [
      "an invented way to authorize",
      ["components", "securitySchemes", "apiKey"],
      { type: "apiKey", in: "query", name: "key" },
      `security scheme apiKey is not ${page}`,
    ],
    [
      "a link to another page",
      ["externalDocs", "url"],
      "https://example.com",
      `externalDocs: url is "https://example.com", and "https://marketplace.gohighlevel.com/docs/ghl/products/create-product-collection/index.html" ${page}`,
    ],
  ])("%s", (_, keys, value, ...expected) => {
    expect(newFindings(keys, value)).toEqual(expected);
  });
});

describe("no point of the document escapes the comparison", () => {
  /** Words, names of ours and extensions: all that may differ from the page. */
  const isOurs = ([root, ...keys]: Keys) =>
    root === "openapi" ||
    root === "info" ||
    root === "tags" ||
    (root === "components" && keys[0] !== "securitySchemes") ||
    keys.some((key) => ["operationId", "tags"].includes(String(key)) || /^x-/.test(String(key))) ||
    // A field may be called `description`, and an example may have one.
    (["description", "summary"].includes(String(keys.at(-1))) &&
      keys.at(-2) !== "properties" &&
      !keys.includes("value") &&
      !keys.includes("example"));

  /** Every place of the document that the page decides. */
  function* points(value: unknown, keys: Keys = []): Generator<[Keys, unknown]> {
    if (keys.length > 0 && !isOurs(keys)) yield [keys, value];
    if (!isPart(value)) return;
    for (const [key, it] of Object.entries(value)) yield* points(it, [...keys, key]);
  }

  const all = [...points(document)];
  const unnoticed = (changes: readonly [Keys, unknown][]) =>
    changes
      .filter(([keys, value]) => newFindings(keys, value).length === 0)
      .map(([keys]) => keys.join(" "));

  it("there are some", () => {
    expect(all.length).toBeGreaterThan(300);
  });

  it("nothing can be left out", () => {
    expect(unnoticed(all.map(([keys]) => [keys, removed]))).toEqual([]);
  });

  it("no value can be another", () => {
    const values = all.filter(([, value]) => !isPart(value));
    expect(unnoticed(values.map(([keys]) => [keys, "another"]))).toEqual([]);
  });

  it("nothing can be added to an object", () => {
    const objects = all.filter(([, value]) => isPart(value) && !Array.isArray(value));
    const added = objects.map(([keys]): [Keys, unknown] => [
      [...keys, "colour"],
      { type: "string", value: "red" },
    ]);
    expect(unnoticed(added)).toEqual([]);
  });
});
