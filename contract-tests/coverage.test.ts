import { expect, it } from "vitest";
import type { Contract } from "../scripts/lib/contract.js";
import { coverageTable, type Exchange, exercisedBy, rowsOf } from "./coverage.js";

const schema = {
  type: "object",
  properties: { name: { type: "string" }, seo: { type: "object", properties: { title: {} } } },
};
const contract = {
  info: { version: "1.0.0" },
  servers: [],
  paths: {
    "/things": {
      post: {
        operationId: "createThing",
        parameters: [{ name: "Version", in: "header", schema: {} }],
        requestBody: {
          content: { "application/json": { schema, examples: { one: { value: { name: "a" } } } } },
        },
        responses: {
          201: {
            headers: { "X-Left": { schema: {} } },
            content: {
              "application/json": { schema, examples: { made: { value: { b: 1, a: 2 } } } },
            },
          },
          422: {},
        },
      },
    },
  },
} satisfies Contract;

const created: Exchange = {
  method: "POST",
  path: "/things",
  requestHeaders: new Headers({ version: "1" }),
  requestBody: { name: "a" },
  status: 201,
  responseHeaders: new Headers({ "x-left": "1" }),
  responseBody: { a: 2, b: 1 },
  violations: [],
};
const refused: Exchange = {
  ...created,
  status: 422,
  responseHeaders: new Headers(),
  responseBody: undefined,
  violations: ["body.name", "header.version"],
};
const fields = "request fields, accepted and refused";

function uncoveredBy(...exchanges: Exchange[]): string[] {
  return coverageTable(rowsOf(contract), new Set(exchanges.flatMap(exercisedBy))).uncovered;
}

it("everything is uncovered where nothing was exercised", () => {
  expect(uncoveredBy()).toEqual([
    "statuses: 201",
    "statuses: 422",
    "response examples: 201 made",
    "response headers: 201 X-Left",
    "request examples: one",
    `${fields}: name`,
    `${fields}: seo`,
    `${fields}: seo.title`,
    "request parameters, accepted and refused: Version",
  ]);
});

it("a field and a parameter are covered once they were both accepted and refused", () => {
  const seo = { ...created, requestBody: { name: "a", seo: { title: "t" } } };
  const noSeo = { ...refused, violations: ["body.seo", "body.seo.title"] };
  expect(uncoveredBy(created)).toContain(`${fields}: name`);
  expect(uncoveredBy(refused)).toContain(`${fields}: name`);
  expect(uncoveredBy(created, refused)).toEqual([`${fields}: seo`, `${fields}: seo.title`]);
  expect(uncoveredBy(created, refused, seo)).toEqual([`${fields}: seo`, `${fields}: seo.title`]);
  expect(uncoveredBy(created, refused, seo, noSeo)).toEqual([]);
});

it("an example is covered by its very value, in whatever order its keys are", () => {
  expect(uncoveredBy(created)).not.toContain("response examples: 201 made");
  expect(uncoveredBy({ ...created, responseBody: { a: 2 } })).toContain(
    "response examples: 201 made",
  );
  expect(uncoveredBy({ ...created, requestBody: { name: "b" } })).toContain(
    "request examples: one",
  );
});

it("another operation covers nothing", () => {
  expect(uncoveredBy({ ...created, path: "/others" })).toHaveLength(9);
});

it("the table counts what is covered, a line a kind", () => {
  const { lines } = coverageTable(rowsOf(contract), new Set(exercisedBy(created)));
  expect(lines.map((line) => line.replace(/ +/g, " "))).toEqual([
    "statuses 1 of 2",
    "response examples 1 of 1",
    "response headers 1 of 1",
    "request examples 1 of 1",
    `${fields} 0 of 3`,
    "request parameters, accepted and refused 0 of 1",
  ]);
});
