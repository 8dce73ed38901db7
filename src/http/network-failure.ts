import { isObject } from "./is-object.js";

// What a platform's network failure says. None is told by `instanceof`: under Jest, in a worker or
// after a polyfill the errors of fetch come from another realm.

/**
 * Failures of the name look-up, of the connection, of the TLS handshake and of its certificate, and
 * of a package that is not there: no request was sent.
 */
const neverSentCodes =
  /^(ENOTFOUND|EAI_|ECONNREFUSED$|UND_ERR_CONNECT_TIMEOUT$|CERT_|ERR_TLS_CERT_|UNABLE_TO_|ERR_SSL_(UNSUPPORTED_PROTOCOL|[A-Z0-9]+_ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION))$|ERR_MODULE_NOT_FOUND$)|SELF_SIGNED_CERT/;

/** The same where there is no code: a hang-up during the handshake, a port that fetch blocks. */
const neverSentMessages =
  /^(Client network socket disconnected before secure TLS connection was established|bad port)$/;

/**
 * Whether the request provably never left. A code that can also come up later, as a reset can,
 * counts only with the system call that connects.
 *
 * @param depth - How many causes deep to look; an error may be its own cause.
 */
export function isNeverSent(thrown: unknown, depth = 4): boolean {
  if (!isObject(thrown) || depth === 0) return false;
  const { code, syscall, message, cause, errors } = thrown;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((error) => isNeverSent(error, depth - 1));
  }
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string" && neverSentCodes.test(code)) return true;
  if (typeof message === "string" && neverSentMessages.test(message)) return true;
  return isNeverSent(cause, depth - 1);
}

/** The message of the cause at the bottom, or its code. */
export function reasonIn(error: unknown): string {
  if (!isObject(error)) return "the fetch failed";
  if (isObject(error.cause)) return reasonIn(error.cause);
  return String(error.message || error.code || "the fetch failed");
}

/** Whether a platform's fetch refused the signal that it was given, and so sent nothing. */
export function isSignalRefused(thrown: unknown): boolean {
  return (
    isObject(thrown) &&
    thrown.name === "TypeError" &&
    /\bAbortSignal\b/.test(String(thrown.message))
  );
}
