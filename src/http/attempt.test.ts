import { execFile } from "node:child_process";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  deferred,
  type Handler,
  locationId,
  makeClient,
  rawServer,
  rejection,
  token,
} from "../../contract-tests/support/servers.js";
import { ConnectionError, createLimiter, type Fetch, TimeoutError } from "../index.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers(); // last, for the others put back what they found
});

const platform = globalThis.fetch;
const head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n";

/** Writes `text` again and again until the other side hangs up. */
function endless(socket: Socket, text: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(text)) {}
  };
  socket.on("drain", write);
  write();
}

/** The platform's fetch, which calls `reach` when the head of an answer is there. */
const fetchThatTells = (reach: () => void): Fetch => {
  return async (url, init) => {
    const response = await platform(url, init);
    reach();
    return response;
  };
};

describe("timeoutMs", () => {
  const silences: [string, (socket: Socket) => void, "head"?][] = [
    ["the head", () => {}],
    ["the rest of the head", (socket) => socket.write(head)],
    ["the body", (socket) => socket.write(`${head}Content-Length: 100\r\n\r\n`), "head"],
    ["the rest of the body", (socket) => socket.write(`${head}Content-Length: 9\r\n\r\n{`), "head"],
    [
      "the end of a body that trickles",
      (socket) => {
        socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
        const trickle = setInterval(() => socket.write("1\r\n{\r\n"), 5);
        socket.on("close", () => clearInterval(trickle));
      },
      "head",
    ],
    [
      "the head after informational answers",
      (socket) => {
        const trickle = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 5);
        socket.on("close", () => clearInterval(trickle));
      },
    ],
  ];

  it.each(silences)("ends the wait for %s, and hangs up", async (_, onRequest, until) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reached = deferred<void>();
    const server = await rawServer((socket) =>
      socket.once("data", () => {
        onRequest(socket);
        if (until === undefined) setImmediate(reached.resolve);
      }),
    );
    const fetch = until === "head" ? fetchThatTells(reached.resolve) : undefined;
    const client = makeClient(server.url, { fetch, timeoutMs: 5000 });
    const settled = vi.fn();
    const call = rejection(client.createProductCollection(collection)).finally(settled);
    await reached.promise;
    await vi.advanceTimersByTimeAsync(4999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    const error = await call;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ mayHaveCreated: true, attempts: 1 });
    expect(String(error)).toContain("5000 ms");
    await server.hungUpOn();
  });

  it("ends the wait for a connection", async () => {
    const server = await rawServer(); // no TLS will ever come from it
    const client = makeClient(server.url.replace("http:", "https:"), { timeoutMs: 50 });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toBeInstanceOf(TimeoutError);
  });

  it("can be given for one call", async () => {
    const server = await countingServer(() => {});
    const client = makeClient(server.url, { timeoutMs: 600_000 });
    const error = await rejection(client.createProductCollection(collection, { timeoutMs: 40 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(String(error)).toContain("40 ms");
  });

  it("begins anew with each attempt, and does not count the waits between", async () => {
    const server = await countingServer((response, _, count) => {
      if (count === 1) answer(response, 429, "", { "Retry-After": "0" });
      else answer(response, 201);
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const set = vi.spyOn(globalThis, "setTimeout");
    const call = makeClient(server.url, { timeoutMs: 12_345 }).createProductCollection(collection);
    await server.received(1);
    while (set.mock.calls.every(([, ms]) => ms !== 0)) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(0);
    await call;
    expect(set.mock.calls.filter(([, ms]) => ms === 12_345)).toHaveLength(2);
  });

  const deaf: Record<string, Fetch> = {
    "a fetch that never answers": () => new Promise(() => {}),
    "a fetch that takes no signal": (url, { signal, ...init }) => platform(url, init),
    "an answer whose body never ends": async () => new Response(new ReadableStream({})),
    "an answer without a stream whose text never comes": async () =>
      ({
        status: 201,
        headers: new Headers(),
        body: null,
        text: () => new Promise(() => {}),
      }) as never,
  };

  describe.each(Object.entries(deaf))("ends %s", (_, fetch) => {
    it("that is given as an option", async () => {
      const server = await countingServer((response) => response.writeHead(201).write("{"));
      const client = makeClient(server.url, { fetch, timeoutMs: 50 });
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toBeInstanceOf(TimeoutError);
    });

    it("that was put in place of the global one", async () => {
      const server = await countingServer((response) => response.writeHead(201).write("{"));
      const client = makeClient(server.url, { timeoutMs: 50 });
      vi.stubGlobal("fetch", fetch);
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toBeInstanceOf(TimeoutError);
    });
  });

  it.each(["before", "after"])(
    "hangs up on an answer that begins %s the time is up, although its fetch takes no signal",
    async (when) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const answered = deferred<void>();
      const asked = deferred<Socket>();
      const server = await rawServer((socket) => socket.once("data", () => asked.resolve(socket)));
      const fetch = fetchThatTells(answered.resolve);
      const client = makeClient(server.url, {
        fetch: (url, { signal, ...init }) => fetch(url, init),
      });
      const call = rejection(client.createProductCollection(collection));
      const begin = async () => {
        (await asked.promise).write(`${head}Content-Length: 100\r\n\r\n{`);
        await answered.promise;
      };
      await asked.promise;
      if (when === "before") await begin();
      await vi.advanceTimersByTimeAsync(30_000);
      expect(await call).toBeInstanceOf(TimeoutError);
      if (when === "after") await begin();
      await server.hungUpOn();
    },
  );
});

describe("a signal", () => {
  it.each([
    ["that has no limiter", false as const],
    ["that has a place at once", createLimiter()],
  ])("that is aborted already keeps a client %s from sending", async (_, limiter) => {
    const fetch = vi.fn<Fetch>();
    const signal = AbortSignal.abort({ why: "Never wanted" });
    const client = makeClient("http://127.0.0.1:1", { fetch, limiter });
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: false, attempts: 0 });
    expect(error).toHaveProperty("cause", signal.reason);
    expect(fetch).not.toHaveBeenCalled();
  });

  it("that the fetch itself aborts ends the call at once", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const controller = new AbortController();
    const { signal } = controller;
    const fetch: Fetch = () => {
      controller.abort();
      return new Promise(() => {});
    };
    const client = makeClient("http://127.0.0.1:1", { fetch });
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: true, attempts: 1 });
  });

  const body = "Content-Length: 100\r\n\r\n{";
  it.each<[string, string, boolean]>([
    ["before a status", "", true],
    ["in the body of a 201", `${head}${body}`, true],
    ["in the body of a 302", `HTTP/1.1 302 Found\r\n${body}`, true],
    ["in the body of a 500", `HTTP/1.1 500 Oops\r\n${body}`, true],
    ["in the body of a 404", `HTTP/1.1 404 Not Found\r\n${body}`, false],
    ["in the body of a 422", `HTTP/1.1 422 Unprocessable\r\n${body}`, false],
  ])("that aborts %s ends the call, which says whether it may have created", async (...given) => {
    const [when, text, mayHaveCreated] = given;
    const reached = deferred<void>();
    const server = await rawServer((socket) =>
      socket.once("data", () => {
        socket.write(text);
        if (text === "") reached.resolve();
      }),
    );
    const fetch = text === "" ? undefined : fetchThatTells(reached.resolve);
    const controller = new AbortController();
    const { signal } = controller;
    const client = makeClient(server.url, { fetch });
    const call = rejection(client.createProductCollection(collection, { signal }));
    await reached.promise;
    await new Promise(setImmediate); // the status has been read, whichever it is
    controller.abort(new Error(when));
    const error = await call;
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated, attempts: 1 });
    expect(error).toHaveProperty("cause", signal.reason);
    await server.hungUpOn();
  });

  it("whose event a listener of the caller's stops ends the call all the same", async () => {
    const server = await countingServer(() => controller.abort());
    const controller = new AbortController();
    const { signal } = controller;
    signal.addEventListener("abort", (event) => event.stopImmediatePropagation());
    const client = makeClient(server.url, { timeoutMs: 2 ** 31 - 1 });
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: true });
  });

  /** A signal as a page's or a polyfill's library makes it: no instance of any class of this realm. */
  function foreignSignal() {
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    };
    const abort = (reason: unknown) => {
      Object.assign(signal, { aborted: true, reason });
      for (const listener of listeners) listener();
    };
    return { signal: signal as unknown as AbortSignal, abort, listeners };
  }

  it("of another realm is taken, ends the call, and keeps no listener", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1 ? abort("The page was left") : answer(response, 201),
    );
    const { signal, abort, listeners } = foreignSignal();
    const client = makeClient(server.url);
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(error).toMatchObject({ name: "AbortError", mayHaveCreated: true, attempts: 1 });
    expect(error).toHaveProperty("cause", "The page was left");
    expect(listeners.size).toBe(0);
    const another = foreignSignal();
    await client.createProductCollection(collection, { signal: another.signal });
    expect(another.listeners.size).toBe(0);
    expect(server.requests).toHaveLength(2);
  });
});

describe("an answer that ends before its body does", () => {
  const cut =
    (status: number, headers = {}): Handler =>
    (response) => {
      response.writeHead(status, { "Content-Length": "100", ...headers });
      response.write('{"message":', () => response.socket?.destroy());
    };

  it.each([
    [201, true],
    [302, true],
    [503, true],
    [400, false],
    [401, false],
    [404, false],
    [422, false],
  ])("has its status all the same: a %i may have created: %s", async (status, mayHaveCreated) => {
    const server = await countingServer(cut(status));
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({
      name: "UnexpectedResponseError",
      status,
      mayHaveCreated,
      attempts: 1,
      body: '{"message":',
      message: expect.stringContaining("its body broke off"),
      cause: expect.any(Error),
    });
    expect(server.requests).toHaveLength(1);
  });

  it("and was a 429 is sent again", async () => {
    const server = await countingServer((response, request, count) =>
      count === 1
        ? cut(429, { "Retry-After": "0" })(response, request, count)
        : answer(response, 201),
    );
    expect(await makeClient(server.url).createProductCollection(collection)).toEqual(created.data);
    expect(server.requests).toHaveLength(2);
  });

  it("and was a 401 has its token replaced", async () => {
    const server = await countingServer((response, request, count) =>
      count === 1 ? cut(401)(response, request, count) : answer(response, 201),
    );
    const client = makeClient(server.url, { token: (rejected) => rejected ?? "stale-token" });
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      status: 401,
    });
    const renewing = makeClient(server.url, {
      token: (rejected) => (rejected ? "fresh-token" : "stale-token"),
    });
    await renewing.createProductCollection(collection);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    [422, "UnexpectedResponseError", false],
    [201, "TimeoutError", true],
    [500, "TimeoutError", true],
  ])("because time ran out: after a %i it is a %s", async (status, name, mayHaveCreated) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reached = deferred<void>();
    const server = await countingServer((response) =>
      response.writeHead(status, { "Content-Length": "100" }).write("{"),
    );
    const client = makeClient(server.url, { fetch: fetchThatTells(reached.resolve) });
    const call = rejection(client.createProductCollection(collection));
    await reached.promise;
    await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(30_000);
    const error = await call;
    expect(error).toMatchObject({ name, mayHaveCreated, attempts: 1 });
    if (name === "UnexpectedResponseError") {
      expect(error).toMatchObject({ status, cause: { name: "TimeoutError" } });
    }
  });
});

describe("an answer of more than 1 MiB", () => {
  const filler = "x".repeat(64 * 1024);
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, "x"));
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
  const floods: Record<string, (socket: Socket) => void> = {
    "that never ends": (socket) => {
      socket.write(chunked);
      endless(socket, `10000\r\n${filler}\r\n`);
    },
    "of a known length": (socket) => {
      socket.write(`${head}Content-Length: 99999999999\r\n\r\n`);
      endless(socket, filler);
    },
    "that is an error": (socket) => {
      socket.write(chunked.replace("201 Created", "422 Unprocessable Entity"));
      endless(socket, `10000\r\n${filler}\r\n`);
    },
    "once unpacked": (socket) => {
      socket.write(`${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length + 1}\r\n\r\n`);
      socket.write(bomb);
    },
  };

  it.each(Object.entries(floods))("%s is not read, and the server hung up on", async (_, flood) => {
    const server = await rawServer((socket) => socket.once("data", () => flood(socket)));
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ name: "UnexpectedResponseError", body: "x".repeat(1024) });
    expect(String(error)).toContain("1 MiB");
    await server.hungUpOn();
    expect(server.sockets[0]?.bytesWritten).toBeLessThan(64 * 1024 * 1024);
  });

  it("is refused from a platform that gives no stream too", async () => {
    const text = JSON.stringify({ ...created, filler: "x".repeat(2 * 1024 * 1024) });
    const response = { status: 201, headers: new Headers(), body: null, text: async () => text };
    const client = makeClient("http://127.0.0.1:1", { fetch: async () => response as never });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "UnexpectedResponseError", status: 201 });
  });

  it("is not what one of just 1 MiB is", async () => {
    const empty = JSON.stringify({ ...created, filler: "" });
    const filler = "x".repeat(1024 * 1024 - empty.length);
    const server = await countingServer((it) => answer(it, 201, { ...created, filler }));
    const client = makeClient(server.url);
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])(
    "%i is not followed, and no other origin sees a byte",
    async (status) => {
      const other = await rawServer();
      const server = await countingServer((response) =>
        answer(response, status, "Moved", { Location: `${other.url}/products/collections` }),
      );
      const error = await rejection(makeClient(server.url).createProductCollection(collection));
      expect(error).toMatchObject({ name: "UnexpectedResponseError", status, body: "Moved" });
      expect(String(error)).toContain("redirect");
      expect(server.requests).toHaveLength(1);
      expect(other.sockets).toHaveLength(0);
    },
  );
});

describe("a process", () => {
  /** Runs a script in a process of its own, to its end: what it printed. */
  async function run(contents: string, signal: AbortSignal): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
    });
    const running = promisify(execFile)(process.execPath, ["--input-type=module"], { signal });
    running.child.stdin?.end(outputFiles[0]?.text); // too long for an argument once Stryker is in it
    const { stdout, stderr } = await running;
    return (stdout + stderr).trim();
  }

  /** A script with a client of the server at `baseUrl`, and ways to call it. */
  const scriptFor = (baseUrl: string, script: string, options = "limiter: false") => `
    import { createClient, createLimiter } from "./src/index.ts";
    const options = ${JSON.stringify({ baseUrl, token, locationId })};
    const client = createClient({ ...options, ${options} });
    const create = (more) => client.createProductCollection(${JSON.stringify(collection)}, more);
    const creates = async (more) => create(more).then(({ slug }) => slug, ({ name }) => name);
    const soon = () => AbortSignal.timeout(100);
    ${script}`;

  it("exits by itself after its last call, whatever that came to, and nothing is logged", async ({
    signal,
  }) => {
    const server = await countingServer((response) => answer(response, 201));
    const headers = { "Retry-After": "25", "X-RateLimit-Remaining": "0" };
    const busy = await countingServer((it) => answer(it, 429, "", headers));
    const silent = await rawServer();
    const scripts: Record<string, string> = {
      success: scriptFor(server.url, "console.log(await creates());"),
      "success that nobody waits for": scriptFor(server.url, "creates().then(console.log);"),
      timeout: scriptFor(silent.url, "console.log(await creates({ timeoutMs: 50 }));"),
      abort: scriptFor(silent.url, "console.log(await creates({ signal: soon() }));"),
      "abort of a Retry-After": scriptFor(
        busy.url,
        `const controller = new AbortController();
        creates({ signal: controller.signal }).then(console.log);
        while (client.rateLimit === undefined) await new Promise(setImmediate);
        controller.abort();`,
      ),
      "abort of a wait for a place": scriptFor(
        server.url,
        "console.log(await creates()); console.log(await creates({ signal: soon() }));",
        "limiter: createLimiter({ limit: 1, intervalMs: 60_000 })",
      ),
      "no call": scriptFor(server.url, 'console.log("imported");'),
    };
    const results = Object.entries(scripts).map(async ([name, script]) => [
      name,
      await run(script, signal),
    ]);
    expect(Object.fromEntries(await Promise.all(results))).toEqual({
      success: collection.slug,
      "success that nobody waits for": collection.slug,
      timeout: "TimeoutError",
      abort: "AbortError",
      "abort of a Retry-After": "AbortError",
      "abort of a wait for a place": `${collection.slug}\nAbortError`,
      "no call": "imported",
    });
  });
});
