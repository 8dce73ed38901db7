import { type Fetch, platformFetch } from "./fetch.js";
import { isObject } from "./is-object.js";
import { own } from "./own.js";

// What a platform's network failure says. None is told by `instanceof`: under Jest, in a worker or
// after a polyfill the errors of fetch come from another realm.

/** Failures of the name look-up, of the connection, of the TLS handshake and of its certificate. */
const neverSentCodes = /^(ENOTFOUND|EAI_|ECONNREFUSED$|UND_ERR_CONNECT_TIMEOUT$)/;
/** Those of TLS: of a server that is asked over http they say nothing. */
const neverSentTlsCodes =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|ERR_SSL_(UNSUPPORTED_PROTOCOL|[A-Z0-9]+_ALERT_(HANDSHAKE_FAILURE|PROTOCOL_VERSION))$)|SELF_SIGNED_CERT/;

/** The same where there is no code: a hang-up during the handshake, a port that fetch blocks. */
const neverSentMessages =
  /^(Client network socket disconnected before secure TLS connection was established|bad port)$/;

/** A request that failed, and what sent it. */
export interface FailedRequest {
  readonly url: string;
  readonly fetch: Fetch;
}

/**
 * Whether the request provably never left. The platform's fetch makes one request: some of its
 * failures can only come up before. Of a fetch of the caller's that is not known, which may try again
 * or report to a collector; it is believed only where it says so itself (`tellsNeverSent`).
 */
export function isNeverSent(thrown: unknown, { url, fetch }: FailedRequest): boolean {
  try {
    if (fetch === platformFetch) return cameBefore(thrown, new URL(url), 4);
    return (
      own(fetch, "tellsNeverSent") === true && isObject(thrown) && own(thrown, "neverSent") === true
    );
  } catch {
    return false; // what was thrown throws when it is read
  }
}

/**
 * Whether the failure can only come up before a request is sent. A code that can also come up later,
 * as a reset can, counts only with the system call that connects.
 *
 * @param depth - How many causes deep to look; an error may be its own cause.
 */
function cameBefore(thrown: unknown, url: URL, depth: number): boolean {
  if (!isObject(thrown) || depth === 0 || namesAnother(thrown, url)) return false;
  const keys = ["code", "syscall", "message", "cause", "errors"];
  const [code, syscall, message, cause, errors] = ownOf(thrown, keys);
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((error) => cameBefore(error, url, depth - 1));
  }
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof message === "string" && neverSentMessages.test(message)) return true;
  if (typeof code !== "string") return cameBefore(cause, url, depth - 1);
  return neverSentCodes.test(code) || (url.protocol === "https:" && neverSentTlsCodes.test(code));
}

/**
 * Whether it is the failure of a connection to another server than the URL's: what was put in place of
 * the platform's fetch, as a tracer may be, has requests of its own.
 */
function namesAnother(thrown: object, { hostname, port, protocol }: URL): boolean {
  const ownHost = hostname.replace(/[[\]]/g, "");
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  const keys = ["port", "hostname", "host", "address", "message"];
  const [itsPort = ownPort, itsName, itsHost = itsName, itsAddress, message] = ownOf(thrown, keys);
  if (String(itsPort) !== ownPort) return true;
  if (itsHost !== undefined && itsHost !== ownHost) return true;
  const [, attempted] = /attempted address(?:es)?: (.*), timeout/.exec(String(message)) ?? [];
  if (attempted?.split(", ").some((it) => !it.endsWith(`:${ownPort}`))) return true;
  // Of a name nobody knows the address here.
  return /^[\d.]+$|:/.test(ownHost) && itsAddress !== undefined && itsAddress !== ownHost;
}

/** Whether it would fail again for as long as the process runs: a package is missing. */
export function isLasting(thrown: unknown): boolean {
  return isObject(thrown) && own(thrown, "code") === "ERR_MODULE_NOT_FOUND";
}

function ownOf(object: object, keys: readonly string[]): unknown[] {
  return keys.map((key) => own(object, key));
}

/** The message of the cause at the bottom, or its code, of an error whose causes come to an end. */
export function reasonIn(error: unknown): string {
  if (!isObject(error)) return "the fetch failed";
  const cause = own(error, "cause");
  if (isObject(cause)) return reasonIn(cause);
  return String(error.message || error.code || "the fetch failed").trim();
}
