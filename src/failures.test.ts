// The table of failures: every way in which a call may fail, each against a real server that keeps on
// record what it was sent and what it created.

import dns from "node:dns";
import type { ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { createProductCollection } from "../generated/operations.js";
import { type CallOptions, type ClientOptions, HighLevelError, type Limiter } from "./index.js";
import {
  closedPort,
  collection,
  countingServer,
  created,
  type Handler,
  listen,
  makeClient,
  rawServer,
  rejection,
  respond,
  token,
} from "./test-support/servers.js";

/** A failure under way. */
interface Setup {
  readonly baseUrl: string;
  readonly options?: Partial<ClientOptions>;
  readonly callOptions?: CallOptions;
  /** What to create, where that is the fault. */
  readonly given?: unknown;
  /** What happens while the call is under way; `answered` resolves when a status has arrived. */
  readonly act?: (answered: Promise<void>) => Promise<void>;
  /** How many collections the server has on record. */
  readonly createdCount: () => number;
  /** How many requests the server was sent; undefined where it cannot see them. */
  readonly requestCount?: () => number;
}

/** A way to fail. */
interface Failure {
  readonly name: string;
  /** The `name` of the error. */
  readonly error: string;
  readonly mayHaveCreated: boolean;
  readonly attempts: number;
  readonly status?: number;
  /** The server's own words, which the error's message ends in. */
  readonly words?: string;
  readonly start: () => Promise<Setup>;
}

/** What a server does with a request: whether it creates the collection, and how it responds. */
type Step = readonly [creates: boolean, responds: Handler];

/** A server that does the steps one after the other, and the last again and again. */
async function scriptedServer(steps: readonly Step[]) {
  let createdCount = 0;
  const server = await countingServer((response, request, count) => {
    const step = steps[Math.min(count, steps.length) - 1];
    if (step?.[0]) createdCount++;
    step?.[1](response, request, count);
  });
  const setup = {
    baseUrl: server.url,
    createdCount: () => createdCount,
    requestCount: () => server.requests.length,
  };
  return { ...server, setup };
}

/**
 * A certificate for localhost, signed by itself and valid for a hundred years. Its key is no secret:
 * nobody trusts it, and it protects nothing.
 */
const untrusted = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6byLjDF/XdcKBAGr
HsDNYWy39XyKfQpLK1uDAcxuJ/KhRANCAARCkNdZvon8xpkjtUFpb3MenLCF0V2L
rA2RnRLC6tfpduF/KMkA3a4i1+py5c03Uc+HumeBW8DNf59Fl/TOAPDy
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUWDC5M53kfoWlFWYmvl7EfP0yXPMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDIzNTUzN1oYDzIxMjYxMDMx
MjM1NTM3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARCkNdZvon8xpkjtUFpb3MenLCF0V2LrA2RnRLC6tfpduF/KMkA3a4i
1+py5c03Uc+HumeBW8DNf59Fl/TOAPDyo2kwZzAdBgNVHQ4EFgQUdk9vpYjj/YGI
8otKfMjHZH+7J6wwHwYDVR0jBBgwFoAUdk9vpYjj/YGI8otKfMjHZH+7J6wwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAPcZiSAfsh94xM0ureOHq0+0Tuy9t0byU6YImJNZimHhAiEAhOiKDBUg
YFmKSa+0+Qz9AUAlEnZQjSfH3UdQMhpXs8A=
-----END CERTIFICATE-----`,
};

/** A TLS server that keeps count of the requests, each of which creates the collection. */
async function tlsServer(
  options: ServerOptions,
  handler: (response: ServerResponse) => void = (it) => respond(it, 201),
  onConnection: (socket: Socket) => void = () => {},
): Promise<Setup> {
  let count = 0;
  const server = createTlsServer({ ...untrusted, ...options }, (request, response) => {
    count++;
    request.resume().on("end", () => handler(response));
  });
  server.on("connection", onConnection);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `https://127.0.0.1:${await listen(server)}`;
  return { baseUrl, createdCount: () => count };
}

/** Trusts every certificate for the time of a test. */
async function trusted(setup: Promise<Setup>): Promise<Setup> {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  vi.spyOn(process, "emitWarning").mockReturnValue(); // Node.js warns of that
  onTestFinished(() => void vi.unstubAllEnvs());
  return setup;
}

/** A server that is sent a TLS handshake, and does something else. */
async function rawTlsServer(onHandshake: (socket: Socket) => void): Promise<Setup> {
  const { port } = await rawServer((socket) => socket.once("data", () => onHandshake(socket)));
  return { ...unseen, baseUrl: `https://127.0.0.1:${port}` };
}

/** Where no request can arrive, no server has anything on record. */
const unseen = { createdCount: () => 0 };

const words = "The slug is taken";
/** Responds with the words, and with the token, which a server may echo. */
const withStatus =
  (status: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  (response, { headers: { authorization } }) =>
    respond(response, status, { message: words, echo: authorization }, headers);

const busy = withStatus(429, { "X-RateLimit-Interval-Milliseconds": "1" });

/** Sends the head and the beginning of a body, with the token in both, and no more. */
const begins =
  (
    status: number,
    then: "and hangs up" | "and is silent",
    more: Readonly<Record<string, string>> = {},
  ): Handler =>
  (response, { headers }) => {
    response.writeHead(status, { "Content-Length": "9999", ...more });
    response.write(`{"message":"${headers.authorization}`, () => {
      if (then === "and hangs up") response.socket?.destroy();
    });
  };

const raw =
  (text: (authorization: string) => string): Handler =>
  (response, { headers }) =>
    response.socket?.end(text(String(headers.authorization)));

const simply = (...steps: Step[]) => {
  return async () => (await scriptedServer(steps)).setup;
};

/** Which error a response becomes: the contract says. */
const errorNameOf = (status: number) =>
  status >= 300 && Object.hasOwn(createProductCollection.validateResponse, status)
    ? "ApiError"
    : "UnexpectedResponseError";

// Not 421, after which fetch itself sends a second time, on another connection (Fetch Standard).
const refusals = [400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 451].map(
  (status): Failure => ({
    name: `a ${status}`,
    error: errorNameOf(status),
    mayHaveCreated: false,
    attempts: 1,
    status,
    words,
    start: simply([false, withStatus(status)]),
  }),
);

const redirects = [301, 302, 303, 307, 308].map(
  (status): Failure => ({
    name: `a ${status} to another place`,
    error: "ConnectionError",
    mayHaveCreated: true,
    attempts: 1,
    start: simply([true, withStatus(status, { Location: "/elsewhere" })]),
  }),
);

// A gateway's 408 may hide a request that was carried out.
const unclear = [200, 202, 203, 300, 408, 500, 501, 502, 503, 504, 599].flatMap((status) =>
  [true, false].map(
    (creates): Failure => ({
      name: `a ${status} of a server that ${creates ? "created" : "did not create"} it`,
      error: errorNameOf(status),
      mayHaveCreated: true,
      attempts: 1,
      status,
      words,
      start: simply([creates, withStatus(status)]),
    }),
  ),
);

const brokenSuccesses = Object.entries<Handler>({
  "without a body": (it) => respond(it, 201, ""),
  "of half the JSON": (it) => respond(it, 201, JSON.stringify(created).slice(0, -2)),
  "of HTML": (it) => respond(it, 201, "<!doctype html>"),
  "without `data`": (it) => respond(it, 201, { id: 5 }),
  "with a list for `data`": (it) => respond(it, 201, { data: [created.data] }),
}).map(
  ([name, handler]): Failure => ({
    name: `a 201 ${name}`,
    error: "UnexpectedResponseError",
    mayHaveCreated: true,
    attempts: 1,
    status: 201,
    start: simply([true, handler]),
  }),
);

const brokenBodies = [201, 400, 401, 404, 422, 500].flatMap((status) =>
  Object.entries<Handler>({
    "that is truncated": begins(status, "and hangs up"),
    "of more than 1 MiB": (it, { headers }) =>
      respond(it, status, `${headers.authorization}\n`.repeat(40_000)),
  }).map(
    ([name, handler]): Failure => ({
      name: `a ${status} ${name}`,
      error: "ConnectionError",
      mayHaveCreated: status < 400 || status >= 500,
      attempts: 1,
      status,
      start: simply([status < 400 || status >= 500, handler]),
    }),
  ),
);

const noResponses = Object.entries<Handler>({
  "a reset": (it) => it.socket?.resetAndDestroy(),
  "a hang-up": (it) => it.socket?.destroy(),
  "a hang-up in the head": raw((it) => `HTTP/1.1 201 Created\r\nX-Echo: ${it}`),
  "a response that is not HTTP": raw((it) => `220 mail ${it}\r\n`),
  "its own request for a response": raw((it) => `POST / HTTP/1.1\r\nAuthorization: ${it}\r\n\r\n`),
  "a header that is none": raw((it) => `HTTP/1.1 201 Created\r\n${it} \0\r\n\r\n`),
  "headers without an end": raw((it) => `HTTP/1.1 201 Created\r\nA: ${it.repeat(9999)}\r\n\r\n`),
}).flatMap(([name, handler]) =>
  [true, false].map(
    (creates): Failure => ({
      name: `${name} from a server that ${creates ? "created" : "did not create"} it`,
      error: "ConnectionError",
      mayHaveCreated: true,
      attempts: 1,
      start: simply([creates, handler]),
    }),
  ),
);

/** Takes the clock in hand, so that `timeRunsOut` can move it on by what an attempt may take. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

const timeRunsOut = () => vi.advanceTimersByTimeAsync(30_000);

/** A server whose last response is not complete: `happens` once it got so far. */
async function silentAfter(
  steps: readonly Step[],
  when: "received" | "answered",
  happens: () => unknown,
): Promise<Setup> {
  const { setup, received } = await scriptedServer(steps);
  return {
    ...setup,
    async act(answered) {
      await received(steps.length);
      if (when === "answered") await answered;
      await new Promise(setImmediate); // what has arrived is read
      await happens();
    },
  };
}

function timeoutAfter(steps: readonly Step[], when: "received" | "answered"): Promise<Setup> {
  stopClock();
  return silentAfter(steps, when, timeRunsOut);
}

const timeouts: readonly Failure[] = [
  {
    name: "silence from a server that created it",
    error: "TimeoutError",
    mayHaveCreated: true,
    attempts: 1,
    start: () => timeoutAfter([[true, () => {}]], "received"),
  },
  {
    name: "a 201 whose body stops",
    error: "TimeoutError",
    mayHaveCreated: true,
    attempts: 1,
    status: 201,
    start: () => timeoutAfter([[true, begins(201, "and is silent")]], "answered"),
  },
  {
    name: "a 422 whose body stops",
    error: "TimeoutError",
    mayHaveCreated: false,
    attempts: 1,
    status: 422,
    start: () => timeoutAfter([[false, begins(422, "and is silent")]], "answered"),
  },
  {
    name: "a token provider that gives no token in time",
    error: "TimeoutError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      stopClock();
      const { setup } = await scriptedServer([[true, (it) => respond(it, 201)]]);
      return {
        ...setup,
        options: { token: () => new Promise(() => {}) },
        act: async () => void (await timeRunsOut()),
      };
    },
  },
  {
    name: "a 401 after which the token provider gives no token in time",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 1,
    status: 401,
    words,
    async start() {
      stopClock();
      const { setup, received } = await scriptedServer([[false, withStatus(401)]]);
      return {
        ...setup,
        options: {
          token: (rejected) => (rejected ? new Promise(() => {}) : "pit-of-the-provider-itself"),
          onEvent({ type }) {
            if (type === "refreshing") setImmediate(timeRunsOut);
          },
        },
        act: () => received(1),
      };
    },
  },
];

/** A call that is aborted when the server has received so many requests. */
async function abortedAfter(steps: readonly Step[], when: "received" | "answered", reason?: Error) {
  const controller = new AbortController();
  const setup = await silentAfter(steps, when, () => controller.abort(reason));
  return { ...setup, callOptions: { signal: controller.signal } };
}

const aborts: readonly Failure[] = [
  {
    name: "an abort before the call",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { setup } = await scriptedServer([[true, (it) => respond(it, 201)]]);
      return { ...setup, callOptions: { signal: AbortSignal.abort() } };
    },
  },
  {
    name: "an abort while the call waits for its turn",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { setup } = await scriptedServer([[true, (it) => respond(it, 201)]]);
      const controller = new AbortController();
      const { signal } = controller;
      const limiter: Limiter = (_key, _send, context) => {
        setImmediate(() => controller.abort());
        return new Promise((_, reject) => {
          context.signal?.addEventListener("abort", () => reject(context.signal?.reason));
        });
      };
      return { ...setup, options: { limiter }, callOptions: { signal } };
    },
  },
  {
    name: "an abort while the call waits for its token",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { setup } = await scriptedServer([[true, (it) => respond(it, 201)]]);
      const controller = new AbortController();
      const token = () => {
        setImmediate(() => controller.abort());
        return new Promise<string>(() => {});
      };
      return { ...setup, options: { token }, callOptions: { signal: controller.signal } };
    },
  },
  {
    name: "an abort while the call waits for another token",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      const { setup } = await scriptedServer([[false, withStatus(401)]]);
      const controller = new AbortController();
      const token = (rejected?: string) => {
        if (rejected === undefined) return "pit-old-token";
        setImmediate(() => controller.abort());
        return new Promise<string>(() => {});
      };
      return { ...setup, options: { token }, callOptions: { signal: controller.signal } };
    },
  },
  {
    name: "an abort while the call waits to be sent again",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      const { setup } = await scriptedServer([[false, withStatus(429, { "Retry-After": "20" })]]);
      const controller = new AbortController();
      const onEvent: ClientOptions["onEvent"] = ({ type }) => {
        if (type === "waiting") setImmediate(() => controller.abort());
      };
      return { ...setup, callOptions: { signal: controller.signal, onEvent } };
    },
  },
  {
    name: "an abort after the server created it",
    error: "AbortError",
    mayHaveCreated: true,
    attempts: 1,
    start: () => abortedAfter([[true, () => {}]], "received"),
  },
  {
    name: "an abort in the body of a 201",
    error: "AbortError",
    mayHaveCreated: true,
    attempts: 1,
    start: () => abortedAfter([[true, begins(201, "and is silent")]], "answered"),
  },
  {
    name: "an abort in the body of a 422",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 1,
    start: () => abortedAfter([[false, begins(422, "and is silent")]], "answered"),
  },
  {
    name: "an abort after which the caller's limiter leaves, while the server creates it",
    error: "AbortError",
    mayHaveCreated: true,
    attempts: 1,
    async start() {
      const setup = await abortedAfter([[true, () => {}]], "received");
      const limiter: Limiter = (_key, send, { signal }) =>
        Promise.race([
          send(),
          new Promise<never>((_, reject) => {
            signal?.addEventListener("abort", () => reject(new Error("left the queue")));
          }),
        ]);
      return { ...setup, options: { limiter } };
    },
  },
  {
    name: "an abort whose reason looks like a refused connection",
    error: "AbortError",
    mayHaveCreated: true,
    attempts: 1,
    start: () =>
      abortedAfter(
        [[true, () => {}]],
        "received",
        Object.assign(new Error("redis is gone"), { code: "ECONNREFUSED" }),
      ),
  },
  {
    name: "an abort after a 429, when the second request created it",
    error: "AbortError",
    mayHaveCreated: true,
    attempts: 2,
    start: () =>
      abortedAfter(
        [
          [false, busy],
          [true, () => {}],
        ],
        "received",
      ),
  },
];

const retries: readonly Failure[] = [
  {
    name: "a 429 three times",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 3,
    status: 429,
    words,
    start: simply([false, busy]),
  },
  {
    name: "a 429 that is truncated, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    status: 429,
    start: simply([
      false,
      begins(429, "and hangs up", { "X-RateLimit-Interval-Milliseconds": "1" }),
    ]),
  },
  {
    name: "a 429 of a spent day, that is truncated",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 1,
    status: 429,
    start: simply([false, begins(429, "and hangs up", { "X-RateLimit-Daily-Remaining": "0" })]),
  },
  {
    name: "a 429 that names a longer wait than the client has",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 1,
    status: 429,
    words,
    start: simply([false, withStatus(429, { "Retry-After": "3600" })]),
  },
  {
    name: "a 429 of a day's budget that is spent",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 1,
    status: 429,
    words,
    start: simply([false, withStatus(429, { "X-RateLimit-Daily-Remaining": "0" })]),
  },
  {
    name: "a 429 and then a 500 of a server that created it",
    error: errorNameOf(500),
    mayHaveCreated: true,
    attempts: 2,
    status: 500,
    words,
    start: simply([false, busy], [true, withStatus(500)]),
  },
  {
    name: "a 429 and then a hang-up of a server that created it",
    error: "ConnectionError",
    mayHaveCreated: true,
    attempts: 2,
    start: simply([false, busy], [true, (it) => it.socket?.destroy()]),
  },
  {
    name: "a 401 and then, with another token, a 403",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 2,
    status: 403,
    words,
    async start() {
      const { setup } = await scriptedServer([
        [false, withStatus(401)],
        [false, withStatus(403)],
      ]);
      return {
        ...setup,
        options: { token: (rejected) => `pit-${rejected ? "new" : "old"}-token` },
      };
    },
  },
];

const neverSent: readonly Failure[] = [
  {
    name: "a collection that breaks the contract",
    error: "InvalidRequestError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { setup } = await scriptedServer([[true, (it) => respond(it, 201)]]);
      return { ...setup, given: { ...collection, slug: "best sellers" } };
    },
  },
  {
    name: "a refused connection, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: async () => ({ ...unseen, baseUrl: `http://127.0.0.1:${await closedPort()}` }),
  },
  {
    name: "a certificate that is not trusted, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: () => tlsServer({}, (it) => respond(it, 201)),
  },
  {
    name: "a name look-up without a file descriptor to spare, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    async start() {
      const failed = { code: "EMFILE", syscall: "getaddrinfo" };
      vi.spyOn(dns, "lookup").mockImplementation(((...given: unknown[]) => {
        const callback = given.at(-1) as (error: Error) => void;
        callback(Object.assign(new Error("getaddrinfo EMFILE api.example"), failed));
      }) as never);
      return { ...unseen, baseUrl: "https://api.example" };
    },
  },
  {
    name: "a port that fetch refuses, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: async () => ({ ...unseen, baseUrl: "http://127.0.0.1:6000" }),
  },
  {
    name: "a hang-up in the TLS handshake, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: () => rawTlsServer((socket) => socket.end()),
  },
  {
    name: "a server without TLS, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: () => rawTlsServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
  },
  {
    name: "a TLS server without a common cipher, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: () => tlsServer({ maxVersion: "TLSv1.2", ciphers: "DHE-RSA-AES128-SHA256" }),
  },
  {
    name: "a TLS server without a common protocol, three times",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 3,
    start: () => tlsServer({ maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
  },
];

/** Failures over TLS that look like those after the request. */
const tls: readonly Failure[] = [
  {
    name: "a reset in the TLS handshake",
    error: "ConnectionError",
    mayHaveCreated: true,
    attempts: 1,
    start: () => rawTlsServer((socket) => socket.resetAndDestroy()),
  },
  {
    name: "a hang-up of a TLS server that created it",
    error: "ConnectionError",
    mayHaveCreated: true,
    attempts: 1,
    start: () => trusted(tlsServer({}, (it) => it.socket?.end())),
  },
  {
    name: "a reset of a TLS server that created it",
    error: "ConnectionError",
    mayHaveCreated: true,
    attempts: 1,
    async start() {
      const connections: Socket[] = [];
      const reset = () => connections.at(-1)?.resetAndDestroy();
      return trusted(tlsServer({}, reset, (socket) => connections.push(socket)));
    },
  },
];

/** Every failure. */
const failures: readonly Failure[] = [
  ...refusals,
  ...redirects,
  ...unclear,
  ...brokenSuccesses,
  ...brokenBodies,
  ...noResponses,
  ...timeouts,
  ...aborts,
  ...retries,
  ...neverSent,
  ...tls,
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // no jitter, and so no wait where none is named
});
afterEach(() => {
  vi.restoreAllMocks();
});

it.each(failures.map((failure) => [failure.name, failure] as const))(
  "after %s, the error says whether the collection may exist",
  async (_, failure) => {
    const setup = await failure.start();
    let tell = () => {};
    const answered = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const events: unknown[] = [];
    const client = makeClient(setup.baseUrl, {
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        tell();
        return response;
      },
      onEvent: (event) => events.push(event),
      ...setup.options,
    });
    const given = (setup.given ?? collection) as typeof collection;
    const call = rejection(client.createProductCollection(given, setup.callOptions));
    await setup.act?.(answered);
    const error = await call;
    if (!(error instanceof HighLevelError)) throw error;

    expect(error.name).toBe(failure.error);
    // The one promise: what the error says did not happen did not happen.
    if (!error.mayHaveCreated) expect(setup.createdCount()).toBe(0);
    expect(error.mayHaveCreated).toBe(failure.mayHaveCreated);
    expect(error.attempts).toBe(failure.attempts);
    expect(error.message).toMatch(/^\S.*\S$/); // one line
    if (setup.requestCount) expect(setup.requestCount()).toBe(failure.attempts);
    expect(setup.createdCount()).toBeLessThanOrEqual(1);

    const json = JSON.stringify(error);
    const shown = JSON.parse(json);
    expect(shown).toMatchObject({ name: failure.error, message: error.message });
    expect(shown.status).toBe(failure.status);
    if (failure.words) expect(error.message.endsWith(`: ${failure.words}`)).toBe(true);
    const texts = [
      json,
      String(error),
      error.stack,
      inspect(error, { depth: 9, showHidden: true }),
    ];
    for (const text of [...texts, JSON.stringify(events)]) {
      expect(text).not.toContain(token);
      expect(text).not.toMatch(/pit-(of|old|new)/);
    }
  },
);
