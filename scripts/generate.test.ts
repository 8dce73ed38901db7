import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { requestsOf } from "../contract-tests/requests.js";
import type { OperationProbes } from "../generated/probes.js";
import { generatedFiles } from "./generate/files.js";
import { applyChange } from "./generate/probes.js";
import { type Document, operationsOf, readDocument } from "./lib/contract.js";
import { startMock } from "./lib/mock.js";
import { root, temporaryFolder } from "./lib/tools.js";

// What the generator makes of contracts that nobody here has yet: of every kind of schema, and of other
// operations. Each is generated, judges as it should, and compiles.

const folder = temporaryFolder();
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
let count = 0;

/** Generates a contract's files into a folder of their own. */
async function generate(document: Document): Promise<string> {
  const target = join(folder, `contract-${++count}`);
  mkdirSync(target);
  for (const [name, text] of Object.entries(await generatedFiles(document))) {
    writeFileSync(join(target, name), text);
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(target, name.replace(/ts$/, "js")), outputText);
  }
  return target;
}

function load(target: string, name: string) {
  return import(/* @vite-ignore */ pathToFileURL(join(target, name)).href);
}

type Part = Readonly<Record<string, unknown>>;

/** A contract of one operation, which takes an object with a field `value`. */
function contractOf(value: unknown, more: Part = {}): Document {
  const schema = { type: "object", required: ["value"], properties: { value } };
  return contractWith({ "/things": { post: operation({ requestBody: json(schema) }) } }, more);
}

function contractWith(paths: Part, more: Part = {}): Document {
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: { title: "Things", version: "1.0.0" },
    servers: [{ url: "https://example.com" }],
    paths: paths as NonNullable<Document["paths"]>,
    ...more,
  };
}

function operation(more: Part = {}): Part {
  const responses = { 201: { description: "Made.", ...json({ type: "object" }) } };
  return { operationId: "makeThing", responses, ...more };
}

function json(schema: Part): Part {
  return { required: true, content: { "application/json": { schema } } };
}

const circular = {
  components: {
    schemas: {
      Node: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, next: { $ref: "#/components/schemas/Node" } },
      },
    },
  },
};

/** A kind of schema: values that keep to it, values that do not, and the limits that no probe breaks. */
interface Kind {
  readonly name: string;
  readonly schema: unknown;
  readonly right: readonly unknown[];
  readonly wrong: readonly unknown[];
  readonly untested?: readonly string[];
  readonly more?: Part;
}

const kinds: readonly Kind[] = [
  {
    name: "int64 with a minimum",
    schema: { type: "integer", format: "int64", minimum: 1 },
    right: [1, 2 ** 40],
    wrong: [0, 1.5, "1"],
    untested: ["body /value format"],
  },
  {
    name: "every bound of a number",
    schema: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 10, multipleOf: 0.5 },
    right: [0.5, 9.5],
    wrong: [0, 10, 0.3],
  },
  {
    name: "lengths and a pattern",
    schema: { type: "string", minLength: 2, maxLength: 4, pattern: "^\\p{L}+$", example: "äöü" },
    right: ["äö", "abcd"],
    wrong: ["a", "abcde", "a1", "😀"],
  },
  {
    name: "formats",
    schema: { type: "string", format: "date-time" },
    right: ["2024-02-22T09:27:19.728Z"],
    wrong: ["yesterday", 1],
  },
  {
    name: "null beside a type",
    schema: { type: ["string", "null"], maxLength: 3 },
    right: [null, "abc"],
    wrong: ["abcd", 1],
  },
  {
    name: "`anyOf` of an object and null",
    schema: {
      anyOf: [{ type: "object", properties: { a: { type: "string" } } }, { type: "null" }],
    },
    right: [null, {}, { a: "b" }],
    wrong: [{ a: 1 }, 1, []],
  },
  {
    name: "`oneOf` with an object",
    schema: {
      oneOf: [
        { type: "object", required: ["a"], properties: { a: { type: "string" } } },
        { type: "array", items: { type: "integer" }, minItems: 2 },
      ],
    },
    right: [{ a: "b" }, [1, 2]],
    wrong: [{}, [1], ["a", "b"], "text"],
  },
  {
    name: "`allOf` of two",
    schema: {
      allOf: [
        { type: "object", required: ["a"], properties: { a: { type: "string" } } },
        { properties: { b: { type: "integer", maximum: 3 } } },
      ],
    },
    right: [{ a: "x" }, { a: "x", b: 3 }],
    wrong: [{}, { a: "x", b: 4 }],
  },
  {
    name: "`allOf` of schemas that refer to others",
    schema: { allOf: [{ $ref: "#/components/schemas/Node" }, { maxProperties: 1 }] },
    more: circular,
    right: [{ name: "a" }],
    wrong: [{ name: 1 }, { name: "a", next: { name: "b" } }],
  },
  {
    name: "`additionalProperties` with a schema",
    schema: { type: "object", additionalProperties: { type: "integer" } },
    right: [{}, { a: 1 }],
    wrong: [{ a: "b" }],
  },
  {
    name: "no additional properties, and a number of them",
    schema: {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      additionalProperties: false,
      minProperties: 1,
    },
    right: [{ a: "x" }],
    wrong: [{}, { a: "x", c: 1 }],
  },
  {
    name: "a list of objects with limits",
    schema: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      items: {
        type: "object",
        required: ["a"],
        properties: { a: { type: "integer", minimum: 1 } },
      },
    },
    right: [[{ a: 1 }], [{ a: 1 }, { a: 2 }]],
    wrong: [
      [],
      [{ a: 0 }],
      [{}],
      [{ a: 1 }, { a: 2 }, { a: 3 }],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
  },
  {
    name: "`prefixItems`, with an annotation in them",
    schema: {
      type: "array",
      prefixItems: [{ type: "string", "x-note": "first" }, { type: "integer" }],
    },
    right: [["a", 1], ["a"], []],
    wrong: [[1], ["a", "b"]],
  },
  {
    name: "values of any type",
    schema: { enum: ["a", 1, null, { b: 2, c: 3 }] },
    right: ["a", 1, null, { c: 3, b: 2 }],
    wrong: ["A", { b: 2 }],
  },
  {
    name: "dependent fields",
    schema: {
      type: "object",
      properties: { title: { type: "string" }, description: { type: "string" } },
      dependentRequired: { title: ["description"] },
    },
    right: [{}, { title: "a", description: "b" }],
    wrong: [{ title: "a" }],
  },
  {
    name: "fields that are called as annotations are",
    schema: {
      type: "object",
      required: ["default"],
      properties: { description: { type: "string" }, default: { type: "integer" } },
    },
    right: [{ default: 1, description: "a" }],
    wrong: [{ default: "1" }, { default: 1, description: 2 }, {}],
  },
  {
    name: "`unevaluatedProperties`",
    schema: {
      allOf: [{ type: "object", properties: { a: { type: "string" } } }],
      unevaluatedProperties: false,
    },
    right: [{ a: "b" }],
    wrong: [{ b: 1 }],
  },
  {
    name: "a condition",
    schema: JSON.parse(
      '{ "type": "string", "if": { "minLength": 5 }, "then": { "pattern": "^a" }, "example": "ab" }',
    ),
    right: ["b", "abcde"],
    wrong: ["bcdef"],
    untested: ["body /value if"],
  },
  {
    name: "`not`",
    schema: { type: "string", not: { const: "root" }, example: "text" },
    right: ["a"],
    wrong: ["root"],
    untested: ["body /value not"],
  },
  {
    name: "a schema that contains itself",
    schema: { $ref: "#/components/schemas/Node" },
    more: circular,
    right: [{ name: "a", next: { name: "b", next: { name: "c" } } }],
    wrong: [{ name: "a", next: { name: "b", next: {} } }],
  },
  {
    name: "a limit beside a `$ref`",
    schema: { $ref: "#/components/schemas/Node", maxProperties: 1 },
    more: circular,
    right: [{ name: "a" }],
    wrong: [{ name: "a", next: { name: "b" } }, {}],
  },
  {
    name: "annotations of every kind",
    schema: {
      type: "string",
      title: "A",
      description: "B",
      deprecated: true,
      default: "c",
      "x-internal": true,
      externalDocs: { url: "https://example.com" },
      writeOnly: true,
    },
    right: ["a"],
    wrong: [1],
  },
];

describe.each(kinds)("a contract with $name", ({ schema, right, wrong, untested = [], more }) => {
  const target = once(() => generate(contractOf(schema, more)));

  it("is generated, and judges values as it says", async () => {
    const { makeThing } = await load(await target(), "operations.js");
    const judged = (value: unknown) => makeThing.validateBody({ value });
    expect(right.filter((value) => !judged(value))).toEqual([]);
    expect(wrong.filter((value) => judged(value))).toEqual([]);
  });

  it("has a probe for each limit, or names it", async () => {
    const { makeThing } = await load(await target(), "probes.js");
    expect(makeThing.untested).toEqual(untested);
    expect(makeThing.probes).not.toEqual([]);
    for (const [, , , change] of makeThing.probes) {
      expect(makeThing.operation.validateBody(applyChange(makeThing.body, change))).toBe(false);
    }
  });
});

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const issues: readonly (readonly [
  schema: unknown,
  value: unknown,
  path: string,
  keyword: string,
  message: string,
])[] = [
  [{ type: ["string", "null"] }, 1, "", "type", "must be string or null"],
  [{ const: "a" }, 1, "", "const", 'must be "a"'],
  [{ enum: ["a", 1, null] }, 2, "", "enum", 'must be one of "a", 1, null'],
  [{ minimum: 3 }, 1, "", "minimum", "must be >= 3"],
  [{ multipleOf: 0.5 }, 0.3, "", "multipleOf", "must be multiple of 0.5"],
  [{ maxLength: 1 }, "ab", "", "maxLength", "must NOT have more than 1 characters"],
  [{ pattern: '^"\\S$' }, "a", "", "pattern", 'must match pattern "^"\\S$"'],
  [{ format: "date" }, "a", "", "format", 'must match format "date"'],
  [{ required: ["a/b~c"] }, {}, "/a~1b~0c", "required", "is required"],
  [{ items: { type: "null" } }, [null, 1], "/1", "type", "must be null"],
  [
    { uniqueItems: true },
    [1, 1],
    "",
    "uniqueItems",
    "must NOT have duplicate items (items ## 0 and 1 are identical)",
  ],
  [
    { properties: {}, additionalProperties: false },
    { "a}b": 1 },
    "",
    "additionalProperties",
    "must NOT have additional properties: a}b",
  ],
  [
    { dependentRequired: { a: ["b"] } },
    { a: 1 },
    "/b",
    "dependentRequired",
    "must have property b when property a is present",
  ],
];

it.each(issues)(
  "%j finds of %j the issue %s %s: %s",
  async (schema, value, path, keyword, message) => {
    const { makeThing } = await load(await generate(contractOf(schema)), "operations.js");
    makeThing.validateBody({ value });
    const last = makeThing.validateBody.errors.at(-1);
    expect(last).toEqual({ path: `/value${path}`, keyword, message });
  },
);

it("wording changes no validator", async () => {
  const written = (words: string) =>
    contractOf({ type: "object", properties: { a: { description: words, example: words } } });
  const validators = async (words: string) =>
    (await generatedFiles(written(words)))["validators.ts"];
  expect(await validators("In other words")).toBe(await validators("In words"));
});

it("a field with a default may be left out", async () => {
  const value = { type: "object", properties: { a: { type: "string", default: "b" } } };
  const { "openapi.ts": types } = await generatedFiles(contractOf(value));
  expect(types).toContain("a?: string");
});

const readOnly = { type: "object", required: ["id"], properties: { id: { readOnly: true } } };
const closed = { type: "object", additionalProperties: false };
const post = (more: Part) => contractWith({ "/things": { post: operation(more) } });
const parameter = (more: Part) => post({ parameters: [{ name: "q", in: "query", ...more }] });
const at = "paths./things.post";

/** What is refused, with the beginning of its line. */
const refused: readonly (readonly [name: string, document: Document, line: string])[] = [
  ["another dialect", { ...contractOf({}), jsonSchemaDialect: "" }, "jsonSchemaDialect: must be"],
  ["http alone", { ...contractOf({}), servers: [{ url: "http://a" }] }, "servers: the first must"],
  ["no operation", contractWith({}), "paths: must have"],
  ["a webhook", contractWith({}, { webhooks: {}, paths: contractOf({}).paths }), "webhooks: "],
  [
    "an operationId that is no identifier",
    post({ operationId: "make-thing" }),
    `${at}.operationId: must be an identifier, such as makeThing`,
  ],
  [
    "no operationId",
    post({ operationId: undefined }),
    `${at}.operationId: must be an identifier, such as postThings`,
  ],
  ["an operationId of ours", post({ operationId: "operations" }), `${at}.operationId: `],
  [
    "a body without a schema",
    post({ requestBody: { content: { "application/json": {} } } }),
    `${at}.requestBody: application/json needs`,
  ],
  [
    "a body with GET",
    contractWith({ "/a": { get: operation({ requestBody: json({}) }) } }),
    "paths./a.get.requestBody: ",
  ],
  ["TRACE", contractWith({ "/a": { trace: operation() } }), "paths./a.trace: "],
  [
    "a server with variables",
    { ...contractOf({}), servers: [{ url: "https://{a}.b" }] },
    "servers: ",
  ],
  [
    "text that the mock cannot report",
    contractOf({ enum: ["日本"] }),
    expect.stringContaining("Latin-1"),
  ],
  ["no success", post({ responses: {} }), `${at}.responses: must document`],
  ["a range of statuses", post({ responses: { 200: {}, "4XX": {} } }), `${at}.responses.4XX: `],
  [
    "a default response",
    post({ responses: { 200: {}, default: {} } }),
    `${at}.responses.default: `,
  ],
  [
    "a form",
    post({ requestBody: { content: { "multipart/form-data": {} } } }),
    `${at}.requestBody: multipart/form-data`,
  ],
  [
    "a second media type",
    post({ requestBody: { content: { "application/json": {}, "text/csv": {} } } }),
    `${at}.requestBody: text/csv`,
  ],
  [
    "a response of another type",
    post({ responses: { 200: { content: { "text/plain": {} } } } }),
    `${at}.responses.200: text/plain`,
  ],
  ["a cookie", parameter({ in: "cookie", schema: {} }), `${at}.parameters.q: `],
  ["a parameter with content", parameter({ content: {} }), `${at}.parameters.q: `],
  [
    "a deepObject",
    parameter({ style: "deepObject", schema: {} }),
    `${at}.parameters.q: style deepObject`,
  ],
  ["a callback", post({ callbacks: {} }), `${at}.callbacks: `],
  ["a server of its own", post({ servers: [] }), `${at}.servers: `],
  [
    "an API key",
    {
      ...post({ security: [{ key: [] }] }),
      components: { securitySchemes: { key: { type: "apiKey", name: "k", in: "query" } } },
    },
    `${at}.security.key: `,
  ],
  [
    "an $id",
    contractOf({ $id: "a" }),
    `${at}.requestBody.content.application/json.schema.properties.value: $id`,
  ],
  ["OpenAPI 3.0's nullable", contractOf({ nullable: true }), expect.stringContaining("nullable")],
  ["readOnly and required", contractOf(readOnly), expect.stringContaining("value.properties.id: ")],
  [
    "allOf with a closed part",
    contractOf({ allOf: [closed] }),
    expect.stringContaining("`allOf` with"),
  ],
  [
    "a pattern that is none",
    contractOf({ pattern: "(" }),
    expect.stringContaining("properties.value: the pattern ("),
  ],
  ["a $ref to nothing", contractOf({ $ref: "#/components/schemas/A" }), `${at}.requestBody: `],
];

it.each(refused)(
  "a contract with %s is refused in one line, with its place",
  async (_, document, line) => {
    const error = await generatedFiles(document).catch((error: unknown) => error);
    if (!(error instanceof Error)) throw new Error("It was generated");
    expect(error.message).toEqual(typeof line === "string" ? expect.stringContaining(line) : line);
    expect(error.message).not.toContain("\n");
    if (typeof line === "string") expect(error.message.startsWith(line)).toBe(true);
  },
);

it("a contract of several files is one, and what a file lacks is said in one line", () => {
  const main = join(folder, "main.json");
  const schema = { $ref: "thing.json" };
  writeFileSync(
    main,
    JSON.stringify(post({ requestBody: json(schema), responses: { 200: { $ref: "ok.json" } } })),
  );
  writeFileSync(join(folder, "thing.json"), '{ "type": "object", "required": ["a"] }');
  expect(() => readDocument(main)).toThrow(/^[^\n]*ok\.json[^\n]*$/);
  writeFileSync(join(folder, "ok.json"), '{ "description": "Fine." }');
  const [operation] = operationsOf(readDocument(main));
  expect(operation?.body?.schema).toMatchObject({ required: ["a"] });
  expect(operation?.responses.map(({ status }) => status)).toEqual([200]);
});

it("bodies that refer to one schema share its validator", async () => {
  const shared = json({ $ref: "#/components/schemas/Node" });
  const responses = { 200: shared, 400: shared, 422: shared };
  const target = await generate({ ...post({ requestBody: shared, responses }), ...circular });
  const { makeThing } = await load(target, "operations.js");
  expect(makeThing.validateResponse[422]).toBe(makeThing.validateBody);
  expect(makeThing.validateBody({ name: 1 })).toBe(false);
});

it("the fields that the client adds are found through `allOf` and `$ref`", async () => {
  const location = { type: "string", example: "a", "x-location-id": true };
  const base = {
    type: "object",
    required: ["altId", "kind"],
    properties: { altId: location, kind: { enum: ["one"] } },
  };
  const schema = { allOf: [{ $ref: "#/components/schemas/Base" }, { minProperties: 2 }] };
  const document = {
    ...post({ requestBody: json(schema) }),
    components: { schemas: { Base: base } },
  };
  const { makeThing } = await load(await generate(document), "operations.js");
  expect(makeThing).toMatchObject({ locationField: "altId", fixedFields: { kind: "one" } });
});

it("a request that breaks nothing has all values of a list, and the example of its body", async () => {
  const schema = { type: "array", minItems: 2, items: { type: "string" } };
  const parameters = [
    { name: "ids", in: "query", required: true, schema, example: ["a", "b"] },
    { name: "ids", in: "header", required: true, schema, example: ["a", "b"] },
  ];
  const content = { "application/json": { schema: {}, example: { a: 1 } } };
  const document = post({ parameters, requestBody: { content } });
  const { makeThing } = await load(await generate(document), "probes.js");
  expect(makeThing.body).toEqual({ a: 1 });
  expect(makeThing.parameters).toEqual([
    ["query", "ids", "a"],
    ["query", "ids", "b"],
    ["header", "ids", "a,b"],
  ]);
});

it("an operation may be called as a word of JavaScript is", async () => {
  const target = await generate(post({ operationId: "delete" }));
  expect((await load(target, "operations.js")).delete.id).toBe("delete");
});

// The operations on collections that HighLevel publishes beside ours.
const version = { name: "Version", in: "header", required: true, schema: { enum: ["2021-07-28"] } };
const collectionId = {
  name: "collectionId",
  in: "path",
  required: true,
  schema: { type: "string", pattern: "^[0-9a-f]{24}$", example: "65d71377c326ea78e1c47df5" },
};
const altId = {
  name: "altId",
  in: "query",
  required: true,
  schema: { type: "string", example: "6578278e879ad2646715ba9c", "x-location-id": true },
};
const altType = { name: "altType", in: "query", required: true, schema: { enum: ["location"] } };
const limit = { name: "limit", in: "query", schema: { type: "integer", minimum: 1, default: 10 } };
const collection = {
  type: "object",
  required: ["_id", "name"],
  properties: {
    _id: { type: "string", example: "655b33a82209e60b6adb87a5" },
    name: { type: "string", example: "Best Sellers" },
    image: { type: ["string", "null"], example: "http://example.com/watermark.png" },
  },
};
const update = {
  type: "object",
  required: ["altId", "altType"],
  properties: {
    altId: altId.schema,
    altType: altType.schema,
    name: { type: "string", maxLength: 20, example: "Best Sellers" },
    image: { type: "string", example: "http://example.com/watermark.png" },
  },
};
const documented = (data: Part) => ({
  200: {
    description: "Done.",
    ...json({ type: "object", required: ["data"], properties: { data } }),
  },
  400: { description: "Not understood." },
  401: { description: "Who is it?" },
  422: { description: "Refused.", ...json({ type: "object" }) },
});
const collections = contractWith(
  {
    "/products/collections": {
      parameters: [version],
      get: {
        operationId: "listProductCollections",
        parameters: [altId, altType, limit],
        responses: documented({ type: "array", items: collection }),
      },
    },
    "/products/collections/{collectionId}": {
      parameters: [version, collectionId],
      get: {
        operationId: "getProductCollection",
        parameters: [altId],
        responses: documented(collection),
      },
      put: {
        operationId: "updateProductCollection",
        requestBody: json(update),
        responses: documented(collection),
      },
      delete: {
        operationId: "deleteProductCollection",
        parameters: [altId, altType],
        responses: documented({ type: "boolean", example: true }),
      },
    },
  },
  {
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  },
);

it("the mock and the fake judge the other operations on collections alike", async () => {
  const target = await generate(collections);
  const file = join(target, "openapi.json");
  writeFileSync(file, JSON.stringify(collections));
  const mock = await startMock(file);
  onTestFinished(mock.close);
  vi.doMock("../generated/examples.js", () => load(target, "examples.js"));
  onTestFinished(() => void vi.doUnmock("../generated/examples.js"));
  vi.resetModules();
  const { fakeHighLevel } = await import("../src/testing.js");
  const fake = fakeHighLevel();

  const probes = Object.values<OperationProbes>(await load(target, "probes.js"));
  const account = { token: "a-token", locationId: "a-location" };
  const requests = probes.flatMap((shown) => requestsOf(shown, account));
  expect(requests.length).toBeGreaterThan(40);
  for (const { name, operation, target, headers, body = null, breaks } of requests) {
    const init = { method: operation.method, headers, body };
    const answered = await fetch(mock.url + target, init);
    const faked = await fake.fetch(`http://fake${target}`, init);
    const statuses = { name, mock: answered.status, fake: faked.status };
    if (breaks === "nothing") {
      expect(statuses).toEqual({ name, mock: 200, fake: 200 });
      expect(operation.validateResponse[200]?.(await faked.json())).toBe(true);
    } else {
      expect(statuses.mock).toBeGreaterThanOrEqual(400);
      // The type of a parameter, and its bounds, are the mock's to check.
      const isChecked = !/^query limit/.test(name.split(": ")[1] ?? "");
      expect(statuses).toEqual({
        name,
        mock: statuses.mock,
        fake: isChecked ? statuses.mock : 200,
      });
    }
  }
});

it("everything that was generated here compiles, in one program", () => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = ts.sys.readDirectory(folder, [".ts"]);
  expect(files.length).toBe(count * 5);
  const program = ts.createProgram(files, { ...options, types: [] });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(problems).toEqual([]);
});
