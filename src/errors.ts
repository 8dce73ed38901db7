import type { ErrorStatus, ResponseBody } from "./contract.js";
import type { Answer } from "./exchange.js";
import { isObject } from "./is-object.js";
import { type Issue, inWords } from "./issues.js";
import type { RateLimit } from "./rate-limit.js";

/** What every error of this client extends. */
export class HighLevelError extends Error {
  override readonly name: string = "HighLevelError";
}

/** The collection breaks the contract. Nothing was sent. */
export class InvalidRequestError extends HighLevelError {
  override readonly name: string = "InvalidRequestError";
  /** Every departure from the contract. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(`The collection breaks the contract and was not sent: ${inWords(issues)}`);
    this.issues = issues;
  }
}

/**
 * No answer: the connection failed before one was complete.
 *
 * `delivered` tells what is known of the request: `"no"` means that it provably never reached the
 * API, so nothing was created; `"unknown"` that the collection may have been created, so look before
 * sending it again.
 */
export class ConnectionError extends HighLevelError {
  override readonly name: string = "ConnectionError";
  readonly delivered: "no" | "unknown";

  constructor(message: string, delivered: "no" | "unknown", options?: ErrorOptions) {
    super(message, options);
    this.delivered = delivered;
  }
}

/** An attempt ran past `timeoutMs`. The collection may have been created. */
export class TimeoutError extends ConnectionError {
  override readonly name: string = "TimeoutError";

  constructor(timeoutMs: number) {
    super(
      `No complete answer within ${timeoutMs} ms; the collection may have been created`,
      "unknown",
    );
  }
}

/**
 * An answer that the contract does not promise: an undocumented status, a body that is no JSON
 * object where one is documented, a success without the collection, or more than 1 MiB. Where
 * `status` is one of success, or of 500 and above, the collection may have been created.
 */
export class UnexpectedResponseError extends HighLevelError {
  override readonly name: string = "UnexpectedResponseError";
  readonly status: number;
  readonly headers: Headers;
  /** The first KiB of the answer's body, as text. */
  readonly body: string;

  constructor(what: string, { status, headers, text }: Answer) {
    super(`HighLevel answered ${status}, ${what}`);
    this.status = status;
    this.headers = headers();
    this.body = firstKiB(text);
  }
}

class DocumentedError extends HighLevelError {
  override readonly name = "ApiError";
  readonly status: ErrorStatus;
  readonly body: unknown;
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;

  constructor(
    status: ErrorStatus,
    body: unknown,
    { headers, rateLimit }: Pick<Answer, "headers" | "rateLimit">,
  ) {
    super(`HighLevel answered ${status}${messageIn(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers();
    this.rateLimit = rateLimit();
  }
}

/** An {@link ApiError} of one status. */
export interface ApiErrorOf<S extends ErrorStatus> extends HighLevelError {
  /** The HTTP status. */
  readonly status: S;
  /** The body, in the shape that the contract documents for the status. */
  readonly body: ResponseBody<S>;
  readonly headers: Headers;
  /** What the answer said of the budget; undefined where it said nothing. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * HighLevel refused the request with an error that the contract documents. Nothing was created.
 *
 * A union over the documented statuses: once `status` is compared, `body` has the type that the
 * contract gives it.
 */
export type ApiError = { [S in ErrorStatus]: ApiErrorOf<S> }[ErrorStatus];

// A class cannot be a union, so the type of this one is written out: `prototype` is what `instanceof`
// narrows to.
export const ApiError = DocumentedError as unknown as {
  readonly prototype: ApiError;
  new <S extends ErrorStatus>(
    status: S,
    body: ResponseBody<S>,
    head: Pick<Answer, "headers" | "rateLimit">,
  ): ApiErrorOf<S>;
};

/** The words of an error body, shortened: HighLevel gives them as a string or as a list of strings. */
function messageIn(body: unknown): string {
  const message = isObject(body) ? [body.message].flat() : [];
  const words = message.filter((it) => typeof it === "string").join("; ");
  return words && `: ${words.slice(0, 300)}`;
}

function firstKiB(text: string): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(1024)).read);
}
