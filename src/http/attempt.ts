import { type Answer, createAnswer } from "./answer.js";
import {
  AbortedError,
  ConnectionError,
  mayHaveCreatedWith,
  outcomeInWords,
  TimeoutError,
} from "./errors.js";
import type { Fetch, RequestParts } from "./fetch.js";
import { type FailedRequest, isNeverSent, reasonIn } from "./network-failure.js";
import { type Reading, startReading } from "./reading.js";
import type { Redact } from "./redact.js";
import { onAbort } from "./wait.js";

/** A request, complete with its token. */
export type OutgoingRequest = RequestParts & { readonly url: string };

/** What bounds an attempt, and what is known of its call. */
export interface AttemptContext {
  /** From sending to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly redact: Redact;
  /** Which of its call's attempts it is, from 1 up. */
  readonly attempts: number;
}

/** How an attempt ended. */
type End = "whole" | "too large" | "timeout" | "abort" | { readonly thrown: unknown };

/**
 * Sends the request once, to its one address, and reads the answer to its end.
 *
 * @returns The answer, or the error in place of one. It rejects only where the platform itself fails.
 */
export async function attempt(
  fetch: Fetch,
  { url, ...request }: OutgoingRequest,
  context: AttemptContext,
): Promise<Answer | ConnectionError | AbortedError> {
  const { timeoutMs, signal } = context;
  const controller = new AbortController();
  const reading = startReading(fetch, url, request, controller.signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let off = () => {};
  // The first of them counts: a fetch that does not look at its signal must not keep a call from ending.
  const end = await new Promise<End>((stop) => {
    reading.ended.then(stop, (thrown: unknown) => stop({ thrown }));
    timer = setTimeout(() => stop("timeout"), timeoutMs);
    off = onAbort(signal, () => stop("abort"));
    if (signal?.aborted) stop("abort"); // by the fetch itself
  });
  clearTimeout(timer);
  off();
  if (end !== "whole") {
    controller.abort();
    reading.cancel();
  }
  return outcomeOf(end, reading, { url, fetch }, context);
}

/**
 * What an attempt came to. Once a status has arrived, the answer counts, whole or not, so that
 * nothing which may have been carried out passes for a request that was never sent.
 */
function outcomeOf(
  end: End,
  reading: Reading,
  request: FailedRequest,
  { timeoutMs, signal, redact, attempts }: AttemptContext,
): Answer | ConnectionError | AbortedError {
  const head = reading.head();
  const mayHaveCreated = head === undefined || mayHaveCreatedWith(head.status);
  if (end === "abort") {
    return new AbortedError({ mayHaveCreated, attempts, cause: signal?.reason });
  }
  const timeout =
    end === "timeout"
      ? new TimeoutError(
          `No complete answer within ${timeoutMs} ms; ${outcomeInWords(mayHaveCreated)}`,
          { mayHaveCreated, attempts },
        )
      : undefined;
  const thrown = typeof end === "object" ? end.thrown : undefined;
  const cause = timeout ?? redact.error(thrown);
  if (head !== undefined) {
    const what = end === "too large" ? "more than 1 MiB" : "but its body broke off";
    const flaw = end === "whole" ? undefined : { what, cause };
    return createAnswer({ ...head, content: reading.content(), flaw }, redact, attempts);
  }
  if (timeout !== undefined) return timeout;
  const mayHaveSent = !isNeverSent(thrown, request);
  return new ConnectionError(
    `No answer from HighLevel (${reasonIn(cause)}); ${outcomeInWords(mayHaveSent)}`,
    { mayHaveCreated: mayHaveSent, attempts, cause },
  );
}
