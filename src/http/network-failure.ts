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

/** A request that failed, and who sent it. */
export interface FailedRequest {
  readonly url: string;
  /**
   * Whether the platform sent it, which makes no other request. A fetch of the caller's may, a
   * tracer's to its collector: its failure must name the server that was meant.
   */
  readonly isPlatforms: boolean;
}

/**
 * Whether the request provably never left: the fetch says so itself (`neverSent`), or the failure can
 * only come up before. A code that can also come up later, as a reset can, counts only with the
 * system call that connects.
 */
export function isNeverSent(thrown: unknown, { url, isPlatforms }: FailedRequest): boolean {
  try {
    return provesIt(thrown, new URL(url), isPlatforms, 4);
  } catch {
    return false; // what was thrown throws when it is read
  }
}

/**
 * @param isOurs - Whether the failure is that of the request to `url`, if it does not say of which.
 * @param depth - How many causes deep to look; an error may be its own cause.
 */
function provesIt(thrown: unknown, url: URL, isOurs: boolean, depth: number): boolean {
  if (!isObject(thrown) || depth === 0) return false;
  if (own(thrown, "neverSent") === true) return true;
  const [cause, errors] = ownOf(thrown, ["cause", "errors"]);
  const names = isToServerOf(url, thrown);
  if (names === false) return false;
  const isTo = names ?? isOurs;
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((error) => provesIt(error, url, isTo, depth - 1));
  }
  if (isTo && cameBefore(thrown, url)) return true;
  return provesIt(cause, url, isTo, depth - 1);
}

/** Whether the failure can only come up before a request is sent. */
function cameBefore(thrown: object, { protocol }: URL): boolean {
  const [code, syscall, message] = ownOf(thrown, ["code", "syscall", "message"]);
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof code === "string") {
    if (neverSentCodes.test(code)) return true;
    if (protocol === "https:" && neverSentTlsCodes.test(code)) return true;
  }
  return typeof message === "string" && neverSentMessages.test(message);
}

/** Whether it is the failure of a connection to the URL's server; undefined where it does not say. */
function isToServerOf({ hostname, port, protocol }: URL, thrown: object): boolean | undefined {
  const ownHost = hostname.replace(/[[\]]/g, "");
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  const keys = ["port", "hostname", "host", "address", "message"];
  const [itsPort = ownPort, itsName, itsHost = itsName, itsAddress, message] = ownOf(thrown, keys);
  if (String(itsPort) !== ownPort) return false;
  if (itsHost !== undefined) return itsHost === ownHost;
  // undici's words; of a name that has many addresses it tells those alone.
  const [, one, many] = /attempted address(?:: (.*)|es: (.*)), timeout/.exec(String(message)) ?? [];
  if (one !== undefined) return one === `${ownHost}:${ownPort}`;
  if (many !== undefined && !many.split(", ").every((it) => it.endsWith(`:${ownPort}`)))
    return false;
  if (itsAddress === undefined) return undefined;
  if (ownHost === "localhost") return /^(127\.|::1$)/.test(String(itsAddress));
  // Of another name nobody knows the address here.
  return /^[\d.]+$|:/.test(ownHost) ? itsAddress === ownHost : undefined;
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
  return String(error.message || error.code || "the fetch failed");
}
