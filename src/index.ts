export type { ContractDrift } from "./answer.js";
export { createClient, type HighLevelClient } from "./client.js";
export type {
  components,
  ErrorStatus,
  NewProductCollection,
  operations,
  ProductCollection,
  paths,
  ResponseBody,
} from "./contract.js";
export {
  ApiError,
  type ApiErrorOf,
  ConnectionError,
  HighLevelError,
  InvalidRequestError,
  TimeoutError,
  UnexpectedResponseError,
} from "./errors.js";
export type { Fetch } from "./exchange.js";
export type { Issue } from "./issues.js";
export { type Budget, createLimiter, type RateLimiter } from "./limiter.js";
export type { CallOptions, ClientOptions } from "./options.js";
export type { RateLimit } from "./rate-limit.js";
export type { TokenProvider } from "./token.js";
