import { ConnectionError } from "./errors.js";
import { type NetworkFailure, redactError } from "./redact.js";

/** The {@link ConnectionError} for what a fetch threw. */
export function connectionError(thrown: unknown, token: string): ConnectionError {
  const cause = redactError(thrown, token);
  const delivered = isNeverSent(thrown) ? "no" : "unknown";
  const reason = cause ? reasonIn(cause) : "the fetch failed";
  const so = delivered === "no" ? "nothing was created" : "the collection may have been created";
  return new ConnectionError(`No answer from HighLevel, ${so}: ${reason}`, delivered, { cause });
}

/** Failures of the name look-up, of the connection and of its certificate: no request was sent. */
const neverSent =
  /^(ENOTFOUND|EAI_|ECONNREFUSED$|UND_ERR_CONNECT_TIMEOUT$|CERT_|ERR_TLS_CERT_|UNABLE_TO_|(DEPTH_ZERO_)?SELF_SIGNED_CERT)/;

/**
 * Whether the request provably never left. A code that can also come up later, as a reset can,
 * counts only with the system call that connects.
 */
export function isNeverSent(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, syscall, cause, errors }: NetworkFailure = thrown;
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNeverSent);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  return (typeof code === "string" && neverSent.test(code)) || isNeverSent(cause);
}

function reasonIn({ message, code, cause }: NetworkFailure): string {
  return cause instanceof Error ? reasonIn(cause) : message || String(code);
}
