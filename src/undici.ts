import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Dispatcher } from "undici";
import type { FetchInit, FetchResponse } from "./http/fetch.js";
import { isObject } from "./http/is-object.js";

/** What sends a request. */
interface Sender {
  readonly dispatcher: Dispatcher;
  /** Whether nothing stands between it and us that may send by itself, or tell of it late. */
  readonly isDirect: boolean;
}

/** Gives what sends the next request. */
type SenderSource = () => Sender;

let loading: Promise<SenderSource> | undefined;

/**
 * undici without the web streams around it, as a `fetch` for `createClient` on Node.js: about half the
 * cost of `globalThis.fetch`.
 *
 * It needs the package `undici` (7 or 8), which it loads with the first request. Without it calls
 * reject with a `ConnectionError` that says what to install. A dispatcher that was handed to undici's
 * `setGlobalDispatcher`, such as a `ProxyAgent`, is used.
 *
 * Redirects are not followed, whatever the dispatcher does otherwise. Compressed answers are not asked
 * for (`Accept-Encoding: identity`, unless the headers have another); one that comes all the same is
 * decompressed if it is gzip, deflate or br. Time and size are bounded by the client alone: undici's
 * own timeouts for headers and body are off.
 */
export async function undiciFetch(
  url: string,
  { method, headers, body, signal }: FetchInit,
): Promise<FetchResponse> {
  loading ??= load();
  const { dispatcher, isDirect } = (await loading)();
  if (signal?.aborted) throw signal.reason;
  const { origin, pathname, search } = new URL(url);
  // Without a prototype: undici reads options that are not here.
  const options: Dispatcher.DispatchOptions = Object.assign(Object.create(null), {
    origin,
    path: pathname + search,
    method,
    headers: namesEncoding(headers) ? headers : { ...headers, "Accept-Encoding": "identity" },
    body,
    // For a dispatcher with undici's redirect interceptor.
    maxRedirections: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return new Promise((resolve, reject) => {
    // undici takes nothing back before it has a connection. It sends nothing then, either.
    let hangUp = reject;
    let hasStarted = false;
    let flow: Dispatcher.DispatchController | undefined;
    const incoming = createBody({
      destroy: () => hangUp(new Error("Hung up")),
      pause: () => flow?.pause(),
      resume: () => flow?.resume(),
    });
    const onAbort = () => hangUp(signal?.reason);
    signal?.addEventListener("abort", onAbort);

    function end(error?: Error): void {
      signal?.removeEventListener("abort", onAbort);
      incoming.end(error);
      // Changes nothing once a status has arrived.
      if (error !== undefined) reject(isDirect && !hasStarted ? neverSent(error) : error);
    }

    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        // An interceptor would send once more what may have been carried out.
        if (hasStarted) return controller.abort(new Error("An interceptor tried to send it again"));
        hasStarted = true;
        flow = controller;
        hangUp = (reason) => controller.abort(reason);
        if (signal?.aborted) onAbort();
      },
      onResponseStart(_, status, headers) {
        // Interim answers (1xx) come before the one that counts.
        if (status < 200) return;
        resolve({
          status,
          headers,
          body: decompressed(incoming.body, headers["content-encoding"]),
        });
      },
      onResponseData: (_, chunk) => incoming.add(chunk),
      onResponseEnd: () => end(),
      onResponseError: (_, error) => end(error),
    });
  });
}
/** An `Agent` or a `ProxyAgent` tells whether it has begun to send a request. */
undiciFetch.tellsNeverSent = true as const;

function namesEncoding(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === "accept-encoding");
}

const decoders = new Map([
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["deflate", () => createInflate()],
  ["br", () => createBrotliDecompress()],
]);

/** The body without the codings that its `Content-Encoding` names; as it is where one is not known. */
function decompressed(
  body: ReturnType<typeof createBody>["body"],
  encoding: string | readonly string[] | undefined,
) {
  const codings = [encoding ?? []]
    .flat()
    .join()
    .toLowerCase()
    .split(",")
    .map((it) => it.trim());
  const makers = codings
    .filter((it) => it !== "" && it !== "identity")
    .map((it) => decoders.get(it))
    .reverse(); // what was applied last is undone first
  // More than a standard fetch takes would cost time and memory.
  if (makers.length > 5 || makers.includes(undefined)) return body;
  const streams = makers.flatMap((make) => make?.() ?? []);
  const plain = streams.at(-1);
  if (plain === undefined) return body;
  pipeline([Readable.from(body), ...streams], () => {}); // who reads the last stream is told of an error
  // To hang up is to end what comes in, and with it the streams that read it.
  return { [Symbol.asyncIterator]: () => plain[Symbol.asyncIterator](), destroy: body.destroy };
}

/** Loads undici. Not at import, so that the package is needed by those alone who send with it. */
async function load(): Promise<SenderSource> {
  const { Agent, Dispatcher, ProxyAgent, getGlobalDispatcher } = await import("undici").catch(
    (error: unknown) => {
      throw notLoaded(error);
    },
  );
  const own = new Agent();
  const direct = [Agent.prototype.dispatch, ProxyAgent.prototype.dispatch];
  return () => {
    const global = getGlobalDispatcher();
    // Node.js may have put one of its own there, of another version that takes other handlers.
    const dispatcher = global instanceof Dispatcher ? global : own;
    return { dispatcher, isDirect: direct.includes(dispatcher.dispatch) };
  };
}

function notLoaded(error: unknown): Error {
  const { code, message } = isObject(error) ? error : {};
  const isMissing = code === "ERR_MODULE_NOT_FOUND";
  const reason = isMissing ? "" : `; loading it failed: ${message}`;
  const notice = new Error(`undiciFetch needs the package undici: npm install undici${reason}`);
  // Whatever the reason, no request would be sent if it were tried again.
  return Object.assign(notice, { neverSent: true, code: "ERR_MODULE_NOT_FOUND" });
}

/**
 * Says of a failure that it came before the request was sent. In an error of its own: undici gives one
 * to all requests of a connection.
 */
function neverSent(cause: Error): Error {
  return Object.assign(new Error("The request was not sent", { cause }), { neverSent: true });
}

/** How many bytes may wait to be read before no more are taken from the connection. */
const mostWaiting = 2 ** 18;

/** What a body does to the connection that it comes from. */
interface Connection {
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** A body to read as its chunks come in. */
function createBody({ destroy, pause, resume }: Connection) {
  const chunks: Uint8Array[] = [];
  let waiting = 0;
  let ended: { readonly error: Error | undefined } | undefined;
  let wake = () => {};

  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        const wasFull = waiting > mostWaiting;
        waiting -= chunk.length;
        // At last, for undici may add the next chunk at once.
        if (wasFull && waiting <= mostWaiting) resume();
        yield chunk;
      } else if (ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (ended.error !== undefined) {
        throw ended.error;
      } else {
        return;
      }
    }
  }

  return {
    body: { [Symbol.asyncIterator]: read, destroy },
    add(chunk: Uint8Array): void {
      chunks.push(chunk);
      waiting += chunk.length;
      if (waiting > mostWaiting) pause();
      wake();
    },
    end(error: Error | undefined): void {
      ended = { error };
      wake();
    },
  };
}
