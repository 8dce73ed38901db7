import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import {
  Agent,
  type Dispatcher,
  getGlobalDispatcher,
  interceptors,
  RetryAgent,
  setGlobalDispatcher,
} from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  created,
  makeClient,
  rawServer,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import { undiciFetch } from "./undici.js";

/** An interceptor that tells of nothing before the answer has ended. */
const holdingBack: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd() {},
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  });

/** A client that sends with undici. */
const clientOf = (url: string, overrides = {}) =>
  makeClient(url, { fetch: undiciFetch, ...overrides });

describe("a client with undiciFetch", () => {
  it("creates a collection, and sends what it sends with the platform's fetch", async () => {
    const server = await countingServer((response) => answer(response, 201));
    expect(await clientOf(server.url).createProductCollection(collection)).toEqual(created.data);
    await makeClient(server.url).createProductCollection(collection);
    const [withUndici, withFetch] = server.requests;
    expect(withUndici).toMatchObject({ body: withFetch?.body, path: withFetch?.path });
    for (const name of ["authorization", "version", "content-type", "accept", "user-agent"]) {
      expect([name, withUndici?.headers[name]]).toEqual([name, withFetch?.headers[name]]);
    }
    expect(withUndici?.headers).toHaveProperty("accept-encoding", "identity");
  });

  it("reads an answer whose body comes in pieces", async () => {
    const server = await countingServer(async (response) => {
      response.writeHead(201);
      for (const piece of JSON.stringify(created).match(/.{1,40}/g) ?? []) {
        response.write(piece);
        await new Promise(setImmediate);
      }
      response.end();
    });
    expect(await clientOf(server.url).createProductCollection(collection)).toEqual(created.data);
  });

  it("asks for the encoding that the caller names", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const headers = { "Accept-encoding": "br" };
    await clientOf(server.url, { headers }).createProductCollection(collection);
    expect(server.requests[0]?.headers).toHaveProperty("accept-encoding", "br");
  });

  const whole = JSON.stringify(created);
  it.each([
    ["gzip", gzipSync(whole)],
    ["X-GZIP", gzipSync(whole)],
    ["deflate", deflateSync(whole)],
    ["br", brotliCompressSync(whole)],
    ["gzip, br", brotliCompressSync(gzipSync(whole))],
    ["identity", whole],
    ["gzip, identity", gzipSync(whole)],
    ["gzip,", gzipSync(whole)],
    ["zip", whole],
    ["gzip, zip", whole],
  ])("loses no 201 to Content-Encoding: %s", async (encoding, body) => {
    const server = await countingServer((response) =>
      answer(response, 201, body, { "Content-Encoding": encoding }),
    );
    expect(await clientOf(server.url).createProductCollection(collection)).toEqual(created.data);
  });

  it.each([
    ["is cut off", "gzip", gzipSync(whole).subarray(0, 40)],
    ["is none", "br", "{}"],
    ["names what nobody knows", "gzip, zip", gzipSync(whole)],
  ])("keeps the status of a compressed answer that %s", async (_what, encoding, body) => {
    const server = await countingServer((response) =>
      answer(response, 422, body, { "Content-Encoding": encoding }),
    );
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { status: 422, mayHaveCreated: false },
    );
  });

  it("undoes no more than five codings, as a standard fetch does", async () => {
    const codings = (count: number) => {
      let body: Buffer = Buffer.from(whole);
      for (let i = 0; i < count; i++) body = gzipSync(body);
      return { body, encoding: Array(count).fill("gzip").join() };
    };
    const [five, six] = [codings(5), codings(6)];
    const server = await countingServer((response, _, count) => {
      const { body, encoding } = count === 1 ? five : six;
      answer(response, 201, body, { "Content-Encoding": encoding });
    });
    const client = clientOf(server.url);
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "UnexpectedResponseError",
      status: 201,
    });
  });

  it("reads no more than 1 MiB of what a small answer decompresses to, and hangs up", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 400 Bad Request\r\nContent-Encoding: gzip\r\n\r\n");
      socket.write(gzipSync(Buffer.alloc(2 ** 26)));
    });
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { status: 400, message: expect.stringContaining("more than 1 MiB") },
    );
    await server.hungUpOn();
  });

  it("holds little of an answer that decompresses to nothing, and never ends", async () => {
    const nothing = Buffer.concat(Array(3_000).fill(gzipSync("")));
    let written = 0;
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\n\r\n");
      const write = () => {
        while (!socket.destroyed && socket.write(nothing)) written += nothing.length;
        written += nothing.length;
      };
      socket.on("drain", write);
      write();
    });
    const client = clientOf(server.url, { timeoutMs: 300 });
    const before = process.memoryUsage.rss();
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "TimeoutError",
    });
    expect(written).toBeGreaterThan(0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 27);
    await server.hungUpOn();
  });

  it("reads on after a pause, whatever the sizes of what comes", async () => {
    const big = Buffer.alloc(40_000, " ");
    const server = await countingServer((response) => {
      response.writeHead(201);
      for (let i = 0; i < 20; i++) {
        response.write(big);
        for (let j = 0; j < 20; j++) response.write(" ");
      }
      response.end(JSON.stringify(created));
    });
    const init = { method: "POST", headers: {}, body: "{}", redirect: "manual" } as const;
    const { body } = await undiciFetch(server.url, init);
    let length = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (chunk.length > 1) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(length).toBe(20 * 40_020 + JSON.stringify(created).length);
  });

  it("waits for the answer that follows an interim one", async () => {
    const server = await countingServer((response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      answer(response, 201);
    });
    expect(await clientOf(server.url).createProductCollection(collection)).toEqual(created.data);
  });

  it("keeps headers that came twice", async () => {
    const server = await countingServer((response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.setHeader("X-Twice", ["one", "two"]);
      answer(response, 422, {});
    });
    const error = await rejection(clientOf(server.url).createProductCollection(collection));
    const { headers } = error as { headers: Headers };
    expect([headers.get("x-twice"), headers.getSetCookie()]).toEqual(["one, two", ["a=1", "b=2"]]);
  });

  it("follows no redirect, even with a dispatcher that does", async () => {
    const elsewhere = await countingServer((response) => answer(response, 201));
    const server = await countingServer((response) =>
      answer(response, 307, "", { Location: elsewhere.url }),
    );
    dispatchWith(new Agent().compose(interceptors.redirect({ maxRedirections: 5 })));
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { name: "UnexpectedResponseError", status: 307, mayHaveCreated: true },
    );
    expect(elsewhere.requests).toEqual([]);
  });

  it("sends with the dispatcher that the program has set", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const origins: unknown[] = [];
    dispatchWith(
      new Agent().compose((dispatch) => (options, handler) => {
        origins.push(options.origin);
        return dispatch(options, handler);
      }),
    );
    await clientOf(server.url).createProductCollection(collection);
    expect(origins).toEqual([server.url]);
  });

  it("sends nothing twice, whatever an interceptor does after a reset", async () => {
    let requests = 0;
    const server = await rawServer((socket) =>
      socket.once("data", () => {
        requests++;
        socket.destroy();
      }),
    );
    const again = { methods: ["POST" as const], minTimeout: 1, maxRetries: 2 };
    const dispatchers = [
      new Agent().compose(interceptors.retry(again)),
      new RetryAgent(new Agent(), again),
      new Agent().compose(holdingBack),
    ];
    for (const [index, dispatcher] of dispatchers.entries()) {
      dispatchWith(dispatcher);
      const error = await rejection(clientOf(server.url).createProductCollection(collection));
      expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true, attempts: 1 });
      expect(requests).toBe(index + 1);
    }
  });

  it("hangs up when the caller aborts, before a status has come", async () => {
    const server = await rawServer();
    const controller = new AbortController();
    const call = clientOf(server.url).createProductCollection(collection, {
      signal: controller.signal,
    });
    while (server.sockets.length === 0) await new Promise(setImmediate);
    controller.abort();
    expect(await rejection(call)).toMatchObject({ name: "AbortError", mayHaveCreated: true });
    await server.hungUpOn();
  });

  it("hangs up on a body that does not end", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{");
    });
    const call = clientOf(server.url, { timeoutMs: 1_000 }).createProductCollection(collection);
    expect(await rejection(call)).toMatchObject({ name: "TimeoutError", mayHaveCreated: true });
    await server.hungUpOn();
  });

  it("reads no more than 1 MiB", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
      const write = () => {
        while (!socket.destroyed && socket.write("x".repeat(65_536))) {}
      };
      socket.on("drain", write);
      write();
    });
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { status: 400, message: expect.stringContaining("more than 1 MiB") },
    );
    await server.hungUpOn();
  });

  it("keeps a status whose body breaks off", async () => {
    const server = await rawServer((socket) => {
      socket.end("HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 100\r\n\r\n{");
    });
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { status: 422, mayHaveCreated: false, message: expect.stringContaining("broke off") },
    );
  });

  it("sends again what never left, and nothing that may have", async () => {
    const refused = clientOf(`http://127.0.0.1:${await closedPort()}`, { maxRetries: 1 });
    expect(await rejection(refused.createProductCollection(collection))).toMatchObject({
      name: "ConnectionError",
      mayHaveCreated: false,
      attempts: 2,
    });
    const server = await rawServer((socket) => socket.once("data", () => socket.destroy()));
    expect(await rejection(clientOf(server.url).createProductCollection(collection))).toMatchObject(
      { name: "ConnectionError", mayHaveCreated: true, attempts: 1 },
    );
  });
});

it("whatever ends a connection before undici has sent the request, nothing was created", async () => {
  const server = await rawServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const client = clientOf(server.url.replace("http:", "https:"), { maxRetries: 0 });
  const error = await rejection(client.createProductCollection(collection));
  expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: false });
  expect(String(error)).toContain("ECONNRESET");
});

describe("undiciFetch without its signal", () => {
  it("hangs up when its body is destroyed", async () => {
    const server = await rawServer((socket) => {
      socket.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{");
    });
    const init = { method: "POST", headers: {}, body: "{}", redirect: "manual" } as const;
    const { body } = await undiciFetch(`${server.url}/`, init);
    if (typeof body !== "object" || body === null || !("destroy" in body)) throw new Error("None");
    if (typeof body.destroy === "function") body.destroy();
    await server.hungUpOn();
    expect(await rejection(new Response(body as never).text())).toMatchObject({
      message: "Hung up",
    });
  });
});

it("a request that was answered leaves no listener on its signal", async () => {
  const server = await countingServer((response) => answer(response, 201));
  const { signal } = new AbortController();
  await clientOf(server.url).createProductCollection(collection, { signal });
  const init = { method: "POST", headers: {}, body: "{}", redirect: "manual", signal } as const;
  const { body } = await undiciFetch(server.url, init);
  await new Response(body as never).text();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("says of a request that never left that it was not sent, and why", async () => {
  vi.resetModules();
  const { undiciFetch } = await import("./undici.js");
  const init = { method: "POST", headers: {}, body: "{}", redirect: "manual" } as const;
  const error = await rejection(undiciFetch(`http://127.0.0.1:${await closedPort()}`, init));
  expect(error).toMatchObject({
    message: "The request was not sent",
    neverSent: true,
    cause: { code: "ECONNREFUSED" },
  });
});

describe("before there is a connection", () => {
  it("an abort ends the call at once, and nothing is sent", async () => {
    const server = await rawServer(); // takes the connection, and never shakes hands
    dispatchWith(new Agent());
    const controller = new AbortController();
    const { signal } = controller;
    const init = { method: "POST", headers: {}, body: "{}", redirect: "manual", signal } as const;
    const call = undiciFetch(server.url.replace("http:", "https:"), init);
    while (server.sockets.length === 0) await new Promise(setImmediate);
    controller.abort("enough");
    expect(await rejection(call)).toBe("enough");
    expect(server.sockets[0]?.destroyed).toBe(false); // undici still waits for it
  });

  it("a call that was aborted is not sent once there is one", async () => {
    const server = await countingServer((response) => answer(response, 201));
    const agent = new Agent({ connections: 1 });
    dispatchWith(agent);
    const controller = new AbortController();
    const { signal } = controller;
    const init = { method: "POST", headers: {}, body: "{}", redirect: "manual" } as const;
    const before = undiciFetch(server.url, init);
    const call = undiciFetch(server.url, { ...init, signal });
    await Promise.resolve();
    controller.abort("enough");
    expect(await rejection(call)).toBe("enough");
    expect(await before).toMatchObject({ status: 201 });
    await undiciFetch(server.url, init);
    expect(server.requests).toHaveLength(2);
  });

  it("an abort while undici is loaded makes none", async () => {
    const server = await rawServer();
    dispatchWith(new Agent());
    const controller = new AbortController();
    const { signal } = controller;
    const init = { method: "POST", headers: {}, body: "{}", redirect: "manual", signal } as const;
    const call = undiciFetch(server.url.replace("http:", "https:"), init);
    controller.abort("enough");
    expect(await rejection(call)).toBe("enough");
    expect(server.sockets).toEqual([]);
  });
});

describe("without the package undici", () => {
  it("the subpath can be imported and required, and a call says what to install", async () => {
    const folder = mkdtempSync(join(tmpdir(), "without-undici-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await build({
      entryPoints: ["index", "undici"].map((name) =>
        fileURLToPath(new URL(`${name}.ts`, import.meta.url)),
      ),
      outdir: folder,
      bundle: true,
      external: ["undici"],
      format: "esm",
      platform: "node",
      logLevel: "error",
    });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(
      join(folder, "call.cjs"),
      `const { createClient } = require("./index.js");
       const { undiciFetch } = require("./undici.js");
       createClient({ locationId: "abc", token: ${JSON.stringify(token)}, fetch: undiciFetch })
         .createProductCollection(${JSON.stringify(collection)})
         .catch((error) => console.log(JSON.stringify(error)));`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--no-warnings",
      join(folder, "call.cjs"),
    ]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      name: "ConnectionError",
      message:
        "No answer from HighLevel (undiciFetch needs the package undici: npm install undici); nothing was created",
      mayHaveCreated: false,
      attempts: 1,
    });
  });
});

describe("where undici cannot be loaded, a call says what to install, and is made once", () => {
  const missing = Object.assign(new Error("Cannot find package 'undici'"), {
    code: "ERR_MODULE_NOT_FOUND",
  });

  it.each<[string, unknown, string]>([
    ["it is missing", missing, ""],
    ["it is broken", new Error("Unexpected token"), "; loading it failed: Unexpected token"],
  ])("%s", async (_, error, reason) => {
    // A factory that throws would have its error wrapped by Vitest, and so without its code.
    const thenKey = "then";
    vi.resetModules();
    vi.doMock("undici", () => ({ [thenKey]: () => Promise.reject(error) }));
    onTestFinished(() => {
      vi.doUnmock("undici");
      vi.resetModules();
    });
    const { undiciFetch } = await import("./undici.js");
    const client = makeClient("http://127.0.0.1:1", { fetch: undiciFetch });
    const notice = `undiciFetch needs the package undici: npm install undici${reason}`;
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "ConnectionError",
      message: `No answer from HighLevel (${notice}); nothing was created`,
      mayHaveCreated: false,
      attempts: 1,
      cause: { message: notice, code: "ERR_MODULE_NOT_FOUND" },
    });
  });
});

/** Sets undici's global dispatcher until the test has finished. */
function dispatchWith(dispatcher: ReturnType<Agent["compose"]>): void {
  const before = getGlobalDispatcher();
  setGlobalDispatcher(dispatcher);
  onTestFinished(() => {
    setGlobalDispatcher(before);
    return dispatcher.destroy();
  });
}
