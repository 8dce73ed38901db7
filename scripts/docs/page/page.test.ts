import { expect, it } from "vitest";
import { meaningOf } from "./meaning.js";
import { refusal } from "./send.js";
import { asCurl, asTypeScript, type ConsoleRequest } from "./snippets.js";

const data = {
  ...{
    server: "https://services.leadconnectorhq.com",
    method: "POST",
    path: "/products/collections",
  },
  ...{ operationId: "createProductCollection", packageName: "highlevel-product-collections" },
  ...{ statuses: [201, 422], examples: [], mock: "http://127.0.0.1:4010" },
};
const request: ConsoleRequest = {
  baseUrl: data.server,
  token: "a-token",
  version: "2021-07-28",
  body: JSON.stringify({ altId: "loc", altType: "location", name: "It's", seo: { "a-b": 1 } }),
};

it("a documented success has created the collection", () => {
  expect(meaningOf(201, true).outcome).toBe("created");
});

it.each([400, 404, 499])("a %i that nobody documents has created nothing", (status) => {
  expect(meaningOf(status, false).outcome).toBe("not created");
});

it.each([200, 302, 500, 503])("a %i that nobody documents may have created it", (status) => {
  expect(meaningOf(status, false).outcome).toBe("may have been created");
});

it("curl leaves the token to the environment, and quotes what a shell would read", () => {
  const curl = asCurl(request, data, false);
  expect(curl).toContain('"Authorization: Bearer $HIGHLEVEL_TOKEN"');
  expect(curl).not.toContain("a-token");
  expect(curl).toContain(`"name":"It'\\''s"`);
});

it("TypeScript names the server only where it is another, and leaves out what the client adds", () => {
  expect(
    asTypeScript(request, data, true),
  ).toBe(`import { createClient } from "highlevel-product-collections";

const highlevel = createClient({
  locationId: "loc",
  token: "a-token",
});

const collection = await highlevel.createProductCollection({
  name: "It's",
  seo: {
    "a-b": 1,
  },
});
console.log(collection._id);`);
  expect(asTypeScript({ ...request, baseUrl: data.mock }, data, false)).toContain(
    'baseUrl: "http://127.0.0.1:4010",',
  );
});

it("there is no TypeScript for a body that is not an object", () => {
  expect(asTypeScript({ ...request, body: "[1]" }, data, false)).toBeUndefined();
});

it.each([
  ["a server that is not a URL", { baseUrl: "nowhere" }, "not a URL"],
  ["no server", { baseUrl: "" }, "Enter the base URL"],
  ["a server without https", { baseUrl: "http://example.com" }, "https"],
  ["a token with a line break", { token: "a\nb" }, "token"],
  ["a body that is not JSON", { body: "{" }, "not JSON"],
])("%s is refused before anything is sent", (_, change, word) => {
  expect(refusal({ ...request, ...change })).toContain(word);
});

it.each(["https://example.com", "http://localhost:1", "http://127.0.0.1:4010"])(
  "%s may be a server",
  (baseUrl) => {
    expect(refusal({ ...request, baseUrl })).toBeUndefined();
  },
);
