// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.

import type { Validator } from "../src/validate.js";
import { validateRequestBody, validate201, validate400, validate401, validate403, validate422 } from "./validators.js";

/** The server of the contract. */
export const baseUrl = "https://services.leadconnectorhq.com";

/** The path of the operation. */
export const path = "/products/collections";

/** The required headers that have one possible value. */
export const fixedHeaders = {"Version":"2021-07-28"} as const;

/** The required fields of the request body that have one possible value. */
export const fixedFields = {"altType":"location"} as const;

export { validateRequestBody };

/** A validator for each documented status; undefined where the contract promises no body. */
export const validateResponseBody = {
  201: validate201,
  400: validate400,
  401: validate401,
  403: validate403,
  422: validate422,
  429: undefined,
} satisfies Record<number, Validator | undefined>;
