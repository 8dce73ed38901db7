import type { ContractDrift } from "./answer.js";
import { check, checkMs } from "./check.js";
import { baseUrl as contractBaseUrl } from "./contract.js";
import type { Bounds, Fetch } from "./exchange.js";
import { createLimiter, type RateLimiter } from "./limiter.js";
import { assertToken, type TokenProvider } from "./token.js";

/** What {@link createClient} takes. */
export interface ClientOptions {
  /** The location (sub-account) to create collections in: sent as `altId`, and the limiter's key. */
  readonly locationId: string;
  /**
   * A Sub-Account token with the scope `products/collection.write`, or a function that gives one: an
   * OAuth access token or a private integration token.
   */
  readonly token: string | TokenProvider;
  /** Where the API is served; https, or http on a loopback host. Default: the contract's server. */
  readonly baseUrl?: string | undefined;
  /** Sends the requests, for a proxy, a tracer or a test. Default: `globalThis.fetch`. */
  readonly fetch?: Fetch | undefined;
  /**
   * The time for one attempt, from sending to the last byte of the answer, in milliseconds.
   * Default: 30 000.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a call may be sent again after what provably created nothing: a 429 whose daily budget
   * is not spent, or a connection that failed before the request was sent. Default: 2.
   */
  readonly maxRetries?: number | undefined;
  /**
   * Where a call waits for a place in its location's budget, or false to send at once. Default: a
   * {@link createLimiter} of 100 requests in any 10 seconds, for this client alone.
   */
  readonly limiter?: RateLimiter | false | undefined;
  /** Told of each usable answer that departs from the contract. What it throws is ignored. */
  readonly onDrift?: ((drift: ContractDrift) => void) | undefined;
}

/** What a call takes beside the collection. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The options with their defaults.
 *
 * @throws TypeError that names the first bad option, and never shows the token.
 */
export function checkedOptions(options: ClientOptions) {
  const {
    locationId,
    token,
    baseUrl = contractBaseUrl,
    // Looked up for each request, so that what replaces the global later is used.
    fetch = (url: string, init: RequestInit) => globalThis.fetch(url, init),
    timeoutMs = 30_000,
    maxRetries = 2,
    limiter = createLimiter(),
    onDrift,
  } = options ?? {};
  check(
    typeof locationId === "string" && /^\S+$/.test(locationId),
    "createClient: `locationId`",
    "the id of a location",
  );
  if (typeof token !== "function") assertToken(token, "createClient: `token`");
  check(typeof fetch === "function", "createClient: `fetch`", "a function");
  checkMs(timeoutMs, "createClient: `timeoutMs`");
  check(
    Number.isInteger(maxRetries) && maxRetries >= 0,
    "createClient: `maxRetries`",
    "a whole number from 0 up",
  );
  check(
    limiter === false || typeof limiter?.removeTokens === "function",
    "createClient: `limiter`",
    "false or an object with a method `removeTokens`",
  );
  check(
    onDrift === undefined || typeof onDrift === "function",
    "createClient: `onDrift`",
    "a function",
  );
  return {
    locationId,
    token,
    baseUrl: checkedBaseUrl(baseUrl),
    fetch,
    timeoutMs,
    maxRetries,
    limiter,
    onDrift,
  };
}

/**
 * The bounds of a call.
 *
 * @throws TypeError that names the first bad option.
 */
export function checkedBounds(
  { signal, timeoutMs }: CallOptions,
  defaultTimeoutMs: number,
): Bounds {
  check(
    signal === undefined || signal instanceof AbortSignal,
    "createProductCollection: `signal`",
    "an AbortSignal",
  );
  if (timeoutMs !== undefined) checkMs(timeoutMs, "createProductCollection: `timeoutMs`");
  return { signal, timeoutMs: timeoutMs ?? defaultTimeoutMs };
}

function checkedBaseUrl(baseUrl: string): string {
  const what = "createClient: `baseUrl`";
  check(
    typeof baseUrl === "string" && URL.canParse(baseUrl),
    what,
    `an absolute URL, for example ${contractBaseUrl}`,
  );
  const { href, protocol, hostname } = new URL(baseUrl);
  check(
    protocol === "https:" ||
      (protocol === "http:" && /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname)),
    what,
    "https, or http on a loopback host",
  );
  check(!/[?#]|\/\/[^/]*@/.test(href), what, "without user, password, query, fragment");
  return href;
}
