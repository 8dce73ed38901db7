import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { operationsOf, readContract, type Schema } from "../scripts/lib/contract.js";
import { ApiError, InvalidRequestError, type NewProductCollection } from "../src/index.js";
import { locationId, recordingClient, token, useMock, violatedPlaces } from "./harness.js";

// Cases made from the contract's own schemas. A failure prints its seed and the smallest case.

const mock = useMock();

const operations = operationsOf(await readContract());
const [{ operation, path }] = operations as [(typeof operations)[number]];
const bodySchema = operation.requestBody.content["application/json"]?.schema ?? {};
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

describe("any collection that the contract allows", () => {
  it("is accepted by client and mock", async () => {
    await fc.assert(
      fc.asyncProperty(valid(bodySchema), async (body) => {
        const { altId, altType, ...collection } = body as NewProductCollection & typeof fixed;
        const { client, responses } = recordingClient(mock.url, undefined, { locationId });
        await expect(client.createProductCollection(collection)).resolves.toHaveProperty("_id");
        expect(responses.flatMap(violatedPlaces)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("any single departure from the contract is refused by client and mock at its place", () => {
  const violations = violationsOf(bodySchema).map((it) => ({ ...it, name: it.place.join(".") }));

  it.each(violations)("$name", async ({ place, what }) => {
    await fc.assert(
      fc.asyncProperty(valid(bodySchema), what, async (body, value) => {
        const broken = withValue({ ...(body as object), ...fixed }, place, value);

        const response = await fetch(mock.url + path, {
          method: "POST",
          headers: {
            Authorization: `Bearer ${token}`,
            "Content-Type": "application/json",
            Version: "2021-07-28",
          },
          body: JSON.stringify(broken),
        });
        expect(response.status).toBe(422);
        expect(new Set(violatedPlaces(response))).toEqual(new Set([["body", ...place].join(".")]));

        // The client sets the location itself, and so cannot be given a wrong one.
        if ((place[0] ?? "") in fixed) return;
        const { client, responses } = recordingClient(mock.url);
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

describe("any answer that the contract allows comes out as documented, without drift", () => {
  const statuses = Object.keys(operation.responses).map(Number);

  it.each(statuses)("%i", async (status) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const drifts: unknown[] = [];
        const prefer = `code=${status}, dynamic=true, seed=${seed}`;
        const { client, responses } = recordingClient(mock.url, prefer, {
          maxRetries: 0,
          onDrift: (drift) => drifts.push(drift),
        });
        const outcome = await client
          .createProductCollection({ name: "Best Sellers", slug: "best-sellers" })
          .catch((error: unknown) => error);
        expect(responses.map((response) => response.status)).toEqual([status]);
        if (status < 300) expect(outcome).toHaveProperty("_id");
        else expect(outcome).toBeInstanceOf(ApiError);
        // What Prism makes up may itself depart from the schema; Prism says so, as onDrift does.
        const departs = responses.some(({ headers }) => headers.get("sl-violations") !== null);
        expect(drifts.length > 0).toBe(departs);
      }),
      { numRuns: 50 },
    );
  });
});
