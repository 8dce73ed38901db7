// All that this floor takes from the contract: the names of the headers that tell the budget, and
// the statuses that it acts on. If the contract drops a status, this file does not compile; for a
// header, those that name it do not.

import type { operations } from "../../generated/openapi.js";

type Responses = operations["createProductCollection"]["responses"];

/** The names of the headers that the contract documents on a response. */
export type RateLimitHeader = NamedKeys<Responses[keyof Responses]["headers"]>;

export const unauthorized = 401 satisfies keyof Responses;
export const tooManyRequests = 429 satisfies keyof Responses;

/** The keys of a type that are written out, without those of an index signature. */
type NamedKeys<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] } & string;
