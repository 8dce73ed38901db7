// Types that follow from the contract.

import type { operations } from "../generated/openapi.js";
import type { Operation } from "../generated/operations.js";
import type { Validator } from "../generated/validators.js";
import type { HighLevelClient } from "./client.js";

export type { components, operations, paths } from "../generated/openapi.js";

/** The operations that the client has a method for. */
type ClientOperation = operations[keyof operations & keyof HighLevelClient];

type Status<O> = O extends { responses: infer Responses } ? keyof Responses : never;

type IfSuccess<S, Yes, No> = S extends number ? (`${S}` extends `2${string}` ? Yes : No) : never;

/** A documented status of failure. */
export type ErrorStatus = ExceptSuccess<Status<ClientOperation>>;

type ExceptSuccess<S> = S extends number ? IfSuccess<S, never, S> : never;

/** The body of a documented response; unknown where the contract leaves it open. */
export type ResponseBody<S extends ErrorStatus, O = ClientOperation> = O extends {
  responses: { [status in S]: infer Response };
}
  ? Response extends { content: { "application/json": infer Body } }
    ? Body
    : unknown
  : never;

/** The body of an operation's request, as it is sent. */
export type RequestBody<O extends Operation> =
  O["validateBody"] extends Validator<infer Body> ? Body : undefined;

/** The body of an operation's success. */
export type SuccessBody<O extends Operation> = {
  [S in keyof O["validateResponse"]]: O["validateResponse"][S] extends Validator<infer Body>
    ? IfSuccess<S, Body, never>
    : never;
}[keyof O["validateResponse"]];

/** What a caller gives of a request's body: the client adds the location and the fixed fields. */
export type GivenBody<O extends Operation> = OrUndefined<
  Omit<RequestBody<O>, keyof O["fixedFields"] | NonNullable<O["locationField"]>>
>;

/** Lets optional properties be `undefined` under `exactOptionalPropertyTypes`, at every depth. */
type OrUndefined<T> = T extends object
  ? { [K in keyof T]: undefined extends T[K] ? OrUndefined<T[K]> | undefined : OrUndefined<T[K]> }
  : T;
