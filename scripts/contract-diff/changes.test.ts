import { describe, expect, it } from "vitest";
import { type Change, changesBetween, isBefore, versionAfter } from "./changes.js";

const operation = {
  operationId: "makeThing",
  description: "Makes a thing.",
  requestBody: {
    content: {
      "application/json": {
        schema: {
          required: ["name"],
          properties: { name: { type: "string", example: "A" }, title: { description: "Shown." } },
        },
        examples: { one: { value: { name: "A" } } },
      },
    },
  },
  responses: {
    "201": {
      description: "Made.",
      content: { "application/json": { schema: { properties: { kind: { enum: ["a"] } } } } },
    },
    "422": { description: "Refused.", headers: { description: { description: "A header." } } },
    default: { description: "Anything else." },
  },
};
const document = {
  openapi: "3.1.0",
  info: { title: "Things", version: "1.0.0", description: "All of them." },
  servers: [{ url: "https://api.example.com", description: "The API" }],
  tags: [{ name: "Things" }],
  paths: { "/things": { post: operation } },
  components: {
    securitySchemes: { default: { type: "http", scheme: "bearer", description: "A token." } },
    schemas: { Thing: { description: "Put where it is used." } },
  },
};

const post = "/paths/~1things/post";
const schema = `${post}/requestBody/content/application~1json/schema`;
const response = `${post}/responses/201/content/application~1json/schema/properties`;

function edited(pointer: string, value: unknown): unknown {
  const copy = structuredClone(document);
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/"));
  const holder = keys.slice(1, -1).reduce<object>((it, key) => Reflect.get(it, key), copy);
  if (value === undefined) Reflect.deleteProperty(holder, keys.at(-1) ?? "");
  else Reflect.set(holder, keys.at(-1) ?? "", value);
  return copy;
}

describe("each change is rated by the version that it asks for", () => {
  it.each<[bump: Change["bump"], what: string, pointer: string, value: unknown]>([
    ["major", "request field size: new and required", `${schema}/required/1`, "size"],
    [
      "major",
      "request field name: type string → integer",
      `${schema}/properties/name/type`,
      "integer",
    ],
    [
      "major",
      "request: server https://api.example.com → https://b.com",
      "/servers/0/url",
      "https://b.com",
    ],
    ["major", "status 202: new", `${post}/responses/202`, {}],
    ["minor", "request field size: new", `${schema}/properties/size`, {}],
    ["minor", "status 409: new", `${post}/responses/409`, {}],
    ["minor", "201 field kind: enum a → a or b", `${response}/kind/enum/1`, "b"],
    ["minor", "201 field size: new", `${response}/size`, {}],
    ["minor", "deprecated is new", `${post}/deprecated`, true],
    ["patch", "description is another", `${post}/description`, "Creates a thing."],
    ["patch", "description is another", `${schema}/properties/title/description`, "Displayed."],
    ["patch", "description is another", `${post}/responses/default/description`, "The rest."],
    [
      "patch",
      "description is another",
      `${post}/responses/422/headers/description/description`,
      "One.",
    ],
    [
      "patch",
      "description is another",
      "/components/securitySchemes/default/description",
      "Yours.",
    ],
    ["patch", "description is another", "/servers/0/description", "The one"],
    ["patch", "description is gone", "/info/description", undefined],
    ["patch", "title is another", "/info/title", "Stuff"],
    ["patch", "example is another", `${schema}/properties/name/example`, "B"],
    ["patch", "examples is another", `${post}/requestBody/content/application~1json/examples`, {}],
    ["patch", "operationId is another", `${post}/operationId`, "createThing"],
    ["patch", "tags is another", "/tags", []],
    ["patch", "x-codeSamples is new", `${post}/x-codeSamples`, []],
    ["patch", "openapi is another", "/openapi", "3.2.0"],
  ])("%s: %s", (bump, what, pointer, value) => {
    const changes = changesBetween(document, edited(pointer, value));
    expect(changes.map((it) => [it.bump, it.what])).toEqual([[bump, what]]);
    if (bump === "patch") expect(changes).toMatchObject([{ pointer }]);
  });

  it("with the place where it stands, or stood", () => {
    const pointer = `${post}/responses/422`;
    const other = edited(pointer, undefined);
    expect(changesBetween(document, other)).toMatchObject([{ pointer }]);
    expect(changesBetween(other, document)).toMatchObject([{ pointer }]);
  });

  it("the greatest first", () => {
    const other = {
      ...document,
      openapi: "3.2.0",
      servers: [],
      paths: { "/things": { post: { ...operation, deprecated: true } } },
    };
    expect(changesBetween(document, other).map(({ bump }) => bump)).toEqual([
      "major",
      "minor",
      "patch",
    ]);
  });

  it.each([
    ["the version itself", "/info/version", "1.1.0"],
    ["components, which have been put where they are used", "/components/schemas", {}],
  ])("but not %s", (_what, pointer, value) => {
    expect(changesBetween(document, edited(pointer, value))).toEqual([]);
  });
});

it.each<[version: string, bump: Change["bump"], lowest: string, below: string, enough: string]>([
  ["1.2.3", "major", "2.0.0", "1.9.9", "2.0.1"],
  ["1.2.3", "minor", "1.3.0", "1.2.10", "2.0.0"],
  ["1.2.3", "patch", "1.2.4", "1.2.3", "1.2.10"],
  ["0.2.3", "major", "1.0.0", "0.9.0", "10.0.0"],
  ["9.9.9", "minor", "9.10.0", "9.9.10", "10.0.0"],
])(
  "after %s, a %s change makes it %s: %s is too low, %s is not",
  (version, bump, lowest, ...them) => {
    const [below, enough] = them;
    expect(versionAfter(version, { bump, what: "", pointer: "" })).toBe(lowest);
    expect(isBefore(below, lowest)).toBe(true);
    expect(isBefore(lowest, lowest)).toBe(false);
    expect(isBefore(enough, lowest)).toBe(false);
  },
);
