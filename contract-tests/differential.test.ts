import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { ApiError, InvalidRequestError, type NewProductCollection } from "../src/index.js";
import { fakeHighLevel } from "../src/testing.js";
import { validRequest } from "./probes.js";
import { answers, endpoint } from "./source-page.js";
import { locationId, recordingClient, token, violatedPlaces } from "./support/client.js";
import { readDereferenced } from "./support/document.js";

// Differential tests: client, mock and fake agree on any body. They are no specification, and the one place
// beside the comparison with the page where the document is read: its schema makes the bodies. A
// failure prints its seed and the smallest case.

const mockUrl = inject("mockUrl");
/** Asked for nothing but what follows from the request, and with budget for all of them. */
const fake = fakeHighLevel({ limit: 1_000_000, dailyLimit: 1_000_000 });

/** What is read of a JSON Schema. */
interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
}

/** What is read of the document; document.test.ts has proved its shape. */
interface Document {
  readonly paths: {
    readonly "/products/collections": {
      readonly post: {
        readonly requestBody: {
          readonly content: { readonly "application/json": { readonly schema: Schema } };
        };
      };
    };
  };
}

const { paths } = (await readDereferenced()) as Document;
const bodySchema =
  paths["/products/collections"].post.requestBody.content["application/json"].schema;
const fixed = { altId: locationId, altType: "location" };

/** Any value that satisfies the schema. */
function valid(schema: Schema): fc.Arbitrary<unknown> {
  const { type, properties = {}, required = [], items = {}, enum: values, pattern } = schema;
  if (values !== undefined) return fc.constantFrom(...values);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"));
  if (type === "string") return fc.string({ unit: "binary" });
  if (type === "number") return fc.integer();
  if (type === "array") return fc.array(valid(items));
  const fields = Object.entries(properties).map(([name, it]) => [name, valid(it)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

/** A place in the body, by its property names, and what is wrong to have there; undefined: nothing. */
interface Violation {
  readonly place: readonly string[];
  readonly what: fc.Arbitrary<unknown>;
}

/** Every way to break the schema in one place. */
function violationsOf(schema: Schema, place: readonly string[] = []): Violation[] {
  const { type, properties = {}, required = [], enum: values, pattern } = schema;
  const isOfType = (value: unknown) =>
    type === "object"
      ? typeof value === "object" && value !== null && !Array.isArray(value)
      : typeof value === type;
  const mistyped = fc.jsonValue().filter((value) => !isOfType(value));
  const text = fc.string({ maxLength: 30 });
  return [
    ...(place.length > 0 ? [{ place, what: mistyped }] : []),
    ...(values ? [{ place, what: text.filter((it) => !values.includes(it)) }] : []),
    ...(pattern ? [{ place, what: text.filter((it) => !new RegExp(pattern, "u").test(it)) }] : []),
    ...required.map((name) => ({ place: [...place, name], what: fc.constant(undefined) })),
    ...Object.entries(properties).flatMap(([name, it]) => violationsOf(it, [...place, name])),
  ];
}

/** The body with the value at the place; objects on the way are made where they are missing. */
function withValue(body: object, [name = "", ...rest]: readonly string[], value: unknown): object {
  const fields: Record<string, unknown> = { ...body };
  if (rest.length === 0) return { ...fields, [name]: value };
  return { ...fields, [name]: withValue(Object(fields[name] ?? {}), rest, value) };
}

describe("any collection that the schema allows", () => {
  it("is accepted by client, mock and fake", async () => {
    await fc.assert(
      fc.asyncProperty(valid(bodySchema), async (body) => {
        const { altId, altType, ...collection } = body as NewProductCollection & typeof fixed;
        const { client, responses } = recordingClient(mockUrl, undefined, { locationId });
        await expect(client.createProductCollection(collection)).resolves.toHaveProperty("_id");
        expect(responses.flatMap(violatedPlaces)).toEqual([]);

        const ofFake = recordingClient(mockUrl, undefined, { locationId, fetch: fake.fetch });
        await expect(ofFake.client.createProductCollection(collection)).resolves.toMatchObject(
          // As it was sent: undefined is in no JSON.
          JSON.parse(JSON.stringify({ ...collection, collectionId: undefined })),
        );
        expect(ofFake.drifts).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("any single departure from the schema is refused by client, mock and fake at its place", () => {
  const violations = violationsOf(bodySchema).map((it) => ({ ...it, name: it.place.join(".") }));

  it.each(violations)("$name", async ({ place, what }) => {
    await fc.assert(
      fc.asyncProperty(valid(bodySchema), what, async (body, value) => {
        const broken = withValue({ ...(body as object), ...fixed }, place, value);

        const request = {
          method: endpoint.method,
          headers: validRequest({ locationId, token }).headers,
          body: JSON.stringify(broken),
        };
        const response = await fetch(mockUrl + endpoint.path, request);
        expect(response.status).toBe(422);
        expect(new Set(violatedPlaces(response))).toEqual(new Set([["body", ...place].join(".")]));

        const ofFake = await fake.fetch(endpoint.server + endpoint.path, request);
        expect(ofFake.status).toBe(422);
        const { message }: { message: string[] } = await ofFake.json();
        const places = message.map((words) => words.split(" ", 1)[0]);
        expect(new Set(places)).toEqual(new Set([`/${place.join("/")}`]));

        // The client sets the location itself, and so cannot be given a wrong one.
        if ((place[0] ?? "") in fixed) return;
        const { client, responses } = recordingClient(mockUrl);
        const error = await client
          .createProductCollection(broken as NewProductCollection)
          .catch((error: unknown) => error);
        expect(error).toBeInstanceOf(InvalidRequestError);
        const { issues } = error as InvalidRequestError;
        expect(new Set(issues.map((issue) => issue.path))).toEqual(
          new Set([`/${place.join("/")}`]),
        );
        expect(responses).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe("any request, good or bad in several ways at once,", () => {
  const body = JSON.stringify(validRequest({ locationId, token }).body);
  const json = "application/json";
  const requests = fc.record({
    path: fc.constantFrom(endpoint.path, endpoint.path, endpoint.path, `${endpoint.path}/`, "/"),
    method: fc.constantFrom("POST", "POST", "POST", "PUT", "GET", "DELETE"),
    authorization: fc.constantFrom(
      `Bearer ${token}`,
      "Bearer a b",
      "bearer a",
      "Bearer",
      "Basic a",
      "",
    ),
    version: fc.constantFrom("2021-07-28", "2021-07-28", "2021-07-29", undefined),
    type: fc.constantFrom(
      json,
      json,
      `${json};charset=utf-8`,
      "Application/JSON",
      "application/hal+json",
      "text/json",
      "text/plain",
      "",
    ),
    body: fc.constantFrom(body, body, body, "{}", "null", "[]", '"text"', "{", " ", "", undefined),
  });

  it("is answered with one status by mock and fake", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async ({ path, method, authorization, version, type, body }) => {
        const init: RequestInit = {
          method,
          headers: {
            authorization,
            "content-type": type,
            ...(version !== undefined && { version }),
          },
          // A GET can have none.
          ...(method !== "GET" && body !== undefined && { body }),
        };
        const { status } = await fetch(mockUrl + path, init);
        expect((await fake.fetch(endpoint.server + path, init)).status).toBe(status);
      }),
      { numRuns: 500 },
    );
  });
});

describe("any answer that Prism makes of the schema comes out of the client as what it is", () => {
  it.each(Object.keys(answers).map(Number))("%i", async (status) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const prefer = `code=${status}, dynamic=true, seed=${seed}`;
        const { client, responses, drifts } = recordingClient(mockUrl, prefer);
        const outcome = await client
          .createProductCollection({ name: "Best Sellers", slug: "best-sellers" })
          .catch((error: unknown) => error);
        expect(responses.map((response) => response.status)).toEqual([status]);
        if (status < 300) expect(outcome).toHaveProperty("_id");
        else expect(outcome).toBeInstanceOf(ApiError);
        // What Prism makes up may itself depart from the schema; Prism says so, and so does the client.
        const departs = responses.some(({ headers }) => headers.get("sl-violations") !== null);
        expect(drifts.length > 0).toBe(departs);
      }),
      { numRuns: 50 },
    );
  });
});
