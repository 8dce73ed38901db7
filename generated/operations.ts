// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
import type { Validator } from "./validators.js";
import * as validators from "./validators.js";

/** The parts of an operation that a client needs besides its types. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The required headers that have one possible value. */
  readonly fixedHeaders: Readonly<Record<string, unknown>>;
  /** The required fields of the body that have one possible value. */
  readonly fixedFields: Readonly<Record<string, unknown>>;
  /** The field of the body that takes the id of the location; undefined without one. */
  readonly locationField: string | undefined;
  /** Undefined without a body. */
  readonly validateBody: Validator | undefined;
  /** A validator for each documented status; undefined where the contract promises no body. */
  readonly validateResponse: Readonly<Record<number, Validator | undefined>>;
}

/** The server of the contract. */
export const baseUrl = "https://services.leadconnectorhq.com";

/** The headers that the operations fix. */
export const fixedHeaderNames = ["Version"];

export const createProductCollection = {
  id: "createProductCollection",
  method: "POST",
  path: "/products/collections",
  fixedHeaders: {"Version":"2021-07-28"},
  fixedFields: {"altType":"location"},
  locationField: "altId",
  validateBody: validators.createProductCollectionBody,
  validateResponse: {
    201: validators.createProductCollection201,
    400: validators.createProductCollection400,
    401: validators.createProductCollection401,
    403: validators.createProductCollection403,
    422: validators.createProductCollection422,
    429: undefined,
  },
} as const satisfies Operation;
