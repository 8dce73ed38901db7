// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
import * as operations from "./operations.js";

/**
 * A breach of one limit: where, of which keyword, and what is sent. A parameter's place is its name, and its
 * value a text. A place in the body is a JSON pointer, and its value either an object, whose fields replace
 * those of the valid body, or the whole body. What is required and left out has no value.
 */
export type Probe = readonly [
  part: "header" | "path" | "query" | "body",
  place: string,
  keyword: string,
  value?: unknown,
];

/** The probes of an operation. */
export interface OperationProbes {
  readonly operation: operations.Operation;
  /** Whether a request must have a token. */
  readonly isSecured: boolean;
  /** The required parameters of a request that breaks nothing. */
  readonly parameters: readonly (readonly [part: string, name: string, value: string])[];
  /** The body of a request that breaks nothing; undefined without one. */
  readonly body: unknown;
  /** The parameters and fields that take the id of the location. */
  readonly locations: readonly (readonly [part: string, name: string])[];
  readonly probes: readonly Probe[];
  /** The limits for which no breach could be derived. */
  readonly untested: readonly string[];
}

export const createProductCollection: OperationProbes = {
  operation: operations.createProductCollection,
  isSecured: true,
  parameters: [["header","Version","2021-07-28"]],
  body: { "altId": "6578278e879ad2646715ba9c", "altType": "location", "name": "Best Sellers", "slug": "best-sellers" },
  locations: [["body","altId"]],
  probes: [
    ["header", "Version", "required"],
    ["header", "Version", "enum", "no such value"],
    ["body", "", "required"],
    ["body", "/altId", "required", { "altId": undefined }],
    ["body", "/altType", "required", { "altType": undefined }],
    ["body", "/name", "required", { "name": undefined }],
    ["body", "/slug", "required", { "slug": undefined }],
    ["body", "", "type", null],
    ["body", "", "type", 1],
    ["body", "/altId", "type", { "altId": null }],
    ["body", "/altId", "type", { "altId": 1 }],
    ["body", "/altType", "type", { "altType": null }],
    ["body", "/altType", "type", { "altType": 1 }],
    ["body", "/altType", "enum", { "altType": "LOCATION" }],
    ["body", "/altType", "enum", { "altType": "no such value" }],
    ["body", "/collectionId", "type", { "collectionId": null }],
    ["body", "/collectionId", "type", { "collectionId": 1 }],
    ["body", "/collectionId", "pattern", { "collectionId": "66057f9d28536eae584ec047\t" }],
    ["body", "/collectionId", "pattern", { "collectionId": "two words" }],
    ["body", "/collectionId", "pattern", { "collectionId": "" }],
    ["body", "/collectionId", "pattern", { "collectionId": "66057f9d28536eae584ec047~" }],
    ["body", "/name", "type", { "name": null }],
    ["body", "/name", "type", { "name": 1 }],
    ["body", "/slug", "type", { "slug": null }],
    ["body", "/slug", "type", { "slug": 1 }],
    ["body", "/slug", "pattern", { "slug": "best-sellers\t" }],
    ["body", "/slug", "pattern", { "slug": "two words" }],
    ["body", "/slug", "pattern", { "slug": "no such value" }],
    ["body", "/image", "type", { "image": null }],
    ["body", "/image", "type", { "image": 1 }],
    ["body", "/seo", "type", { "seo": null }],
    ["body", "/seo", "type", { "seo": 1 }],
    ["body", "/seo/title", "type", { "seo": {"description":"Collections where all the best products are available","title":null} }],
    ["body", "/seo/title", "type", { "seo": {"description":"Collections where all the best products are available","title":1} }],
    ["body", "/seo/description", "type", { "seo": {"title":"Best Sellers","description":null} }],
    ["body", "/seo/description", "type", { "seo": {"title":"Best Sellers","description":1} }],
  ],
  untested: [],
};
