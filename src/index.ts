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
export { ApiError, type ApiErrorOf, type ErrorResponse, InvalidRequestError } from "./errors.js";
export type { ClientEvent, DriftEvent } from "./events.js";
export type { Budget, BudgetNews } from "./http/budget.js";
export {
  AbortedError,
  ConnectionError,
  type Failure,
  HighLevelError,
  TimeoutError,
  type UnexpectedResponse,
  UnexpectedResponseError,
} from "./http/errors.js";
export type { AttemptEvent, EventContext, RefreshingEvent, WaitingEvent } from "./http/events.js";
export type { Fetch, FetchInit, FetchResponse } from "./http/fetch.js";
export { createLimiter, type RateLimiter } from "./http/limiter.js";
export type { PlaceWait, Turn } from "./http/queue.js";
export type { RateLimit } from "./http/rate-limit.js";
export type { TokenProvider } from "./http/token.js";
export type { Issue } from "./issues.js";
export type { CallOptions, ClientOptions, ExtraHeaders } from "./options.js";
