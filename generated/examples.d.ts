// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.

/** The example of each header of the documented success. */
export declare const exampleHeaders: {
  readonly "X-RateLimit-Limit-Daily": number;
  readonly "X-RateLimit-Daily-Remaining": number;
  readonly "X-RateLimit-Interval-Milliseconds": number;
  readonly "X-RateLimit-Max": number;
  readonly "X-RateLimit-Remaining": number;
};

/** The first example of each documented status's body; undefined where the contract promises none. */
export declare const exampleBodies: {
  readonly 201: object;
  readonly 400: object;
  readonly 401: object;
  readonly 403: object;
  readonly 422: object;
  readonly 429: undefined;
};
