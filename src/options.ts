import { baseUrl as contractBaseUrl, fixedHeaderNames } from "../generated/operations.js";
import type { EventListener } from "./events.js";
import { createLimiter, type Limiter } from "./limiter.js";
import { maxTimerMs } from "./time.js";
import { isToken, type TokenProvider, tokenRequirement } from "./token.js";
import { isObject } from "./validate.js";

/** A standard `fetch`. Of its response the client reads `ok`, `status`, `headers`, `body` or `text()`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The options of a client. */
export interface ClientOptions {
  /** The id of the location (sub-account) to create collections in, sent as `altId`. */
  readonly locationId: string;
  /**
   * A Sub-Account token (an OAuth access token or a private integration token) with the scope
   * `products/collection.write`, or a function that gives one.
   */
  readonly token: string | TokenProvider;
  /** Where the API is served: https, or http on a loopback host. Default: the contract's server. */
  readonly baseUrl?: string | undefined;
  /**
   * Allows http to any host, such as a mock in another container. Others on the network can then read the
   * token. Default: false.
   */
  readonly allowHttp?: boolean | undefined;
  /** Sends the requests: for a proxy, a tracer or a test. Default: the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /**
   * The time limit in milliseconds of one attempt, from sending to the last byte of the response, and of a
   * token request. More than 0. Default: 30 000.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a call is sent again after a 429 that leaves some of the day's budget, or a connection that
   * failed before the request was sent. The one attempt with another token after a 401 is not counted.
   * Default: 2.
   */
  readonly maxRetries?: number | undefined;
  /**
   * The longest wait in milliseconds that a call accepts from a 429; it rejects with a 429 that asks for
   * more. Default: 30 000.
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Headers to send with every request, such as `User-Agent`: what `new Headers()` takes, but not
   * Authorization, Content-Type, Accept, the contract's own, and those that `fetch` keeps to itself, such as
   * Host. Default: none.
   */
  readonly headers?:
    | Headers
    | Iterable<readonly [name: string, value: string]>
    | Readonly<Record<string, string>>
    | undefined;
  /**
   * The limiter that keeps the rate limit; false for none. Clients that are given the same limiter share
   * its budget. Default: a {@link createLimiter} for this client alone.
   */
  readonly limiter?: Limiter | false | undefined;
  /** Listens to the client's events; its errors are ignored. Default: none. */
  readonly onEvent?: EventListener | undefined;
}

/**
 * The options of one call. Its `headers` are added to the client's and replace those of the same name;
 * its `onEvent` is called after the client's.
 */
export interface CallOptions extends Pick<ClientOptions, "headers" | "onEvent"> {
  /** As {@link ClientOptions.timeoutMs}, for this call. Default: the client's. */
  readonly timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with an {@link AbortedError}. */
  readonly signal?: AbortSignal | undefined;
}

/** The requirement of each option, in words and in code. */
type Checks<O> = {
  readonly [K in keyof Required<O>]: readonly [mustBe: string, is: (value: unknown) => boolean];
};

/** Headers that the client sets, and those of the connection, over which a `fetch` fails. */
const forbidden = `Authorization, Content-Type, Accept, ${fixedHeaderNames.join(", ")}, Connection, Keep-Alive, Expect, Transfer-Encoding, Upgrade, Content-Length, Host, TE, Trailer`;

const callChecks: Checks<CallOptions> = {
  signal: ["an AbortSignal", (value) => isObject(value) && typeof value.aborted === "boolean"],
  timeoutMs: ["a number of milliseconds, more than 0", (value) => isFrom(0, value) && value !== 0],
  headers: [
    `what \`new Headers()\` takes, without ${forbidden}`,
    (value) => value instanceof Headers && !forbidden.split(", ").some((name) => value.has(name)),
  ],
  onEvent: ["a function", isFunction],
};

const clientChecks: Checks<ClientOptions> = {
  locationId: [
    "the id of a location, without spaces",
    (value) => typeof value === "string" && /^\S+$/.test(value),
  ],
  token: [
    `${tokenRequirement}, or a function that gives one`,
    (value) => isFunction(value) || isToken(value),
  ],
  baseUrl: [
    `a URL such as ${contractBaseUrl}, without credentials, query or fragment`,
    (value) => typeof value === "string" && isPlainUrl(value),
  ],
  allowHttp: ["true or false", (value) => typeof value === "boolean"],
  fetch: ["a function", isFunction],
  timeoutMs: callChecks.timeoutMs,
  maxRetries: ["a whole number from 0 up", (value) => isFrom(0, value) && Number.isInteger(value)],
  maxWaitMs: ["a number of milliseconds from 0 up", (value) => isFrom(0, value)],
  headers: callChecks.headers,
  limiter: ["false or a function", (value) => value === false || isFunction(value)],
  onEvent: callChecks.onEvent,
};

/**
 * Checks a client's options, and adds the defaults.
 *
 * @throws TypeError that names the first bad option, and never shows the token.
 */
export function checkClientOptions(given: ClientOptions) {
  const options = checked("createClient", given, clientChecks, ["locationId", "token"]);
  const { baseUrl = contractBaseUrl, allowHttp = false, limiter = createLimiter() } = options;
  const { protocol, hostname } = new URL(baseUrl);
  const isLoopback = /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && (isLoopback || allowHttp))) {
    throw new TypeError(
      "createClient: `baseUrl` must be https, or http on a loopback host, unless `allowHttp` is true",
    );
  }
  return {
    ...options,
    baseUrl,
    // Looked up at each call, so that a replacement set later, such as a test's, is used.
    fetch: options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init)),
    timeoutMs: options.timeoutMs ?? 30_000,
    maxRetries: options.maxRetries ?? 2,
    maxWaitMs: options.maxWaitMs ?? 30_000,
    limiter: limiter === false ? unlimited : limiter,
  };
}

/** The options of a client, checked and with the defaults. */
export type CheckedClientOptions = ReturnType<typeof checkClientOptions>;

const unlimited: Limiter = (_key, send) => send();

/**
 * Checks the options of a call of a method.
 *
 * @throws TypeError that names the method and the first bad option.
 */
export function checkCallOptions(method: string, options?: CallOptions) {
  return options === undefined ? {} : checked(method, options, callChecks);
}

/** Options as the client uses them. */
type Checked<O> = Omit<O, "headers"> & {
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** A copy of the options, each read once: they may be inherited, or getters. */
function checked<O extends CallOptions>(
  caller: string,
  given: O,
  checks: Checks<O>,
  required: readonly string[] = [],
): Checked<O> {
  if (!isObject(given)) throw new TypeError(`${caller}: the options must be an object`);
  for (const name in given) {
    if (!Object.hasOwn(checks, name)) {
      const known = Object.keys(checks).join(", ");
      throw new TypeError(`${caller}: Unknown option \`${name}\`. Known: ${known}`);
    }
  }
  const options: Record<string, unknown> = {};
  for (const [name, [mustBe, is]] of Object.entries<Checks<O>[keyof O]>(checks)) {
    const isHeaders = name === "headers" && given[name] !== undefined;
    const value = isHeaders ? toHeaders(given[name]) : given[name];
    if (value === undefined ? required.includes(name) : !is(value)) {
      throw new TypeError(`${caller}: \`${name}\` must be ${mustBe}`);
    }
    options[name] = value instanceof Headers ? Object.fromEntries(value) : value;
  }
  return options as Checked<O>; // just checked
}

/** The headers; null for what makes none. */
function toHeaders(value: unknown): Headers | null {
  try {
    return new Headers(value as HeadersInit);
  } catch {
    return null;
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isFrom(least: number, value: unknown): value is number {
  return typeof value === "number" && value >= least && value <= maxTimerMs;
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text) || /[\s?#]/.test(text)) return false;
  const { username, password } = new URL(text);
  return username + password === "";
}
