import type { ErrorStatus, ResponseBody } from "./contract.js";
import { isDaySpent, type RateLimit, rateLimitIn, retryAfterMsIn } from "./rate-limit.js";
import { isRefusal } from "./retry.js";
import { type Issue, inWords } from "./validate.js";

/** The facts about a failed call. */
export interface Failure extends Pick<HighLevelError, "mayHaveCreated" | "attempts"> {
  /** The error or the abort reason behind the failure. */
  readonly cause?: unknown;
}

/** The base class of the client's errors. */
export class HighLevelError extends Error {
  override readonly name: string = "HighLevelError";
  /**
   * Whether the collection may exist in spite of the error. Where it is true, look in HighLevel before
   * you send the collection again; false means that nothing was created.
   */
  readonly mayHaveCreated: boolean;
  /** How many requests the call had sent. */
  readonly attempts: number;

  constructor(message: string, { mayHaveCreated, attempts, cause }: Failure) {
    super(message, cause === undefined ? undefined : { cause });
    this.mayHaveCreated = mayHaveCreated;
    this.attempts = attempts;
  }

  /** What `JSON.stringify` and structured loggers show: name, message and the public fields. */
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

  constructor(issues: readonly Issue[]) {
    super(`The collection breaks the contract and was not sent: ${inWords(issues)}`, {
      mayHaveCreated: false,
      attempts: 0,
    });
    this.issues = issues;
  }
}

/** An answer that is an error. */
abstract class AnswerError extends HighLevelError {
  /** The HTTP status. */
  readonly status: number;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;
  /** The answer's headers, as they came. */
  readonly headers: Headers;
  /** What the answer said of the budget. */
  readonly rateLimit: RateLimit;
  /** The wait that `Retry-After` names, in milliseconds; undefined where it names none. */
  readonly retryAfterMs: number | undefined;

  constructor({ status, headers }: Response, body: unknown, details: string, attempts: number) {
    const mayHaveCreated = !isRefusal(status);
    super(`HighLevel answered ${status}${details}${wordsIn(body)}`, { mayHaveCreated, attempts });
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
export interface ApiErrorOf<S extends ErrorStatus> extends AnswerError {
  readonly status: S;
  /** As the contract documents it; where it differs, a `drift` event says so. */
  readonly body: ResponseBody<S>;
}

/**
 * HighLevel answered with an error that the contract documents. After a 4xx other than 408 nothing was
 * created.
 *
 * A union over the documented statuses: once `status` is compared, `body` has the type that the
 * contract gives it.
 */
export type ApiError = { [S in ErrorStatus]: ApiErrorOf<S> }[ErrorStatus];

// A class cannot be a union, so its type is written out: `prototype` is what `instanceof` narrows to.
export const ApiError = class ApiError extends AnswerError {
  override readonly name = "ApiError";

  constructor(response: Response, body: unknown, attempts: number) {
    // The limiter answers calls that wait with the 429 of an earlier call that spent the budget.
    const whose = attempts === 0 ? " to an earlier call, and this one was not sent" : "";
    const isSpent = response.status === 429 && isDaySpent(response.headers);
    const spent = isSpent ? "; the day's budget is spent" : "";
    super(response, body, whose + spent, attempts);
  }
} as unknown as {
  readonly prototype: ApiError;
  /** @param attempts - How many requests the call had sent. */
  new (response: Response, body: unknown, attempts: number): ApiError;
};

/**
 * An answer that the contract does not promise: an undocumented status, a body that is not a JSON
 * object where one is documented, a success without the collection.
 */
export class UnexpectedResponseError extends AnswerError {
  override readonly name = "UnexpectedResponseError";

  constructor(response: Response, body: unknown, problem: string, attempts: number) {
    const outcome = outcomeInWords(!isRefusal(response.status));
    super(response, body, `, ${problem}; ${outcome}`, attempts);
  }
}

/** No complete answer. `cause` is a copy of what the fetch failed with, without the token. */
export class ConnectionError extends HighLevelError {
  override readonly name: string = "ConnectionError";
  /** The status of an answer whose body did not arrive whole; undefined where no status arrived. */
  readonly status: number | undefined;

  constructor(message: string, failure: Failure & { readonly status?: number | undefined }) {
    super(`${message}; ${outcomeInWords(failure.mayHaveCreated)}`, failure);
    this.status = failure.status;
  }
}

/**
 * The time limit ran out: an attempt's, so the collection may have been created, or that of a question
 * to the token provider, and then nothing was.
 */
export class TimeoutError extends ConnectionError {
  override readonly name = "TimeoutError";
}

/** The caller's signal was aborted. `cause` is its reason; `name` is what it is on every platform. */
export class AbortedError extends HighLevelError {
  override readonly name = "AbortError";

  constructor(failure: Failure) {
    super(`The call was aborted; ${outcomeInWords(failure.mayHaveCreated)}`, failure);
  }
}

function outcomeInWords(mayHaveCreated: boolean): string {
  return mayHaveCreated ? "the collection may have been created" : "nothing was created";
}

/** The server's own words, to end a message with: HighLevel gives a string, or a list of them. */
function wordsIn(body: unknown): string {
  const { message } = (body ?? {}) as { message?: unknown };
  const words = [message].flat().filter((part) => typeof part === "string" && part !== "");
  return words.length > 0 ? `: ${words.join("; ").slice(0, 300)}` : "";
}
