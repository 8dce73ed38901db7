import { version } from "../generated/version.js";
import { baseUrl as contractBaseUrl, fixedHeaders } from "./contract.js";
import type { ClientEvent } from "./events.js";
import { assertToken, check, checkMs } from "./http/check.js";
import { type Fetch, platformFetch } from "./http/fetch.js";
import { hasMethod } from "./http/has-method.js";
import { createLimiter, type RateLimiter } from "./http/limiter.js";
import type { TokenProvider } from "./http/token.js";
import { ownCopy, ownOptions } from "./own-options.js";

/** Headers to send beside those of the contract, by name. */
export type ExtraHeaders = Readonly<Record<string, string>>;

/** What {@link createClient} takes. */
export interface ClientOptions {
  /**
   * The location (sub-account) to create collections in: sent as `altId`, and what the limiter counts
   * by.
   */
  readonly locationId: string;
  /**
   * A Sub-Account token (an OAuth access token or a private integration token) with the scope
   * `products/collection.write`, or a function that gives one.
   */
  readonly token: string | TokenProvider;
  /** Where the API is served; https, or http on a loopback host. Default: the contract's server. */
  readonly baseUrl?: string | undefined;
  /**
   * Lets `baseUrl` be http on a host that is not loopback, where others may read the token: for a mock
   * in another container. Default: false.
   */
  readonly allowHttp?: boolean | undefined;
  /**
   * Sends the requests, for a proxy, a tracer or a test. What it answers with needs `status`,
   * `headers`, and a `body` (a web stream, a Node stream, any async iterable of bytes) or `text()`.
   * Default: the platform's own. What one that is passed fails with, even `globalThis.fetch`, counts
   * as sent, unless it says otherwise: see {@link Fetch}.
   */
  readonly fetch?: Fetch | undefined;
  /**
   * The time for one attempt, from sending to the last byte of the answer, and for one question to a
   * token provider, in milliseconds. Default: 30 000.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a call may be sent again after what provably created nothing: a 429 whose daily budget
   * is not spent, or a connection that failed before the request was sent. The one retry with another
   * token after a 401 is not counted. Default: 2.
   */
  readonly maxRetries?: number | undefined;
  /**
   * The longest wait that an answer may name, in milliseconds; after one that names a longer one the
   * call rejects at once. Without a limiter that learns, up to a quarter is added to the wait, so that
   * many who wait do not return as one. Default: 30 000.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Sent with every request: correlation ids and the like. They cannot replace the client's own
   * Authorization, Version, Content-Type and Accept, nor those of the connection, such as Host.
   */
  readonly headers?: ExtraHeaders | undefined;
  /**
   * The `User-Agent`, where the runtime lets a client set one: not in a browser. Default:
   * `highlevel-product-collections/` and its version.
   */
  readonly userAgent?: string | undefined;
  /**
   * Where a call waits for a place in its location's budget, or false to send at once. Default: one
   * {@link createLimiter} for the whole process.
   */
  readonly limiter?: RateLimiter | false | undefined;
  /** Told what the client does, as it does it. What it throws is ignored. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined;
}

/**
 * What a call takes beside the collection. `timeoutMs` and `maxRetries` replace the client's, `headers`
 * are added to them (one of the same name replaces it), and `onEvent` is told beside the client's.
 */
export interface CallOptions
  extends Pick<ClientOptions, "timeoutMs" | "maxRetries" | "headers" | "onEvent"> {
  /** Ends the call, which then rejects with an {@link AbortedError}. */
  readonly signal?: AbortSignal | undefined;
}

const clientOptions = {
  locationId: true,
  token: true,
  baseUrl: true,
  allowHttp: true,
  fetch: true,
  timeoutMs: true,
  maxRetries: true,
  maxWaitMs: true,
  headers: true,
  userAgent: true,
  limiter: true,
  onEvent: true,
} as const satisfies Record<keyof ClientOptions, true>;

const callOptions = {
  signal: true,
  timeoutMs: true,
  maxRetries: true,
  headers: true,
  onEvent: true,
} as const satisfies Record<keyof CallOptions, true>;

let processLimiter: RateLimiter | undefined;

/** The budgets that all clients of this process share; made when they are first needed. */
function limiterOfProcess(): RateLimiter {
  processLimiter ??= createLimiter();
  return processLimiter;
}

/**
 * The options with their defaults.
 *
 * @throws TypeError that names the first bad option, and never shows the token.
 */
export function checkedClientOptions(options: ClientOptions) {
  const what = "createClient";
  const {
    locationId,
    token,
    baseUrl = contractBaseUrl,
    allowHttp = false,
    fetch = platformFetch,
    timeoutMs = 30_000,
    maxRetries = 2,
    maxWaitMs = 30_000,
    headers,
    userAgent = `highlevel-product-collections/${version}`,
    limiter = limiterOfProcess(),
    onEvent,
  } = ownOptions<ClientOptions>(what, options, clientOptions);
  check(
    typeof locationId === "string" && /^\S+$/.test(locationId),
    `${what}: \`locationId\``,
    "the id of a location, without white space",
  );
  check(/^(string|function)$/.test(typeof token), `${what}: \`token\``, "a string or a function");
  if (typeof token !== "function") assertToken(token, `${what}: \`token\``);
  check(typeof allowHttp === "boolean", `${what}: \`allowHttp\``, "true or false");
  check(typeof fetch === "function", `${what}: \`fetch\``, "a function");
  checkMs(timeoutMs, `${what}: \`timeoutMs\``);
  checkMs(maxWaitMs, `${what}: \`maxWaitMs\``);
  checkMaxRetries(maxRetries, what);
  check(
    limiter === false || hasMethod(limiter, "waitForPlace"),
    `${what}: \`limiter\``,
    "false or an object with a method `waitForPlace`",
  );
  checkOnEvent(onEvent, what);
  checkHeaderValue(userAgent, `${what}: \`userAgent\``);
  // On a page or in a worker of one a `User-Agent` needs the server's leave (CORS).
  const isBrowser = "document" in globalThis || "importScripts" in globalThis;
  const agent = isBrowser ? {} : { "user-agent": userAgent };
  return {
    locationId,
    token,
    baseUrl: checkedBaseUrl(baseUrl, allowHttp, what),
    fetch,
    timeoutMs,
    maxRetries,
    maxWaitMs,
    headers: { accept, ...agent, ...checkedHeaders(headers, what) },
    limiter,
    onEvent,
  };
}

/** Without a prototype: what stands on `Object.prototype` is not an option. */
const noOptions: CallOptions = Object.create(null);

/**
 * The options of a call; what it does not say is undefined.
 *
 * @throws TypeError that names the first bad option.
 */
export function checkedCallOptions(options?: CallOptions): CallOptions {
  if (options === undefined) return noOptions;
  const what = "createProductCollection";
  const { signal, timeoutMs, maxRetries, headers, onEvent } = ownOptions<CallOptions>(
    what,
    options,
    callOptions,
  );
  // By what it can do: the signals of jsdom and of other realms are no instances of this one's class.
  check(
    signal === undefined ||
      (hasMethod(signal, "addEventListener") &&
        hasMethod(signal, "removeEventListener") &&
        typeof signal.aborted === "boolean"),
    `${what}: \`signal\``,
    "an AbortSignal",
  );
  if (timeoutMs !== undefined) checkMs(timeoutMs, `${what}: \`timeoutMs\``);
  if (maxRetries !== undefined) checkMaxRetries(maxRetries, what);
  checkOnEvent(onEvent, what);
  return { signal, timeoutMs, maxRetries, headers: checkedHeaders(headers, what), onEvent };
}

function checkMaxRetries(maxRetries: number, what: string): void {
  check(
    Number.isInteger(maxRetries) && maxRetries >= 0,
    `${what}: \`maxRetries\``,
    "a whole number from 0 up",
  );
}

function checkOnEvent(onEvent: unknown, what: string): void {
  check(
    onEvent === undefined || typeof onEvent === "function",
    `${what}: \`onEvent\``,
    "a function",
  );
}

const accept = "application/json";
/** The headers that a caller cannot set, in lower case. */
const ownHeaders = [
  "authorization",
  "content-type",
  "accept",
  // Those of the connection, which decide where a request goes and how long it is.
  "host",
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  ...Object.keys(fixedHeaders),
].map((name) => name.toLowerCase());

/** The caller's headers, their names in lower case: one of a call replaces the client's own. */
function checkedHeaders(headers: ExtraHeaders = {}, what: string): ExtraHeaders {
  const option = `${what}: \`headers\``;
  const mustBe = "an object of names and values";
  // Headers and maps have nothing of their own to copy.
  check(!hasMethod(headers, Symbol.iterator), option, mustBe);
  const own = ownCopy(headers, option, mustBe);
  const lower: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(own)) {
    const isName = /^[!#$%&'*+.^_`|~\w-]+$/.test(name);
    check(isName, `${option}: \`${name}\``, "a name that a header can have");
    checkHeaderValue(value, `${option}: \`${name}\``);
    if (ownHeaders.includes(name.toLowerCase())) {
      throw new TypeError(
        `${option} cannot set ${name}, which the client or the connection decides`,
      );
    }
    lower[name.toLowerCase()] = value;
  }
  return lower;
}

function checkHeaderValue(value: unknown, what: string): void {
  const isCarried = typeof value === "string" && /^[\t -~]*$/.test(value);
  check(isCarried, what, "a string of visible ASCII, spaces and tabs");
}

function checkedBaseUrl(baseUrl: string, allowHttp: boolean, what: string): string {
  const option = `${what}: \`baseUrl\``;
  check(
    typeof baseUrl === "string" && URL.canParse(baseUrl),
    option,
    `an absolute URL, for example ${contractBaseUrl}`,
  );
  const { href, protocol, hostname } = new URL(baseUrl);
  check(/^https?:$/.test(protocol), option, "a URL that begins with https://");
  check(
    protocol === "https:" || allowHttp || /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname),
    option,
    "https, or http on a loopback host; `allowHttp: true` lets the token go over http elsewhere",
  );
  check(!/[?#]|\/\/[^/]*@/.test(href), option, "without user, password, query, fragment");
  return href;
}
