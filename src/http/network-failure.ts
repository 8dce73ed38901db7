import { isObject } from "./is-object.js";
import { own } from "./own.js";

// What a platform's network failure says. None is told by `instanceof`: under Jest, in a worker or
// after a polyfill the errors of fetch come from another realm.

/**
 * Failures of the name look-up, of the connection, of the TLS handshake and of its certificate, and
 * of a package that is not there: no request was sent.
 */
const neverSentCodes =
  /^(ENOTFOUND|EAI_|ECONNREFUSED$|UND_ERR_CONNECT_TIMEOUT$|ERR_MODULE_NOT_FOUND$)/;
/** Those of TLS: of a server that is asked over http they say nothing. */
const neverSentTlsCodes =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|ERR_SSL_(UNSUPPORTED_PROTOCOL|[A-Z0-9]+_ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION))$)|SELF_SIGNED_CERT/;

/** The same where there is no code: a hang-up during the handshake, a port that fetch blocks. */
const neverSentMessages =
  /^(Client network socket disconnected before secure TLS connection was established|bad port)$/;

/**
 * Whether the request to `url` provably never left. A code that can also come up later, as a reset
 * can, counts only with the system call that connects.
 *
 * A fetch of the caller's may make requests of its own, a tracer's to its collector: what names
 * another server proves nothing.
 */
export function isNeverSent(thrown: unknown, url: string): boolean {
  try {
    return provesIt(thrown, new URL(url), 4);
  } catch {
    return false; // what was thrown throws when it is read
  }
}

/** @param depth - How many causes deep to look; an error may be its own cause. */
function provesIt(thrown: unknown, url: URL, depth: number): boolean {
  if (!isObject(thrown) || depth === 0) return false;
  const [code, syscall, message, cause, errors] = ownOf(thrown, [
    "code",
    "syscall",
    "message",
    "cause",
    "errors",
  ]);
  if (namesAnother(thrown, url)) return false;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((error) => provesIt(error, url, depth - 1));
  }
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string") {
    if (neverSentCodes.test(code)) return true;
    if (url.protocol === "https:" && neverSentTlsCodes.test(code)) return true;
  }
  if (typeof message === "string" && neverSentMessages.test(message)) return true;
  return provesIt(cause, url, depth - 1);
}

/** Whether it would fail again for as long as the process runs: a package is missing. */
export function isLasting(thrown: unknown): boolean {
  return isObject(thrown) && own(thrown, "code") === "ERR_MODULE_NOT_FOUND";
}

/** Whether the failure is that of a connection to another server than the URL's. */
function namesAnother(thrown: object, { hostname, port, protocol }: URL): boolean {
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  const [itsPort = ownPort, itsHost = hostname, itsAddress, message] = ownOf(thrown, [
    "port",
    "hostname",
    "address",
    "message",
  ]);
  // Of a name nobody knows the address here.
  const ownAddress = /^[\d.]+$|:/.test(hostname) ? hostname.replace(/[[\]]/g, "") : itsAddress;
  const [, attempted] = /attempted address(?:es)?: (.*), timeout/.exec(String(message)) ?? [];
  return (
    String(itsPort) !== ownPort ||
    itsHost !== hostname ||
    (itsAddress !== undefined && itsAddress !== ownAddress) ||
    (attempted !== undefined && !new RegExp(`:${ownPort}\\b`).test(attempted))
  );
}

function ownOf(object: object, keys: readonly string[]): unknown[] {
  return keys.map((key) => own(object, key));
}

/** The message of the cause at the bottom, or its code, of an error whose causes come to an end. */
export function reasonIn(error: unknown): string {
  if (!isObject(error)) return "the fetch failed";
  const cause = own(error, "cause");
  if (isObject(cause)) return reasonIn(cause);
  return String(error.message || error.code || "the fetch failed");
}
