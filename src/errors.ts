import type { ErrorStatus, ResponseBody } from "./contract.js";
import { isRefusal } from "./outcome.js";
import { type RateLimit, rateLimitIn, retryAfterMsIn } from "./rate-limit.js";
import { formatIssues, type Issue } from "./validate.js";

/** The facts about a failed call. */
export interface Failure extends Pick<HighLevelError, "mayHaveCreated" | "attempts"> {
  /** The error or the abort reason behind the failure. */
  readonly cause?: unknown;
}

/** The base class of the client's errors. */
export class HighLevelError extends Error {
  override readonly name: string = "HighLevelError";
  /**
   * Whether the collection may exist in spite of the error: if true, look in HighLevel before you send it
   * again; if false, nothing was created.
   */
  readonly mayHaveCreated: boolean;
  /** How many requests the call had sent. */
  readonly attempts: number;

  constructor(message: string, { mayHaveCreated, attempts, cause }: Failure) {
    const line = message.trim().replace(/\s+/g, " "); // a server's or OpenSSL's words may have several
    super(line, cause === undefined ? undefined : { cause });
    this.mayHaveCreated = mayHaveCreated;
    this.attempts = attempts;
  }

  /** The name, message and public fields, for `JSON.stringify` and structured loggers. */
  toJSON(): object {
    const { name, message, ...fields } = this;
    return { name, message, ...fields };
  }
}

/** The collection breaks the contract. Nothing was sent. */
export class InvalidRequestError extends HighLevelError {
  override readonly name = "InvalidRequestError";
  /** Everything in the collection that breaks the contract. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], cause?: unknown) {
    super(`The collection breaks the contract and was not sent: ${formatIssues(issues)}`, {
      mayHaveCreated: false,
      attempts: 0,
      cause,
    });
    this.issues = issues;
  }
}

/** The response behind an error; the cause of a 401 is the token provider's error. */
type ErrorResponse = Pick<Response, "status" | "headers"> & { readonly cause?: unknown };

/** A response that is an error. */
abstract class ResponseError extends HighLevelError {
  /** The HTTP status. */
  readonly status: number;
  /** The body: parsed if it is JSON, else the text. */
  readonly body: unknown;
  /** The response's headers, unchanged. */
  readonly headers: Headers;
  /** The budget as the response stated it. */
  readonly rateLimit: RateLimit;
  /** The wait that `Retry-After` asks for, in milliseconds; undefined without one. */
  readonly retryAfterMs: number | undefined;

  constructor(response: ErrorResponse, body: unknown, details: string, attempts: number) {
    const { status, headers, cause } = response;
    const mayHaveCreated = !isRefusal(status);
    super(`HighLevel answered ${status}${details}${serverMessage(body)}`, {
      mayHaveCreated,
      attempts,
      cause,
    });
    this.status = status;
    this.body = body;
    this.headers = headers;
    this.rateLimit = rateLimitIn(headers);
    this.retryAfterMs = retryAfterMsIn(headers);
  }

  override toJSON(): object {
    return { ...super.toJSON(), headers: Object.fromEntries(this.headers) };
  }
}

/** An {@link ApiError} of one status. */
export interface ApiErrorOf<S extends ErrorStatus> extends ResponseError {
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

// A class cannot be a union, so its type is written out; `instanceof` narrows to that of `prototype`.
export const ApiError = class ApiError extends ResponseError {
  override readonly name = "ApiError";

  constructor(response: Response, body: unknown, attempts: number) {
    // The limiter gives calls that wait the 429 of an earlier call.
    const whose = attempts === 0 ? " to an earlier call, and this one was not sent" : "";
    const { dailyRemaining, dailyResetMs } = rateLimitIn(response.headers);
    const isSpent = response.status === 429 && dailyRemaining === 0;
    const renewed = dailyResetMs ? `, and new in ${dailyResetMs} ms` : "";
    const spent = isSpent ? `; the day's budget is spent${renewed}` : "";
    super(response, body, whose + spent, attempts);
  }
} as unknown as {
  readonly prototype: ApiError;
  /** @param attempts - How many requests the call had sent. */
  new (response: Response, body: unknown, attempts: number): ApiError;
};

/**
 * HighLevel's response is not one that the contract documents: an undocumented status, a body that should be
 * a JSON object and is not, or a success without the collection.
 */
export class UnexpectedResponseError extends ResponseError {
  override readonly name = "UnexpectedResponseError";

  constructor(response: Response, body: unknown, problem: string, attempts: number) {
    const outcome = outcomeText(!isRefusal(response.status));
    super(response, body, `, ${problem}; ${outcome}`, attempts);
  }
}

/** No complete response arrived. `cause` is a copy of the `fetch` error, without the token. */
export class ConnectionError extends HighLevelError {
  override readonly name: string = "ConnectionError";
  /** The status of a response whose body did not arrive whole; undefined where no status arrived. */
  readonly status: number | undefined;

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
export class AbortedError extends HighLevelError {
  override readonly name = "AbortError";

  constructor(failure: Failure) {
    super(`The call was aborted; ${outcomeText(failure.mayHaveCreated)}`, failure);
  }
}

function outcomeText(mayHaveCreated: boolean): string {
  return mayHaveCreated ? "the collection may have been created" : "nothing was created";
}

/** The body's `message`, a string or a list of them, as the end of an error message. */
function serverMessage(body: unknown): string {
  const { message } = (body ?? {}) as { message?: unknown };
  const words = [message].flat().filter((part) => typeof part === "string" && part !== "");
  return words.length > 0 ? `: ${words.join("; ").slice(0, 300)}` : "";
}
