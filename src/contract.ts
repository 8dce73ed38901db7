// The generated types and values, under the names that the code uses.

import type { fixedFields, path } from "../generated/contract.js";
import type { paths } from "../generated/openapi.js";

export {
  baseUrl,
  fixedFields,
  fixedHeaders,
  path,
  validateRequestBody,
  validateResponseBody,
} from "../generated/contract.js";
export type { components, operations, paths } from "../generated/openapi.js";

type Operation = paths[typeof path]["post"];
type Responses = Operation["responses"];

/** A status that the contract documents. */
export type Status = keyof Responses;

/** A documented status of success. */
export type SuccessStatus = { [S in Status]: `${S}` extends `2${string}` ? S : never }[Status];

/** A documented status of failure. */
export type ErrorStatus = Exclude<Status, SuccessStatus>;

/** The body of a documented response; unknown where the contract leaves it open. */
export type ResponseBody<S extends Status> = Responses[S] extends {
  content: { "application/json": infer Body };
}
  ? Body
  : unknown;

/** The request body as it is sent. */
export type RequestBody = Operation["requestBody"]["content"]["application/json"];

/**
 * A collection to create: the contract's request body without the fields that the client adds, which are
 * `altId` and the required fields with one possible value. An optional field may be `undefined`.
 */
export type NewProductCollection = OrUndefined<
  Omit<RequestBody, "altId" | keyof typeof fixedFields>
>;

/** Lets optional properties be `undefined` under `exactOptionalPropertyTypes`, at every depth. */
type OrUndefined<T> = T extends object
  ? { [K in keyof T]: undefined extends T[K] ? OrUndefined<T[K]> | undefined : OrUndefined<T[K]> }
  : T;

/** A collection that HighLevel has created. */
export type ProductCollection = ResponseBody<SuccessStatus>["data"];
