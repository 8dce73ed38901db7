// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
import * as operations from "./operations.js";

/** What the contract says of a parameter. */
export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly isRequired: boolean;
  /** The values that it allows; any where undefined. */
  readonly values?: readonly unknown[];
  /** A regular expression; any text where undefined. */
  readonly pattern?: string;
}

/** What the contract shows of an operation. */
export interface OperationExamples {
  readonly operation: operations.Operation;
  /** Whether a request must have a token. */
  readonly isSecured: boolean;
  readonly isBodyRequired: boolean;
  readonly parameters: readonly Parameter[];
  /** The documented status of success. */
  readonly success: number;
  /** An example of each documented body; undefined where the contract promises none. */
  readonly responses: Readonly<Record<number, unknown>>;
  /** The fields of the success that the request gives, each with its value where it was left out. */
  readonly emptyFields: Readonly<Record<string, unknown>>;
}

export const createProductCollection = {
  operation: operations.createProductCollection,
  isSecured: true,
  isBodyRequired: true,
  parameters: [
    {"in":"header","name":"Version","isRequired":true,"values":["2021-07-28"]},
  ],
  success: 201,
  responses: {
    201: {"data":{"_id":"655b33a82209e60b6adb87a5","altId":"Z4Bxl8J4SaPEPLq9IQ8g","name":"Best Sellers","slug":"best-sellers","image":"http://example.com/watermark.png","seo":{"title":"Best Sellers","description":"Collections where all the best products are available"},"createdAt":"2024-02-22T09:27:19.728Z"}},
    400: {"statusCode":400,"message":"Bad Request"},
    401: {"statusCode":401,"message":"Invalid token: access token is invalid","error":"Unauthorized"},
    403: {"statusCode":403,"message":"The token does not have access to this location."},
    422: {"statusCode":422,"message":["Unprocessable Entity"],"error":"Unprocessable Entity"},
    429: undefined,
  },
  emptyFields: {"image":"","seo":{}},
} satisfies OperationExamples;
