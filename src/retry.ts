import { isDaySpent, pauseMsIn } from "./rate-limit.js";

/** The outcome of an attempt: an answer, or a connection error. */
type Outcome =
  | { readonly status: number; readonly headers: Headers }
  | { readonly mayHaveCreated: boolean };

const firstBackoffMs = 500;

/**
 * How many milliseconds to wait before sending again; undefined if the request must not be sent again.
 *
 * A 429 is retried after the wait that it asks for, unless that exceeds `maxWaitMs` or the day's budget is
 * spent; a request that was never sent, after exponential backoff with full jitter.
 *
 * @param retries - How often this call has been sent again already.
 * @param random - From 0 up to 1, exclusive.
 */
export function retryDelayMs(
  outcome: Outcome,
  maxWaitMs: number,
  retries: number,
  random = Math.random(),
): number | undefined {
  if ("mayHaveCreated" in outcome) {
    if (outcome.mayHaveCreated) return undefined;
    return Math.min(random * firstBackoffMs * 2 ** retries, maxWaitMs);
  }
  if (outcome.status !== 429 || isDaySpent(outcome.headers)) return undefined;
  const pauseMs = pauseMsIn(outcome.headers);
  return pauseMs > maxWaitMs ? undefined : pauseMs;
}

/** Whether a status proves that nothing was created. A 408 may be a gateway's, after the server acted. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** Failures of the name look-up, of the connection, and of the server's certificate. */
const neverSentCodes =
  /^(ENOTFOUND|EAI_.*|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

/**
 * Whether a failure can only occur before a request is sent, by the first code or system call in its chain
 * of causes.
 */
export function isNeverSent(error: unknown): boolean {
  const { code, syscall, cause, errors } = (error ?? {}) as Partial<
    AggregateError & { code: unknown; syscall: unknown }
  >;
  // One failure for each address of the host.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNeverSent);
  if (syscall === "connect") return true; // a connection that was made can end in ETIMEDOUT too
  if (typeof code === "string") return neverSentCodes.test(code);
  return cause !== undefined && isNeverSent(cause);
}
