import { describe, expect, it } from "vitest";
import { breaks, compare } from "./compare.js";

const document = {
  openapi: "3.1.0",
  info: { title: "Things", version: "1.0.0" },
  servers: [{ url: "https://api.example.com" }],
  paths: {
    "/things": {
      post: {
        description: "Makes a thing.",
        security: [{ token: ["things.write"] }],
        parameters: [
          {
            name: "Version",
            in: "header",
            required: true,
            schema: { type: "string", enum: ["1"] },
          },
        ],
        requestBody: {
          required: true,
          content: {
            "application/json": {
              schema: {
                type: "object",
                required: ["name"],
                properties: {
                  name: { type: "string", pattern: "^\\S+$", minLength: 1, maxLength: 9 },
                  kind: { type: "string", enum: ["a", "b"] },
                  title: { type: ["string", "null"], description: "Shown." },
                  size: { type: "number", multipleOf: 2 },
                  parts: { type: "array", items: { type: "string" } },
                  seo: { type: "object", properties: { title: { type: "string" } } },
                  any: { anyOf: [{ properties: { title: { minLength: 1, maxLength: 2 } } }] },
                },
              },
            },
          },
        },
        responses: {
          "201": {
            description: "Made.",
            headers: { "X-Left": { schema: { type: "integer" } }, "X-Max": {} },
            content: {
              "application/json": {
                schema: {
                  type: "object",
                  required: ["id"],
                  properties: {
                    id: { type: "string", pattern: "^t" },
                    kind: { type: "string", enum: ["a", "b"] },
                    madeAt: { type: "string", format: "date-time", description: "When." },
                    size: { type: "number" },
                    parts: { type: "array", items: { type: "string" } },
                  },
                },
              },
            },
          },
          "422": { description: "Refused." },
        },
      },
    },
  },
  components: {
    securitySchemes: {
      token: { type: "http", scheme: "bearer" },
      key: { type: "apiKey", in: "header", name: "X-Key" },
    },
  },
};

const { post: operation } = document.paths["/things"];
const requestSchema = operation.requestBody.content["application/json"].schema;

const path = "/paths/~1things";
const post = `${path}/post`;
const version = `${post}/parameters/0`;
const scopes = `${post}/security/0/token`;
const statuses = `${post}/responses`;
const request = `${post}/requestBody/content/application~1json/schema`;
const sent = `${request}/properties`;
const response = `${statuses}/201/content/application~1json/schema`;
const received = `${response}/properties`;

/** JSON pointers, each with the value to put there; undefined takes away what is there. */
type Edits = readonly unknown[];

function edited(...edits: Edits): unknown {
  const copy = structuredClone(document);
  for (let i = 0; i < edits.length; i += 2) {
    const keys = `${edits[i]}`.split("/").map((key) => key.replaceAll("~1", "/"));
    const holder = keys.slice(1, -1).reduce<object>((it, key) => Reflect.get(it, key), copy);
    const key = keys.at(-1) ?? "";
    if (edits[i + 1] === undefined) Reflect.deleteProperty(holder, key);
    else Reflect.set(holder, key, edits[i + 1]);
  }
  return copy;
}

const differences = (from: unknown, to: unknown) => compare(from, to).map(({ what }) => what);

type Row = readonly [what: string, ...edits: Edits];

const breaking: readonly Row[] = [
  ["request: server https://api.example.com → https://b.com", "/servers/0/url", "https://b.com"],
  [
    "request: server https://api.example.com → https://b.com",
    `${post}/servers`,
    [{ url: "https://b.com" }],
  ],
  ["POST /things: gone", path, {}],
  ["request: authorization bearer things.write → bearer things.all", scopes, ["things.all"]],
  [
    "request: authorization bearer things.write → bearer things.write things.read",
    `${scopes}/1`,
    "things.read",
  ],
  ["request: authorization bearer things.write → header x-key", `${post}/security`, [{ key: [] }]],
  [
    "request: authorization bearer things.write → bearer things.write header x-key",
    `${post}/security/0/key`,
    [],
  ],
  [
    "request: authorization bearer things.write → basic things.write",
    "/components/securitySchemes/token/scheme",
    "basic",
  ],
  ["request header Version: enum 1 → 2", `${version}/schema/enum`, ["2"]],
  ["request header Version: gone", `${post}/parameters`, []],
  [
    "request header X-A: new and required",
    `${post}/parameters/1`,
    { name: "X-A", in: "header", required: true },
  ],
  [
    "request query a: new and required",
    `${path}/parameters`,
    [{ name: "a", in: "query", required: true }],
  ],
  ["request body: gone", `${post}/requestBody`, undefined],
  ["request body as application/json: gone", `${post}/requestBody/content`, {}],
  ["request field a: new and required", `${sent}/a`, {}, `${request}/required/1`, "a"],
  ["request field a: new and required", `${request}/required/1`, "a"],
  ["request field size: gone", `${sent}/size`, undefined],
  ["request field kind: now required", `${request}/required/1`, "kind"],
  ["request field name: type string → integer", `${sent}/name/type`, "integer"],
  ["request field title: type string or null → string", `${sent}/title/type`, "string"],
  ["request field size: type number or integer → integer", `${sent}/size/type`, "integer"],
  ["request field parts[]: type string → integer", `${sent}/parts/items/type`, "integer"],
  // What else is said of another type is not worth a line.
  ["request field parts: type array → string", `${sent}/parts`, { type: "string", pattern: "a" }],
  [
    "request field seo: type object → array",
    `${sent}/seo`,
    { type: "array", properties: { title: { type: "integer" } } },
  ],
  [
    'request field any: anyOf {"properties":{"title":{"minLength":1,"maxLength":2}}} → {"properties":{}}',
    `${sent}/any/anyOf/0/properties`,
    {},
  ],
  [
    "request field seo.title: type string → integer",
    `${sent}/seo/properties/title/type`,
    "integer",
  ],
  ["request field kind: enum a or b → a", `${sent}/kind/enum`, ["a"]],
  ["request field kind: enum a or b → a or c", `${sent}/kind/enum/1`, "c"],
  ["request field size: enum 1 or 2 is new", `${sent}/size/enum`, [1, 2]],
  ["request field name: pattern ^\\S+$ → ^a", `${sent}/name/pattern`, "^a"],
  ["request field kind: pattern ^a is new", `${sent}/kind/pattern`, "^a"],
  ["request field name: format uri is new", `${sent}/name/format`, "uri"],
  ["request field name: minLength 1 → 2", `${sent}/name/minLength`, 2],
  ["request field name: maxLength 9 → 8", `${sent}/name/maxLength`, 8],
  ["request field size: multipleOf 2 → 3", `${sent}/size/multipleOf`, 3],
  ["request body: additionalProperties false is new", `${request}/additionalProperties`, false],
  ['request field name: oneOf {"minLength":3} is new', `${sent}/name/oneOf`, [{ minLength: 3 }]],
  // The client would take it for an error.
  ["status 202: new", `${statuses}/202`, {}],
  ["status 422: gone", `${statuses}/422`, undefined],
  ["201 body as application/json: gone", `${statuses}/201/content`, undefined],
  ["201 header X-Max: gone", `${statuses}/201/headers/X-Max`, undefined],
  ["201 headers: gone", `${statuses}/201/headers`, undefined],
  [
    "201 header X-Left: type integer → string",
    `${statuses}/201/headers/X-Left/schema/type`,
    "string",
  ],
  ["201 field size: gone", `${received}/size`, undefined],
  ["201 field id: now optional", `${response}/required`, []],
  ["201 field id: type string → integer", `${received}/id/type`, "integer"],
  ["201 field id: type string → string or null", `${received}/id/type`, ["string", "null"]],
  ["201 field parts[]: type string → object", `${received}/parts/items/type`, "object"],
  ["201 field kind: enum a or b is gone", `${received}/kind/enum`, undefined],
  ["201 field id: pattern ^t is gone", `${received}/id/pattern`, undefined],
  ["201 field madeAt: format date-time → date", `${received}/madeAt/format`, "date"],
];

const harmless: readonly Row[] = [
  [
    "request: server https://api.example.com → https://api.example.com or https://b.com",
    "/servers/1",
    { url: "https://b.com" },
  ],
  ["PUT /things: new", `${path}/put`, {}],
  ["request: authorization bearer things.write → bearer", scopes, []],
  ["request: authorization bearer things.write → none", `${post}/security`, []],
  [
    "request: authorization bearer things.write → bearer things.write or header x-key",
    `${post}/security/1`,
    { key: [] },
  ],
  ["request header Version: enum 1 → 1 or 2", `${version}/schema/enum/1`, "2"],
  ["request header Version: now optional", `${version}/required`, false],
  ["request header X-A: new", `${post}/parameters/1`, { name: "X-A", in: "header" }],
  ["request body: now optional", `${post}/requestBody/required`, false],
  [
    "request body as text/csv: new",
    `${post}/requestBody/content/text~1csv`,
    { schema: { type: "string" } },
  ],
  ["request field a: new", `${sent}/a`, { type: "string" }],
  ["request field name: now optional", `${request}/required`, []],
  ["request field name: type string → string or null", `${sent}/name/type`, ["string", "null"]],
  ["request field name: type string is gone", `${sent}/name/type`, undefined],
  ["request field kind: enum a or b → a or b or c", `${sent}/kind/enum/2`, "c"],
  ["request field kind: enum a or b is gone", `${sent}/kind/enum`, undefined],
  ["request field name: pattern ^\\S+$ is gone", `${sent}/name/pattern`, undefined],
  ["request field name: minLength 1 → 0", `${sent}/name/minLength`, 0],
  ["request field name: maxLength 9 → 10", `${sent}/name/maxLength`, 10],
  ["status 403: new", `${statuses}/403`, {}],
  [
    "422 body as application/json: new",
    `${statuses}/422/content`,
    { "application/json": { schema: { type: "object" } } },
  ],
  ["201 header X-A: new", `${statuses}/201/headers/X-A`, {}],
  ["422 headers: new", `${statuses}/422/headers`, { "X-A": {}, "X-B": {} }],
  ["201 field a: new", `${received}/a`, {}],
  ["201 field a: new and required", `${received}/a`, {}, `${response}/required/1`, "a"],
  ["201 field kind: now required", `${response}/required/1`, "kind"],
  ["201 field size: type number or integer → integer", `${received}/size/type`, "integer"],
  ["201 field kind: enum a or b → a", `${received}/kind/enum`, ["a"]],
  ["201 field kind: enum a or b → a or b or c", `${received}/kind/enum/2`, "c"],
  ["201 field kind: pattern ^a is new", `${received}/kind/pattern`, "^a"],
];

describe.each([
  ["breaks a user of the client", breaking, true],
  ["breaks no user of the client", harmless, false],
] as const)("what %s", (_title, rows, isBreaking) => {
  it.each(rows)("%s", (what, ...edits) => {
    const found = compare(document, edited(...edits));
    expect(found.map((it) => [it.what, breaks(it)])).toEqual([[what, isBreaking]]);
  });

  it.each(rows)("%s, and back", (_what, ...edits) => {
    expect(compare(edited(...edits), document)).toHaveLength(1);
  });
});

it("names what is gone and what came in its place", () => {
  const moved = edited("/paths", { "/stuff": { put: operation } });
  expect(differences(document, moved)).toEqual(["POST /things: gone", "PUT /stuff: new"]);
});

describe("what says the same is no difference", () => {
  it.each<Row>([
    ["words", `${post}/description`, "x", `${sent}/title/description`, "x", "/info/title", "x"],
    ["examples", `${sent}/name/example`, "a", `${sent}/name/examples`, ["a"]],
    ["defaults and extensions", `${sent}/name/default`, "a", `${sent}/name/x-a`, 1],
    ["the name of an operation, and its tags", `${post}/operationId`, "x", `${post}/tags`, ["x"]],
    ["a schema by way of allOf", `${sent}/seo`, { allOf: [requestSchema.properties.seo] }],
    [
      "a schema in two halves",
      request,
      {
        allOf: [
          { ...requestSchema, required: [] },
          { type: "object", required: ["name"] },
        ],
      },
    ],
    ["null, as OpenAPI 3.0 puts it", `${sent}/title`, { type: "string", nullable: true }],
    ["the order of values", `${sent}/kind/enum`, ["b", "a"]],
    ["the order of types", `${sent}/title/type`, ["null", "string"]],
    ["any other field, said or not", `${request}/additionalProperties`, true],
    ["any other field, said in another way", `${request}/unevaluatedProperties`, true],
    [
      "the order and the words of a choice",
      `${sent}/any/anyOf/0/properties/title`,
      { maxLength: 2, description: "x", minLength: 1 },
    ],
    ["what is not forbidden", `${sent}/name/nullable`, false, `${sent}/parts/uniqueItems`, false],
    [
      "parameters of the path",
      `${path}/parameters`,
      operation.parameters,
      `${post}/parameters`,
      undefined,
    ],
    [
      "the security of the whole document",
      "/security",
      operation.security,
      `${post}/security`,
      undefined,
    ],
    [
      "the name of a security scheme",
      "/components/securitySchemes/other",
      { type: "http", scheme: "Bearer", in: "header", name: "Authorization" },
      `${post}/security`,
      [{ other: ["things.write"] }],
    ],
    ["a slash after the server", "/servers/0/url", "https://api.example.com/"],
    ["the case of a header", `${version}/name`, "VERSION"],
    [
      "a header that OpenAPI describes elsewhere",
      `${post}/parameters/1`,
      { name: "Authorization", in: "header", required: true },
    ],
    ["components that no operation uses", "/components/schemas", { Other: { type: "string" } }],
  ])("%s", (_what, ...edits) => {
    expect(edited(...edits)).not.toEqual(document);
    expect(differences(document, edited(...edits))).toEqual([]);
    expect(differences(edited(...edits), document)).toEqual([]);
  });
});

describe("both places are named", () => {
  it("where both documents say something", () => {
    const seo = { allOf: [{ type: "object", properties: { title: { type: "integer" } } }] };
    expect(compare(document, edited(`${sent}/seo`, seo))).toMatchObject([
      { from: `${sent}/seo/properties/title`, to: `${sent}/seo/allOf/0/properties/title` },
    ]);
  });

  it("where a field is required in one alone", () => {
    const places = { from: `${sent}/name`, to: `${sent}/name` };
    expect(compare(document, edited(`${request}/required`, []))).toMatchObject([places]);
  });

  it("where one says nothing, by what would hold it", () => {
    const other = edited(`${sent}/name/pattern`, undefined);
    const [there, missing] = [`${sent}/name/pattern`, `${sent}/name`];
    expect(compare(document, other)).toMatchObject([{ from: there, to: missing }]);
    expect(compare(other, document)).toMatchObject([{ from: missing, to: there }]);
  });
});

it.each([undefined, null, "text", 1, [], {}, { paths: null }, { paths: { "/things": null } }])(
  "what is not an OpenAPI document has no operation: %j",
  (other) => {
    expect(differences(document, other)).toEqual(["POST /things: gone"]);
    expect(differences(other, document)).toEqual(["POST /things: new"]);
  },
);
