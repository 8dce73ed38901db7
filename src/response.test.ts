import { expect, it } from "vitest";
import type { Operation } from "../generated/operations.js";
import type { Validator } from "../generated/validators.js";
import { readResponse } from "./response.js";
import { locationId } from "./test-support/servers.js";

/** What an operation promises whose success has a list at `data`, and nothing at other statuses. */
const validate: Validator = Object.assign((value: unknown): value is unknown => {
  const isList = Array.isArray(Object(value).data);
  validate.errors = isList ? null : [{ path: "/data", keyword: "type", message: "must be array" }];
  return isList;
}, {});
const operation: Operation = {
  id: "listThings",
  method: "GET",
  path: "/things",
  fixedHeaders: {},
  fixedFields: {},
  locationField: undefined,
  validateBody: undefined,
  validateResponse: { 200: validate },
};

function read(status: number, data: unknown) {
  const response = { ok: true, status, headers: new Headers() };
  const call = {
    locationId,
    call: 1,
    emit: undefined,
    attempts: 1,
    sentTokens: new Set<string>(),
    timeoutMs: 1,
    signal: undefined,
  };
  return readResponse(operation, { response, data: JSON.stringify({ data }) }, "data", call);
}

it("a success that the contract promises is returned, whatever its type", () => {
  expect(read(200, [])).toEqual([]);
});

it("an object is returned even where the contract promises another type", () => {
  expect(read(200, { id: 1 })).toEqual({ id: 1 });
});

it.each([
  [200, "text"],
  [200, undefined],
  [202, []],
])("a %i with %j at the field is no usable success", (status, data) => {
  expect(() => read(status, data)).toThrow("without a `data` object");
});
