import { execFile } from "node:child_process";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { attempt } from "./attempt.js";
import { ConnectionError, type Fetch, TimeoutError } from "./index.js";
import {
  answer,
  collection,
  countingServer,
  created,
  deferred,
  locationId,
  makeClient,
  rawServer,
  rejection,
  token,
} from "./testing/servers.js";

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
    expect(error).toMatchObject({ delivered: "unknown" });
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

it("an attempt whose signal is aborted already sends nothing", async () => {
  const fetch = vi.fn<Fetch>();
  const signal = AbortSignal.abort({ why: "Never wanted" });
  const request = { url: "http://127.0.0.1:1", method: "POST", headers: {}, body: "{}" };
  const error = await rejection(attempt(fetch, request, [token], { timeoutMs: 1000, signal }));
  expect(error).toBe(signal.reason);
  expect(fetch).not.toHaveBeenCalled();
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
  /** Runs a script in a process of its own: what it printed, or that it had to be killed. */
  async function run(script: string): Promise<string> {
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    try {
      const run = await promisify(execFile)(process.execPath, args, { timeout: 9000 });
      return (run.stdout + run.stderr).trim();
    } catch (error) {
      return `had to be killed: ${error}`;
    }
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

  it("exits by itself after its last call, whatever that came to, and nothing is logged", async () => {
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
      await run(script),
    ]);
    expect(Object.fromEntries(await Promise.all(results))).toEqual({
      success: collection.slug,
      "success that nobody waits for": collection.slug,
      timeout: "TimeoutError",
      abort: "TimeoutError", // the name of AbortSignal.timeout's reason
      "abort of a Retry-After": "AbortError",
      "abort of a wait for a place": `${collection.slug}\nTimeoutError`,
      "no call": "imported",
    });
  }, 20_000);
});
