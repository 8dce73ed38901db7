import { isDaySpent, pauseMsIn } from "./rate-limit.js";

/** The outcome of an attempt, as far as it matters here: an answer, or a connection without one. */
type Outcome =
  | { readonly status: number; readonly headers: Headers }
  | { readonly mayHaveCreated: boolean };

const firstBackoffMs = 500;

/**
 * How many milliseconds to wait before sending again; undefined where that must not be.
 *
 * It retries a 429 whose daily budget is not spent, after the wait that the answer names if that is not
 * longer than `maxWaitMs`, and a request that was never sent, after exponential backoff with full jitter.
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
  if (outcome.status !== 429) return undefined;
  if (isDaySpent(outcome.headers)) return undefined;
  const pauseMs = pauseMsIn(outcome.headers);
  return pauseMs > maxWaitMs ? undefined : pauseMs;
}

/** Whether a status says that nothing was created. A gateway's 408 may hide a request that was carried out. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** Failures of the name look-up, of the connection, and of the server's certificate. */
const neverSentCodes =
  /^(ENOTFOUND|EAI_.*|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

/**
 * Whether a failure can only come up before a request is sent: by the code, or the system call, at the
 * bottom of its causes.
 */
export function isNeverSent(error: unknown): boolean {
  const { code, syscall, cause, errors } = (error ?? {}) as Partial<
    AggregateError & { code: unknown; syscall: unknown }
  >;
  // One failure for each address of the host.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNeverSent);
  if (syscall === "connect") return true; // ETIMEDOUT is also the code of a connection that was made
  if (typeof code === "string") return neverSentCodes.test(code);
  return cause !== undefined && isNeverSent(cause);
}
