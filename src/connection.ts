import { ConnectionError } from "./errors.js";
import { type NetworkFailure, redactError } from "./redact.js";

/** The {@link ConnectionError} for what a fetch threw. */
export function connectionError(thrown: unknown, tokens: readonly string[]): ConnectionError {
  const cause = redactError(thrown, tokens);
  const delivered = isNeverSent(thrown) ? "no" : "unknown";
  const so = delivered === "no" ? "nothing was created" : "the collection may have been created";
  const message = `No answer from HighLevel, ${so}: ${reasonIn(cause)}`;
  return new ConnectionError(message, delivered, { cause });
}

/** Failures of the name look-up, of the connection and of its certificate: no request was sent. */
const neverSent =
  /^(ENOTFOUND|EAI_|ECONNREFUSED$|UND_ERR_CONNECT_TIMEOUT$|CERT_|ERR_TLS_CERT_|UNABLE_TO_)|SELF_SIGNED_CERT/;

/**
 * Whether the request provably never left. A code that can also come up later, as a reset can,
 * counts only with the system call that connects.
 *
 * @param depth - How many causes deep to look; an error may be its own cause.
 */
export function isNeverSent(thrown: unknown, depth = 4): boolean {
  if (!(thrown instanceof Error) || depth === 0) return false;
  const { code, syscall, cause, errors }: NetworkFailure = thrown;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((error) => isNeverSent(error, depth - 1));
  }
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  return (typeof code === "string" && neverSent.test(code)) || isNeverSent(cause, depth - 1);
}

/** The message of the cause at the bottom, or its code. */
function reasonIn(error: NetworkFailure | undefined): unknown {
  if (error?.cause instanceof Error) return reasonIn(error.cause);
  return error?.message || error?.code || "the fetch failed";
}
