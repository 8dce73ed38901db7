// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.

/** One place where a value departs from its schema, as Ajv reports it. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Checks a value against its schema; where the answer is false, `errors` holds every departure. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

/** The server of the contract. */
export declare const baseUrl: "https://services.leadconnectorhq.com";

/** The path of the operation. */
export declare const path: "/products/collections";

/** The required headers that have one possible value. */
export declare const fixedHeaders: { readonly "Version": "2021-07-28"; };

/** The required fields of the request body that have one possible value. */
export declare const fixedFields: { readonly "altType": "location"; };

export declare const validateRequestBody: Validator;

/** A validator for each documented status; null where the contract promises no body. */
export declare const validateResponseBody: {
  readonly 201: Validator;
  readonly 400: Validator;
  readonly 401: Validator;
  readonly 403: Validator;
  readonly 422: Validator;
  readonly 429: null;
};
