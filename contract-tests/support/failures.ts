// Every way in which a call may fail, each against a real server that keeps on record what it was
// sent and what it created. They run through any fetch.

import { createServer as createTlsServer } from "node:https";
import { onTestFinished, vi } from "vitest";
import type { CallOptions, ClientOptions } from "../../src/index.js";
import { untrusted } from "./certificate.js";
import { listenOnLoopback } from "./listen.js";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  created,
  type Handler,
  rawServer,
} from "./servers.js";

/** A failure under way. */
export interface Scene {
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
export interface Failure {
  readonly name: string;
  /** The `name` of the error. */
  readonly error: string;
  readonly mayHaveCreated: boolean;
  readonly attempts: number;
  readonly status?: number;
  /** The server's own words, which the error's message ends in. */
  readonly words?: string;
  readonly start: () => Promise<Scene>;
}

/** What a server does with a request: whether it creates the collection, and how it answers. */
type Deed = readonly [creates: boolean, answers: Handler];

/** A server that does the deeds one after the other, and the last again and again. */
async function serverThat(deeds: readonly Deed[]) {
  let createdCount = 0;
  const server = await countingServer((response, request, count) => {
    const deed = deeds[Math.min(count, deeds.length) - 1];
    if (deed?.[0]) createdCount++;
    deed?.[1](response, request, count);
  });
  const scene = {
    baseUrl: server.url,
    createdCount: () => createdCount,
    requestCount: () => server.requests.length,
  };
  return { ...server, scene };
}

/** Where no request can arrive, no server has anything on record. */
const unseen = { createdCount: () => 0 };

const words = "The slug is taken";
/** The words, and the token, which a server may send back anywhere. */
const says: Handler = (response, { headers }) => {
  const { authorization = "" } = headers;
  response.setHeader("X-Echo", authorization);
  response.setHeader("X-Request-Id", "1b9d");
  response.write(JSON.stringify({ message: words, echo: authorization }));
  response.end();
};
const withStatus =
  (status: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  (response, request, count) => {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    says(response, request, count);
  };

const busy = withStatus(429, { "Retry-After": "0" });

/** Sends the head and the beginning of a body, with the token in both, and no more. */
const begins =
  (status: number, then: "and hangs up" | "and is silent"): Handler =>
  (response, { headers }) => {
    response.writeHead(status, { "X-Echo": headers.authorization, "Content-Length": "9999" });
    response.write(`{"message":"${headers.authorization}`, () => {
      if (then === "and hangs up") response.socket?.destroy();
    });
  };

const raw =
  (text: (authorization: string) => string): Handler =>
  (response, { headers }) =>
    response.socket?.end(text(headers.authorization ?? ""));

const simply = (...deeds: Deed[]) => {
  return async () => (await serverThat(deeds)).scene;
};

const documented = [400, 401, 403, 422].map(
  (status): Failure => ({
    name: `a ${status}`,
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 1,
    status,
    words,
    start: simply([false, withStatus(status)]),
  }),
);

// Not 421, after which fetch itself sends a second time, on another connection (Fetch Standard).
const undocumented = [402, 404, 405, 408, 409, 410, 413, 415, 418, 451].map(
  (status): Failure => ({
    name: `a ${status}, which the contract does not know`,
    error: "UnexpectedResponseError",
    mayHaveCreated: false,
    attempts: 1,
    status,
    words,
    start: simply([false, withStatus(status)]),
  }),
);

const unclear = [200, 202, 203, 300, 301, 302, 303, 307, 308, 500, 501, 502, 503, 504, 599].flatMap(
  (status) =>
    [true, false].map(
      (creates): Failure => ({
        name: `a ${status} of a server that ${creates ? "created" : "did not create"} it`,
        error: "UnexpectedResponseError",
        mayHaveCreated: true,
        attempts: 1,
        status,
        words,
        start: simply([creates, withStatus(status, { Location: "/elsewhere" })]),
      }),
    ),
);

const brokenSuccesses = Object.entries<Handler>({
  "without a body": (it) => answer(it, 201, ""),
  "of half the JSON": (it) => answer(it, 201, JSON.stringify(created).slice(0, -2)),
  "of HTML": (it) => answer(it, 201, "<!doctype html>"),
  "without `data`": (it) => answer(it, 201, { id: 5 }),
  "with a list for `data`": (it) => answer(it, 201, { data: [created.data] }),
  "of more than 1 MiB": (it) => answer(it, 201, { ...created, filler: "x".repeat(2 ** 21) }),
  "that breaks off": begins(201, "and hangs up"),
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

const brokenRefusals = [400, 401, 403, 404, 422].flatMap((status) =>
  Object.entries<Handler>({
    "that breaks off": begins(status, "and hangs up"),
    "of more than 1 MiB": (it, { headers }) =>
      answer(it, status, `${headers.authorization}\n`.repeat(40_000)),
  }).map(
    ([name, handler]): Failure => ({
      name: `a ${status} ${name}`,
      error: "UnexpectedResponseError",
      mayHaveCreated: false,
      attempts: 1,
      status,
      start: simply([false, handler]),
    }),
  ),
);

const noAnswers = Object.entries<Handler>({
  "a reset": (it) => it.socket?.resetAndDestroy(),
  "a hang-up": (it) => it.socket?.destroy(),
  "a hang-up in the head": raw((it) => `HTTP/1.1 201 Created\r\nX-Echo: ${it}`),
  "an answer that is not HTTP": raw((it) => `220 mail ${it}\r\n`),
  "its own request for an answer": raw((it) => `POST / HTTP/1.1\r\nAuthorization: ${it}\r\n\r\n`),
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

/** A server whose last answer is not complete: `happens` once it got so far. */
async function silentAfter(
  deeds: readonly Deed[],
  when: "received" | "answered",
  happens: () => unknown,
): Promise<Scene> {
  const { scene, received } = await serverThat(deeds);
  return {
    ...scene,
    async act(answered) {
      await received(deeds.length);
      if (when === "answered") await answered;
      await new Promise(setImmediate); // what has arrived is read
      await happens();
    },
  };
}

function timeoutAfter(deeds: readonly Deed[], when: "received" | "answered"): Promise<Scene> {
  stopClock();
  return silentAfter(deeds, when, timeRunsOut);
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
    start: () => timeoutAfter([[true, begins(201, "and is silent")]], "answered"),
  },
  {
    name: "a 422 whose body stops",
    error: "UnexpectedResponseError",
    mayHaveCreated: false,
    attempts: 1,
    status: 422,
    start: () => timeoutAfter([[false, begins(422, "and is silent")]], "answered"),
  },
  {
    name: "a token provider that never answers",
    error: "TimeoutError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      stopClock();
      const { scene } = await serverThat([[true, (it) => answer(it, 201)]]);
      return {
        ...scene,
        options: { token: () => new Promise(() => {}) },
        act: async () => void (await timeRunsOut()),
      };
    },
  },
  {
    name: "a token provider that never answers after a 401",
    error: "TimeoutError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      stopClock();
      const { scene, received } = await serverThat([[false, withStatus(401)]]);
      return {
        ...scene,
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
async function abortedAfter(deeds: readonly Deed[], when: "received" | "answered") {
  const controller = new AbortController();
  const scene = await silentAfter(deeds, when, () => controller.abort());
  return { ...scene, callOptions: { signal: controller.signal } };
}

const aborts: readonly Failure[] = [
  {
    name: "an abort before the call",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { scene } = await serverThat([[true, (it) => answer(it, 201)]]);
      return { ...scene, callOptions: { signal: AbortSignal.abort() } };
    },
  },
  {
    name: "an abort while the call waits for its place",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { scene } = await serverThat([[true, (it) => answer(it, 201)]]);
      const controller = new AbortController();
      const waitForPlace = () => {
        setImmediate(() => controller.abort());
        return new Promise(() => {});
      };
      const { signal } = controller;
      return { ...scene, options: { limiter: { waitForPlace } }, callOptions: { signal } };
    },
  },
  {
    name: "an abort while the call waits for its token",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 0,
    async start() {
      const { scene } = await serverThat([[true, (it) => answer(it, 201)]]);
      const controller = new AbortController();
      const token = () => {
        setImmediate(() => controller.abort());
        return new Promise<string>(() => {});
      };
      return { ...scene, options: { token }, callOptions: { signal: controller.signal } };
    },
  },
  {
    name: "an abort while the call waits to be sent again",
    error: "AbortError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      const { scene } = await serverThat([[false, withStatus(429, { "Retry-After": "20" })]]);
      const controller = new AbortController();
      const onEvent: ClientOptions["onEvent"] = ({ type }) => {
        if (type === "waiting") setImmediate(() => controller.abort());
      };
      return { ...scene, callOptions: { signal: controller.signal, onEvent } };
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
    name: "a 429 that breaks off, three times",
    error: "ApiError",
    mayHaveCreated: false,
    attempts: 3,
    status: 429,
    async start() {
      const { scene } = await serverThat([[false, begins(429, "and hangs up")]]);
      return { ...scene, options: { maxWaitMs: 1 } };
    },
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
    error: "UnexpectedResponseError",
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
      const { scene } = await serverThat([
        [false, withStatus(401)],
        [false, withStatus(403)],
      ]);
      return {
        ...scene,
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
      const { scene } = await serverThat([[true, (it) => answer(it, 201)]]);
      return { ...scene, given: { ...collection, slug: "best sellers" } };
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
    name: "a certificate that is not trusted",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      let requests = 0;
      const server = createTlsServer(untrusted, () => requests++);
      onTestFinished(() => void server.close());
      const baseUrl = `https://localhost:${await listenOnLoopback(server)}`;
      return { baseUrl, options: { maxRetries: 0 }, createdCount: () => requests };
    },
  },
  {
    name: "a hang-up in the TLS handshake",
    error: "ConnectionError",
    mayHaveCreated: false,
    attempts: 1,
    async start() {
      const server = await rawServer((socket) => socket.once("data", () => socket.end()));
      const baseUrl = server.url.replace("http:", "https:");
      return { ...unseen, baseUrl, options: { maxRetries: 0 } };
    },
  },
];

/** Every failure. */
export const failures: readonly Failure[] = [
  ...documented,
  ...undocumented,
  ...unclear,
  ...brokenSuccesses,
  ...brokenRefusals,
  ...noAnswers,
  ...timeouts,
  ...aborts,
  ...retries,
  ...neverSent,
];
