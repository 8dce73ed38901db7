import { type HeaderPairs, headersWith } from "./headers.js";
import { type RateLimit, rateLimitIn, retryAfterMsIn } from "./rate-limit.js";
import type { Redact } from "./redact.js";

/**
 * An answer whose status has arrived: read as far as it came, at most 1 MiB of it, and clean of the
 * token.
 */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
  /** The wait that `Retry-After` names. */
  readonly retryAfterMs: number | undefined;
  /** The body. */
  readonly content: string;
  /** Why the body is not whole; undefined where it is. */
  readonly flaw: Flaw | undefined;
  /** Which of its call's attempts this is the answer to, from 1 up. */
  readonly attempts: number;
}

/** What is wrong with a body, in words, and the failure behind it. */
export interface Flaw {
  readonly what: string;
  readonly cause?: Error | undefined;
}

/** What has come of an answer. */
export interface Received {
  readonly status: number;
  readonly headers: HeaderPairs;
  readonly content: string;
  readonly flaw?: Flaw | undefined;
}

/** Makes the {@link Answer} of an attempt. */
export function createAnswer(
  { status, headers: received, content, flaw }: Received,
  redact: Redact,
  attempts: number,
): Answer {
  let headers: Headers | undefined;
  return {
    status,
    // Made when they are asked for: most answers' headers are never looked at.
    get headers() {
      headers ??= redact.headers(headersWith(received));
      return headers;
    },
    rateLimit: rateLimitIn(received),
    get retryAfterMs() {
      return retryAfterMsIn(received);
    },
    content: redact.body(content, flaw !== undefined),
    flaw,
    attempts,
  };
}

/** Whether it is an answer, and not what a call failed with. */
export function isAnswer(outcome: object): outcome is Answer {
  return Object.hasOwn(outcome, "content");
}
