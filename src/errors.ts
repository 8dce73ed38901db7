import type { ErrorStatus, ResponseBody } from "./contract.js";
import { isRefusal, maxCauses } from "./outcome.js";
import {
  isDaySpent,
  pauseMsIn,
  type RateLimit,
  rateLimitIn,
  retryAfterMsIn,
} from "./rate-limit.js";
import { formatIssues, type Issue } from "./validate.js";

/** The call that failed. */
interface FailedCall extends Pick<CallError, "locationId" | "call" | "attempts"> {}

/** The facts about a failed call. */
export interface Failure extends FailedCall, Pick<CallError, "mayHaveCreated"> {
  /** The error or the abort reason behind the failure. */
  readonly cause?: unknown;
}

/** What the errors of the client have in common. */
abstract class CallError extends Error {
  /** The name of the class, except for an abort, which has the platform's. */
  abstract override readonly name: string;
  /** The client's location. */
  declare readonly locationId: string;
  /** The number of the call, counted by the client from 1. */
  declare readonly call: number;
  /** How many requests the call had sent. */
  declare readonly attempts: number;
  /**
   * Whether the collection may exist in spite of the error: if true, look in HighLevel before you send it
   * again; if false, nothing was created.
   */
  declare readonly mayHaveCreated: boolean;

  constructor(message: string, { locationId, call, attempts, mayHaveCreated, cause }: Failure) {
    const line = message.trim().replace(/\s+/g, " "); // a server's or OpenSSL's words may have several
    super(line, cause === undefined ? undefined : { cause });
    this.locationId = locationId;
    this.call = call;
    this.attempts = attempts;
    this.mayHaveCreated = mayHaveCreated;
  }

  /** The name, message, public fields and causes, for `JSON.stringify` and structured loggers. */
  toJSON(): object {
    const { name, message, cause, ...fields } = this;
    return { name, message, ...fields, cause: causeToJson(cause) };
  }
}

/** The collection breaks the contract. Nothing was sent. */
export class InvalidRequestError extends CallError {
  override readonly name = "InvalidRequestError";
  /** Everything in the collection that breaks the contract. */
  declare readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], call: FailedCall, cause?: unknown) {
    const failure = { ...call, mayHaveCreated: false, cause };
    super(`The collection breaks the contract and was not sent: ${formatIssues(issues)}`, failure);
    this.issues = issues;
  }
}

/** The response behind an error. */
export interface ErrorResponse extends Pick<Response, "status" | "headers"> {
  /** The token provider's error after a 401. */
  readonly cause?: unknown;
}

/** A response that is an error. */
abstract class ResponseError extends CallError {
  /** The HTTP status. */
  declare readonly status: number;
  /** The server's own words, for a person; undefined if the body has none. */
  declare readonly reason: string | undefined;
  /** The body: parsed if it is JSON, else the text. */
  declare readonly body: unknown;
  /** The response's headers, by name in lower case. */
  declare readonly headers: Readonly<Record<string, string>>;
  /** The budget as the response stated it. */
  declare readonly rateLimit: RateLimit;
  /**
   * The wait that applies, in milliseconds: after a 429 until the day's budget is new if it is spent, else
   * as `Retry-After` says, else a window's length; after others as `Retry-After` says, if it does.
   */
  declare readonly retryAfterMs: number | undefined;

  constructor(response: ErrorResponse, body: unknown, details: string, call: FailedCall) {
    const { status, headers, cause } = response;
    const reason = serverMessage(body) || undefined;
    const words = reason ? `: ${reason.slice(0, 300)}` : "";
    const mayHaveCreated = !isRefusal(status);
    super(`HighLevel answered ${status}${details}${words}`, { ...call, mayHaveCreated, cause });
    this.status = status;
    this.reason = reason;
    this.body = body;
    this.headers = Object.fromEntries(headers);
    this.rateLimit = rateLimitIn(headers);
    this.retryAfterMs = status === 429 ? pauseMsIn(response) : retryAfterMsIn(headers);
  }
}

/** An {@link ApiError} of one status. */
export interface ApiErrorOf<S extends ErrorStatus> extends ResponseError {
  readonly name: "ApiError";
  readonly status: S;
  /** The body, typed as documented; a `drift` event reports a departure from that. */
  readonly body: ResponseBody<S>;
}

/**
 * HighLevel answered with an error that the contract documents. After a 4xx other than 408 nothing was
 * created.
 *
 * This is a union over the documented statuses: comparing `status` narrows the type of `body`.
 */
export type ApiError = { [S in ErrorStatus]: ApiErrorOf<S> }[ErrorStatus];

// A class cannot be a union, so its type is written out.
export const ApiError = class ApiError extends ResponseError {
  override readonly name = "ApiError";

  constructor(response: ErrorResponse, body: unknown, call: FailedCall) {
    // The limiter gives calls that wait the 429 of an earlier call.
    const whose = call.attempts === 0 ? " to an earlier call, and this one was not sent" : "";
    const spent = isDaySpent(response.headers) ? "; the day's budget is spent" : "";
    const wait = `; try again in ${Math.ceil(pauseMsIn(response) / 1000)} s`;
    super(response, body, response.status === 429 ? whose + spent + wait : "", call);
  }
} as unknown as ApiErrorConstructor;

interface ApiErrorConstructor extends ConstructorOf<ApiError> {
  new (response: ErrorResponse, body: unknown, call: FailedCall): ApiError;
}

/**
 * HighLevel's response is not one that the contract documents: an undocumented status, a body that should be
 * a JSON object and is not, or a success without the collection.
 */
export class UnexpectedResponseError extends ResponseError {
  override readonly name = "UnexpectedResponseError";

  constructor(response: ErrorResponse, body: unknown, problem: string, call: FailedCall) {
    const outcome = outcomeText(!isRefusal(response.status));
    super(response, body, `, ${problem}; ${outcome}`, call);
  }
}

/** No complete response arrived. `cause` is a copy of the `fetch` error, without the token. */
export class ConnectionError extends CallError {
  override readonly name: "ConnectionError" | "TimeoutError" = "ConnectionError";
  /** The status of a response whose body did not arrive whole; undefined where no status arrived. */
  declare readonly status: number | undefined;

  constructor(message: string, failure: Failure & { readonly status?: number | undefined }) {
    super(`${message}; ${outcomeText(failure.mayHaveCreated)}`, failure);
    this.status = failure.status;
  }
}

/**
 * An attempt, or a token request, exceeded `timeoutMs`. Only an attempt may have created
 * the collection.
 */
export class TimeoutError extends ConnectionError {
  override readonly name = "TimeoutError";
}

/** The caller's `signal` was aborted. `cause` is its reason; `name` is the platform's own for an abort. */
export class AbortedError extends CallError {
  override readonly name = "AbortError";

  constructor(failure: Failure) {
    super(`The call was aborted; ${outcomeText(failure.mayHaveCreated)}`, failure);
  }
}

/** An error of the client. This is a union over its classes: comparing `name` narrows it. */
export type HighLevelError =
  | ApiError
  | InvalidRequestError
  | UnexpectedResponseError
  | ConnectionError
  | TimeoutError
  | AbortedError;

// As for ApiError: a class cannot be a union.
export const HighLevelError = CallError as unknown as HighLevelErrorConstructor;

interface HighLevelErrorConstructor extends ConstructorOf<HighLevelError> {
  new (message: string, failure: Failure): HighLevelError;
}

/** The constructor of a union: `instanceof` narrows by it, in both branches. TypeScript 5.4 needs an interface. */
interface ConstructorOf<E> {
  readonly prototype: E;
  [Symbol.hasInstance](value: unknown): value is E;
}

function outcomeText(mayHaveCreated: boolean): string {
  return mayHaveCreated ? "the collection may have been created" : "nothing was created";
}

/** The words of a body: a text that is no page, or what stands at `message`, `errors` or `error`. */
function serverMessage(body: unknown, depth = 4): string {
  if (typeof body === "string") return /^\s*</.test(body) ? "" : body.trim();
  if (depth === 0) return "";
  const words = (part: unknown) => serverMessage(part, depth - 1);
  if (Array.isArray(body)) return body.map(words).filter(Boolean).join("; ");
  const { message, errors, error } = Object(body);
  return words(message) || words(errors) || words(error);
}

/** A cause for a log. The reason of an abort may be anything, and is shown as text if it is no error. */
export function causeToJson(reason: unknown, depth = maxCauses): unknown {
  const { name, message, code, cause } = Object(reason);
  if (message === undefined) return reason?.toString();
  return { name, message, code, cause: depth > 0 ? causeToJson(cause, depth - 1) : undefined };
}
