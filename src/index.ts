export {
  createClient,
  type HighLevelClient,
  type NewProductCollection,
  type ProductCollection,
} from "./client.js";
export type { components, operations, paths } from "./contract.js";
export {
  AbortedError,
  ApiError,
  type ApiErrorOf,
  ConnectionError,
  type Failure,
  HighLevelError,
  InvalidRequestError,
  TimeoutError,
  UnexpectedResponseError,
} from "./errors.js";
export type {
  AttemptEvent,
  ClientEvent,
  DriftEvent,
  EventListener,
  FinishedEvent,
  RefreshingEvent,
  SendingEvent,
  WaitingEvent,
} from "./events.js";
export {
  type Budget,
  createLimiter,
  type LimitedResponse,
  type Limiter,
  type LimiterContext,
} from "./limiter.js";
export type { CallOptions, ClientOptions, Fetch } from "./options.js";
export type { RateLimit } from "./rate-limit.js";
export type { TokenProvider } from "./token.js";
export type { Issue } from "./validate.js";
