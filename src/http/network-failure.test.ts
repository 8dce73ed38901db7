import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { untrusted } from "../../contract-tests/support/certificate.js";
import { listenOnLoopback } from "../../contract-tests/support/listen.js";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  created,
  makeClient,
  rawServer,
  rejection,
} from "../../contract-tests/support/servers.js";
import type { Fetch } from "../index.js";
import { platformFetch } from "./fetch.js";
import { isNeverSent } from "./network-failure.js";

afterEach(() => {
  vi.restoreAllMocks();
});

const url = "https://api.example.com/products/collections";
const request = { url, fetch: platformFetch };

function failure(members: object, cause?: unknown): Error {
  return Object.assign(new Error("It failed", cause === undefined ? {} : { cause }), members);
}

describe("a failure is proof that the request was never sent", () => {
  it.each<[string, unknown, boolean]>([
    ["a name that does not resolve", { code: "ENOTFOUND", syscall: "getaddrinfo" }, true],
    ["a name server that does not answer", { code: "EAI_AGAIN", syscall: "getaddrinfo" }, true],
    ["a name that is not looked up", { code: "EMFILE", syscall: "getaddrinfo" }, true],
    ["a refused connection", { code: "ECONNREFUSED", syscall: "connect" }, true],
    ["a refused connection that names no system call", { code: "ECONNREFUSED" }, true],
    ["a host that cannot be reached", { code: "EHOSTUNREACH", syscall: "connect" }, true],
    ["a connection that took too long", { code: "ETIMEDOUT", syscall: "connect" }, true],
    ["undici's own time limit for it", { code: "UND_ERR_CONNECT_TIMEOUT" }, true],
    ["a certificate of another host", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }, true],
    ["a certificate that has expired", { code: "CERT_HAS_EXPIRED" }, true],
    ["a certificate of nobody known", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, true],
    ["a certificate signed by itself", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, true],
    ["no TLS version in common", { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" }, true],
    ["no cipher in common", { code: "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE" }, true],
    ["a port that fetch blocks", new Error("bad port"), true],
    ["a reset", { code: "ECONNRESET", syscall: "read" }, false],
    ["a broken pipe", { code: "EPIPE", syscall: "write" }, false],
    ["a time limit that names no system call", { code: "ETIMEDOUT" }, false],
    ["the other side's hang-up", { code: "UND_ERR_SOCKET" }, false],
    ["an answer that took too long", { code: "UND_ERR_HEADERS_TIMEOUT" }, false],
    [
      "a certificate that the server asks for",
      { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" },
      false,
    ],
    ["a TLS record that is none", { code: "ERR_SSL_WRONG_VERSION_NUMBER" }, false],
    ["no code at all", {}, false],
    ["a code that is not text", { code: 7 }, false],
    ["a text", "ECONNREFUSED", false],
    ["a list", ["ECONNREFUSED"], false],
    ["nothing", undefined, false],
    ["null", null, false],
  ])("%s: %o is %s", (_, thrown, expected) => {
    expect(isNeverSent(thrown, request)).toBe(expected);
    const inCause = new TypeError("fetch failed", { cause: thrown });
    expect(isNeverSent(inCause, request)).toBe(expected);
  });

  it("where every address failed so, and not where one did otherwise", () => {
    const refused = failure({ code: "ECONNREFUSED", syscall: "connect" });
    const reset = failure({ code: "ECONNRESET", syscall: "read" });
    const thrown = (errors: unknown[]) =>
      failure({}, Object.assign(new AggregateError(errors), { code: "ECONNREFUSED" }));
    expect(isNeverSent(thrown([refused, refused]), request)).toBe(true);
    expect(isNeverSent(thrown([refused, reset]), request)).toBe(false);
    expect(isNeverSent(thrown([]), request)).toBe(true);
  });

  it("unless it names another server: a tracer's request may have failed after ours", () => {
    const refused = { code: "ECONNREFUSED", syscall: "connect" };
    const timedOut = (attempted: string) =>
      Object.assign(new Error(`Connect Timeout Error (attempted ${attempted}, timeout: 10000ms)`), {
        code: "UND_ERR_CONNECT_TIMEOUT",
      });
    const unknown = { code: "ENOTFOUND", syscall: "getaddrinfo" };
    expect(isNeverSent(failure({ ...refused, port: 443 }), request)).toBe(true);
    expect(isNeverSent(failure({ ...refused, port: 4318 }), request)).toBe(false);
    expect(
      isNeverSent(failure({ ...refused, port: 8080 }), {
        ...request,
        url: "http://localhost:8080/",
      }),
    ).toBe(true);
    expect(
      isNeverSent(failure({ ...refused, port: 80 }), { ...request, url: "http://localhost/" }),
    ).toBe(true);
    expect(isNeverSent(failure({}, failure({ ...refused, port: 4318 })), request)).toBe(false);
    expect(isNeverSent(failure({ ...unknown, hostname: "api.example.com" }), request)).toBe(true);
    expect(isNeverSent(failure({ ...unknown, hostname: "collector" }), request)).toBe(false);
    expect(isNeverSent(timedOut("address: api.example.com:443"), request)).toBe(true);
    expect(isNeverSent(timedOut("addresses: 10.0.0.1:443, 10.0.0.2:443"), request)).toBe(true);
    expect(isNeverSent(timedOut("address: collector:4318"), request)).toBe(false);
    expect(isNeverSent(timedOut("address: collector:4430"), request)).toBe(false);
  });

  const refusedAt = (address: string) => failure({ code: "ECONNREFUSED", address });
  const hangUp = "Client network socket disconnected before secure TLS connection was established";

  it.each<[what: string, thrown: unknown, to: string, expected: boolean]>([
    ["an address that is the URL's", refusedAt("10.0.0.1"), "https://10.0.0.1/", true],
    ["an address that is not the URL's", refusedAt("10.0.0.2"), "https://10.0.0.1/", false],
    ["the URL's address, of version 6", refusedAt("::1"), "https://[::1]/", true],
    ["another address, of version 6", refusedAt("::2"), "https://[::1]/", false],
    ["an address of a name", refusedAt("10.0.0.1"), "https://1.example.com/", true],
    ["an address of a name that ends in a digit", refusedAt("10.0.0.1"), "https://node7/", true],
    [
      "a reset, beside an empty list of errors",
      failure({ code: "ECONNRESET", errors: [] }),
      url,
      false,
    ],
    [
      "lists of errors that nest too deep",
      [1, 2, 3, 4].reduce((error) => failure({ errors: [error] }), refusedAt("10.0.0.1")),
      url,
      false,
    ],
    [
      "a hang-up by the URL's host",
      failure({ message: hangUp, host: "api.example.com" }),
      url,
      true,
    ],
    ["a hang-up by another host", failure({ message: hangUp, host: "collector" }), url, false],
    ["words around a hang-up's", failure({ message: `${hangUp}!` }), url, false],
    ["words before a blocked port's", failure({ message: "a bad port" }), url, false],
    ["a message that is not text", failure({ message: ["bad port"] }), url, false],
    ["a code that ends like one", failure({ code: "X_ENOTFOUND" }), url, false],
    ["a code that begins like a refusal", failure({ code: "ECONNREFUSED_2" }), url, false],
    [
      "a code that begins like a timeout",
      failure({ code: "UND_ERR_CONNECT_TIMEOUT_2" }),
      url,
      false,
    ],
    ["a code that ends like a certificate's", failure({ code: "X_CERT_1" }), url, false],
    [
      "a code that begins like an alert's",
      failure({ code: "ERR_SSL_UNSUPPORTED_PROTOCOL_2" }),
      url,
      false,
    ],
    [
      "a certificate, of a server over http",
      failure({ code: "CERT_HAS_EXPIRED" }),
      "http://localhost/",
      false,
    ],
    [
      "one address of two with another port",
      failure({
        message:
          "Connect Timeout Error (attempted addresses: 10.0.0.1:443, 10.0.0.2:80, timeout: 1ms)",
        code: "UND_ERR_CONNECT_TIMEOUT",
      }),
      url,
      false,
    ],
    [
      "a chain of causes that is too long",
      failure({}, failure({}, failure({}, failure({}, refusedAt("10.0.0.1"))))),
      url,
      false,
    ],
  ])("or not, by what it says of the server and how it says it: %s", (_, thrown, to, expected) => {
    expect(isNeverSent(thrown, { ...request, url: to })).toBe(expected);
  });

  it("by a fetch of the caller's only where it says so itself", () => {
    const refused = { code: "ECONNREFUSED", syscall: "connect", port: 443 };
    const isProof = (members: object, fetch: Fetch) =>
      isNeverSent(failure(members, failure(members)), { url, fetch });
    const silent: Fetch = (url, init) => globalThis.fetch(url, init);
    const telling: Fetch = Object.assign(silent.bind(null), { tellsNeverSent: true as const });
    expect(isProof(refused, silent)).toBe(false);
    expect(isProof(refused, globalThis.fetch as Fetch)).toBe(false);
    expect(isProof({ ...refused, neverSent: true }, silent)).toBe(false);
    expect(isProof(refused, telling)).toBe(false);
    expect(isProof({ neverSent: "yes" }, telling)).toBe(false);
    expect(isProof({ neverSent: true }, telling)).toBe(true);
    expect(isNeverSent(failure({}, failure({ neverSent: true })), { url, fetch: telling })).toBe(
      false,
    );
    expect(isNeverSent(Object.create({ neverSent: true }), { url, fetch: telling })).toBe(false);
  });

  it("not where a cause that came before has the code, and the failure another", () => {
    const refused = failure({ code: "ECONNREFUSED", syscall: "connect" });
    expect(isNeverSent(failure({ code: "ECONNRESET", syscall: "read" }, refused), request)).toBe(
      false,
    );
  });

  it("also where it was made in another realm", () => {
    const thrown = runInNewContext(`
      const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" });
      new TypeError("fetch failed", { cause });`);
    expect(thrown).not.toBeInstanceOf(Error);
    expect(isNeverSent(thrown, request)).toBe(true);
    const all = runInNewContext(`
      new AggregateError([Object.assign(new Error("connect"), { code: "ECONNREFUSED" })]);`);
    expect(isNeverSent(all, request)).toBe(true);
  });

  it("never where it is a loop, or throws when it is read", () => {
    const loop = failure({});
    loop.cause = loop;
    const fail = () => {
      throw new Error("It throws when it is read");
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = [
      loop,
      failure({ errors: [loop] }),
      proxy,
      new Proxy({}, { get: fail, has: fail, getOwnPropertyDescriptor: fail }),
      Object.defineProperty({}, "code", { get: fail }),
      failure({}, proxy),
      failure({ errors: [proxy] }),
    ];
    expect(hostile.map((thrown) => isNeverSent(thrown, request))).toEqual(hostile.map(() => false));
  });
});

describe("a call says that nothing was created", () => {
  async function errorAt(baseUrl: string, fetch?: Fetch) {
    const client = makeClient(baseUrl, { maxRetries: 0, fetch });
    return rejection(client.createProductCollection(collection));
  }

  it("after a port that fetch blocks", async () => {
    const error = await errorAt("http://127.0.0.1:6000");
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
  });

  it("after a certificate that is not trusted, and the server got no request", async () => {
    let requests = 0;
    const server = createTlsServer(untrusted, () => requests++);
    onTestFinished(() => void server.close());
    const error = await errorAt(`https://localhost:${await listenOnLoopback(server)}`);
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
    expect(String(error)).toMatch(/self.signed/);
    expect(requests).toBe(0);
  });

  it("after a hang-up in the middle of the TLS handshake", async () => {
    const server = await rawServer((socket: Socket) => socket.once("data", () => socket.end()));
    const error = await errorAt(server.url.replace("http:", "https:"));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
  });

  it("after a TLS version that the server does not take", async () => {
    const old = { ...untrusted, maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" } as const;
    const server = createTlsServer({ ...old, minVersion: "TLSv1" });
    onTestFinished(() => void server.close());
    const error = await errorAt(`https://localhost:${await listenOnLoopback(server)}`);
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
  });

  it("after a refused connection whose error was made in another realm, and is sent again", async () => {
    const server = await countingServer((response) => answer(response, 201));
    vi.spyOn(globalThis, "fetch").mockImplementationOnce(async () => {
      throw runInNewContext(`
        const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
        new TypeError("fetch failed", { cause });`);
    });
    const client = makeClient(server.url);
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(server.requests).toHaveLength(1);
  });
});

describe("once the server has the request, no failure is taken for proof that it has not", () => {
  it("a tracer's, whose own request is refused", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const collector = `http://127.0.0.1:${await closedPort()}`;
    const fetch: Fetch = async (url, init) => {
      const response = await globalThis.fetch(url, init);
      await globalThis.fetch(collector, { method: "POST", body: `${response.status}` });
      return response;
    };
    const client = makeClient(server.url, { fetch });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  const refused = () =>
    Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
  const bodies: Record<string, () => object> = {
    "a web stream": () => new ReadableStream({ pull: () => Promise.reject(refused()) }),
    "an async iterable": () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(refused()) }),
    }),
    "a body that is not a stream, and whose text": () => ({}),
    "a stream that is read already": () => {
      const stream = new ReadableStream();
      stream.getReader();
      return stream;
    },
  };

  it.each(Object.entries(bodies))("%s that fails as a refused connection does", async (_, make) => {
    const server = await countingServer((response) => answer(response, 201));
    const fetch: Fetch = async (url, init) => {
      const { status, headers } = await globalThis.fetch(url, init);
      return { status, headers, body: make(), text: () => Promise.reject(refused()) };
    };
    const error = await rejection(
      makeClient(server.url, { fetch }).createProductCollection(collection),
    );
    expect(error).toMatchObject({
      name: "UnexpectedResponseError",
      status: 201,
      mayHaveCreated: true,
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });
});
