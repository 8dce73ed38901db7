import { plainHeaders } from "./headers.js";
import { isObject } from "./is-object.js";
import { define, own } from "./own.js";

/** What is known of a failed call. */
export interface Failure {
  /** False only where provably nothing was created. */
  readonly mayHaveCreated: boolean;
  /** How many requests the call had sent. */
  readonly attempts: number;
  readonly cause?: unknown;
}

/** What every error of this client extends. */
export class HighLevelError extends Error {
  /**
   * Whether the collection may exist in spite of the error. False means that provably nothing was
   * created; true that it may have been, so look before you send it again.
   */
  readonly mayHaveCreated: boolean;
  /** How many requests the call had sent. */
  readonly attempts: number;

  static {
    giveName(HighLevelError, "HighLevelError");
  }

  constructor(message: string, failure: Failure) {
    const cause = own(failure, "cause");
    super(message, cause === undefined ? undefined : { cause });
    this.mayHaveCreated = failure.mayHaveCreated;
    this.attempts = failure.attempts;
  }

  /** What loggers and `JSON.stringify` show: everything but the stack. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause, ...rest } = this;
    return { name, message, ...rest, cause: shownCause(cause) };
  }
}

/** No complete answer. `cause`, where there is one, is a copy of what the fetch failed with. */
export class ConnectionError extends HighLevelError {
  static {
    giveName(ConnectionError, "ConnectionError");
  }
}

/**
 * A time limit ran out: an attempt's, so the collection may have been created, or that of a question
 * to the token provider, and then nothing was.
 */
export class TimeoutError extends ConnectionError {
  static {
    giveName(TimeoutError, "TimeoutError");
  }
}

/**
 * The caller aborted. `cause` is the signal's reason, and `name` is `"AbortError"` as on every
 * platform.
 */
export class AbortedError extends HighLevelError {
  static {
    giveName(AbortedError, "AbortedError", "AbortError");
  }

  constructor(failure: Failure) {
    super(`The call was aborted; ${outcomeInWords(failure.mayHaveCreated)}`, failure);
  }
}

/**
 * Names a class of errors in stacks and in `console.log`, whatever a bundler or minifier calls it.
 *
 * @param name - The `name` of its instances.
 */
export function giveName(
  errorClass: { readonly prototype: Error },
  className: string,
  name = className,
): void {
  define(errorClass, "name", className);
  define(errorClass.prototype, "name", name);
}

/** What an {@link UnexpectedResponseError} carries of the answer. */
export interface UnexpectedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else its first KiB as text. */
  readonly body: unknown;
  readonly attempts: number;
  readonly cause?: unknown;
}

/**
 * An answer that the contract does not promise: an undocumented status, a redirect, a body that is
 * not a JSON object where one is documented, that broke off or was larger than 1 MiB, a success
 * without the collection.
 */
export class UnexpectedResponseError extends HighLevelError {
  /** The HTTP status; 0 where a browser hides that of a redirect. */
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else its first KiB as text. */
  readonly body: unknown;

  static {
    giveName(UnexpectedResponseError, "UnexpectedResponseError");
  }

  constructor(what: string, { status, headers, body, ...rest }: UnexpectedResponse) {
    const mayHaveCreated = mayHaveCreatedWith(status);
    const maybe = mayHaveCreated ? `; ${outcomeInWords(true)}` : "";
    super(`HighLevel answered ${status}, ${what}${maybe}${saidIn(body)}`, {
      ...rest,
      mayHaveCreated,
    });
    this.status = status;
    this.headers = printable(headers);
    this.body = body;
  }
}

/** Whether an answer leaves it open that the collection was created: a 4xx alone is a refusal. */
export function mayHaveCreatedWith(status: number): boolean {
  return status < 400 || status >= 500;
}

/** What an error says of the collection, in words. */
export function outcomeInWords(mayHaveCreated: boolean): string {
  return mayHaveCreated ? "the collection may have been created" : "nothing was created";
}

/** The server's own words, shortened, to end a message with; empty where it gave none. */
export function saidIn(body: unknown): string {
  // HighLevel gives them as a string or as a list of strings; others answer in plain text.
  const said = isObject(body)
    ? [own(body, "message") ?? own(body, "error")].flat()
    : [plainText(body)];
  const words = said.filter((it) => typeof it === "string" && it !== "").join("; ");
  return words && `: ${words.slice(0, 300)}`;
}

function plainText(body: unknown): string {
  return typeof body === "string" && !/[<{\n]/.test(body.trim()) ? body.trim() : "";
}

/** A cause and those below it: the code of a failed connection stands in the one at the bottom. */
function shownCause(cause: unknown, depth = 4): unknown {
  if (!isObject(cause) || depth === 0) return jsonSafe(cause);
  const [name, message, code] = ["name", "message", "code"].map((key) => jsonSafe(cause[key]));
  return { name, message, code, cause: shownCause(own(cause, "cause"), depth - 1) };
}

/** What JSON can show of a value that may be anything: a caller may abort with any reason. */
function jsonSafe(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  const isSafe = value === null || (typeof value !== "object" && typeof value !== "function");
  return isSafe ? value : undefined;
}

/** The headers, which a structured logger shows as well as `console.log` does. */
export function printable(headers: Headers): Headers {
  const copy = new Headers(headers);
  return define(copy, "toJSON", () => plainHeaders(copy));
}
