import { expect, it } from "vitest";
import { type Content, operationsOf, readContract } from "../scripts/lib/contract.js";

// What HighLevel's page of the endpoint states and no exchange with a mock can show, written out
// from the page.

const contract = await readContract();
const operations = operationsOf(contract);

it("there is one operation, and this is its place", () => {
  expect(contract.servers.map(({ url }) => url)).toEqual(["https://services.leadconnectorhq.com"]);
  expect(
    operations.map(({ method, path, operation }) => [method, path, operation.operationId]),
  ).toEqual([["post", "/products/collections", "createProductCollection"]]);
});

it("it takes a bearer token with the scope to write collections", () => {
  expect(contract.components?.securitySchemes).toEqual({
    subAccountToken: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: expect.stringMatching(/OAuth access token.*[Pp]rivate integration token/s),
    },
  });
  const required = [{ subAccountToken: ["products/collection.write"] }];
  expect(contract.security).toEqual(required);
  expect(operations.map(({ operation }) => operation.security)).toEqual([required]);
});

it("its examples are those of the page, but for the altType that the page contradicts", () => {
  const [{ operation } = { operation: undefined }] = operations;
  const examplesOf = (content: Content | undefined) =>
    Object.entries(content?.["application/json"]?.examples ?? {}).map(([name, { value }]) => [
      name,
      value,
    ]);
  const required = {
    altId: "6578278e879ad2646715ba9c",
    altType: "location",
    name: "Best Sellers",
    slug: "best-sellers",
  };
  const image = "http://example.com/watermark.png";
  const seo = {
    title: "Best Sellers",
    description: "Collections where all the best products are available",
  };
  expect(examplesOf(operation?.requestBody.content)).toEqual([
    ["full", { ...required, collectionId: "66057f9d28536eae584ec047", image, seo }],
    ["minimal", required],
  ]);
  const responses = Object.entries(operation?.responses ?? {});
  expect(
    responses.flatMap(([status, { content }]) => examplesOf(content).map((it) => [status, ...it])),
  ).toEqual([
    [
      "201",
      "created",
      {
        data: {
          _id: "655b33a82209e60b6adb87a5",
          altId: "Z4Bxl8J4SaPEPLq9IQ8g",
          name: "Best Sellers",
          slug: "best-sellers",
          image,
          seo,
          createdAt: "2024-02-22T09:27:19.728Z",
        },
      },
    ],
    ["400", "badRequest", { statusCode: 400, message: "Bad Request" }],
    [
      "401",
      "invalidToken",
      {
        statusCode: 401,
        message: "Invalid token: access token is invalid",
        error: "Unauthorized",
      },
    ],
    [
      "422",
      "unprocessableEntity",
      { statusCode: 422, message: ["Unprocessable Entity"], error: "Unprocessable Entity" },
    ],
  ]);
});
