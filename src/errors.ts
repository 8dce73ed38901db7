import type { ErrorStatus, ResponseBody } from "./contract.js";
import { tooManyRequests } from "./http/documented.js";
import { giveName, HighLevelError, printable, saidIn } from "./http/errors.js";
import { isDaySpent, type RateLimit } from "./http/rate-limit.js";
import { type Issue, inWords } from "./issues.js";

/** The collection breaks the contract. Nothing was sent. */
export class InvalidRequestError extends HighLevelError {
  /** Everything in it that breaks the contract. */
  readonly issues: readonly Issue[];

  static {
    giveName(InvalidRequestError, "InvalidRequestError");
  }

  constructor(issues: readonly Issue[]) {
    super(`The collection breaks the contract and was not sent: ${inWords(issues)}`, {
      mayHaveCreated: false,
      attempts: 0,
    });
    this.issues = issues;
  }
}

/** What an {@link ApiError} carries of the answer. */
export interface ErrorResponse<S extends ErrorStatus> {
  /** The HTTP status. */
  readonly status: S;
  /** The body, typed as the contract documents it: one that differs is handed on, with a `drift` event. */
  readonly body: ResponseBody<S>;
  readonly headers: Headers;
  /** What the answer said of the budget; undefined where it said nothing. */
  readonly rateLimit?: RateLimit | undefined;
  /**
   * The wait that `Retry-After` names, in milliseconds; undefined where it names none. Where another
   * call's 429 stopped this one, what is left of the wait.
   */
  readonly retryAfterMs?: number | undefined;
}

/** An {@link ApiError} of one status. */
export interface ApiErrorOf<S extends ErrorStatus>
  extends HighLevelError,
    Required<ErrorResponse<S>> {}

/**
 * HighLevel refused the request with an error that the contract documents. Nothing was created.
 *
 * A union over the documented statuses: once `status` is compared, `body` has the type that the
 * contract gives it.
 */
export type ApiError = { [S in ErrorStatus]: ApiErrorOf<S> }[ErrorStatus];

// A class cannot be a union, so the type of this one is written out: `prototype` is what `instanceof`
// narrows to.
export const ApiError = class ApiError extends HighLevelError {
  readonly status: ErrorStatus;
  readonly body: unknown;
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
  readonly retryAfterMs: number | undefined;

  static {
    giveName(ApiError, "ApiError");
  }

  constructor(
    { status, body, headers, rateLimit, retryAfterMs }: ErrorResponse<ErrorStatus>,
    attempts = 1,
  ) {
    // A call that waits is told the 429 of an earlier one that spent the budget.
    const whose = attempts === 0 ? " to an earlier call, and this one was not sent" : "";
    const wait =
      status === tooManyRequests && isDaySpent(rateLimit)
        ? "; the day's budget is spent"
        : retryAfterMs
          ? `; wait ${Math.ceil(retryAfterMs / 1000)} s`
          : "";
    super(`HighLevel answered ${status}${whose}${wait}${saidIn(body)}`, {
      mayHaveCreated: false,
      attempts,
    });
    this.status = status;
    this.body = body;
    this.headers = printable(headers);
    this.rateLimit = rateLimit;
    this.retryAfterMs = retryAfterMs;
  }
} as unknown as {
  readonly prototype: ApiError;
  /** @param attempts - How many requests the call had sent. Default: 1. */
  new <S extends ErrorStatus>(response: ErrorResponse<S>, attempts?: number): ApiErrorOf<S>;
};
