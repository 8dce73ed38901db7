import { expect, it } from "vitest";
import { mutantsOf } from "./mutants.js";

const document = {
  servers: [{ url: "https://a.test" }],
  paths: {
    "/things": {
      post: {
        operationId: "createThing",
        security: [{ token: ["write"] }],
        responses: { "201": { headers: { "X-Left": { schema: { type: "integer" } } } } },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string", pattern: "^a", enum: ["a"], example: "a" } },
      },
    },
  },
};

it("each single point has its mutants, and no other", () => {
  const thing = "/components/schemas/Thing";
  const operation = "/paths/~1things/post";
  expect(mutantsOf(document).map(({ pointer, change }) => `${pointer} ${change}`)).toEqual([
    '/servers/0/url now "https://a.test/other"',
    `${operation}/operationId now "createThingOther"`,
    `${operation}/security/0 removed`,
    `${operation}/security/0/token removed`,
    `${operation}/security/0/token/0 now "another.scope"`,
    `${operation}/responses/201 removed`,
    `${operation}/responses/201/headers/X-Left removed`,
    `${operation}/responses/201/headers/X-Left/schema/type now "string"`,
    `${thing}/type now "string"`,
    `${thing}/required/0 removed`,
    `${thing}/properties/name removed`,
    `${thing}/properties/name/type now "number"`,
    `${thing}/properties/name/pattern removed`,
    `${thing}/properties/name/enum removed`,
    `${thing}/properties/name/enum/0 now "a-other"`,
    `${thing}/properties/name/example removed`,
    `${thing}/properties/name/example now {"other":true}`,
  ]);
});

it("a mutant is the document but for its one point", () => {
  const [mutant] = mutantsOf(document);
  expect(mutant?.document).toEqual({ ...document, servers: [{ url: "https://a.test/other" }] });
  const changed = mutantsOf(document).map((it) => JSON.stringify(it.document));
  expect(new Set([...changed, JSON.stringify(document)]).size).toBe(changed.length + 1);
});
