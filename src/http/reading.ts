import type { Fetch, FetchInit, RequestParts } from "./fetch.js";
import { hasMethod } from "./has-method.js";
import { type HeaderPairs, pairsOf } from "./headers.js";
import { usable } from "./usable-signal.js";

/** A request that is under way. */
export interface Reading {
  /** Resolves when the body ended or was too large; rejects with what the fetch or the body threw. */
  readonly ended: Promise<"whole" | "too large">;
  /** Status and headers, once they have arrived. */
  head(): { readonly status: number; readonly headers: HeaderPairs } | undefined;
  /** As much of the body as has come, at most 1 MiB and a chunk. */
  content(): string;
  /** Hangs up, also on an answer that is yet to come. */
  cancel(): void;
}

/** The most that is read of an answer. */
const maxAnswerBytes = 1024 * 1024;
/** So often a body is read before timers have their turn. */
const readsInARow = 1_000;

/**
 * Calls the fetch and reads what it answers with, by asking for what is needed of it: under Jest, in
 * a worker or with another package's fetch nothing is an instance of this realm's classes.
 */
export function startReading(
  fetch: Fetch,
  url: string,
  request: RequestParts,
  signal: AbortSignal,
): Reading {
  let head: ReturnType<Reading["head"]>;
  let isCancelled = false;
  let hangUp: () => unknown = () => {};
  let text = "";
  let bytes = 0;
  const chunks: Uint8Array[] = [];

  /** Reads to the end of the body, and tells whether there was room for it. */
  async function readAll(next: () => Promise<{ done?: boolean | undefined; value?: unknown }>) {
    for (let reads = 1; !isCancelled; reads++) {
      const { done, value } = await next();
      if (done) break;
      const added = bytesOf(value);
      bytes += added.byteLength;
      if (added.byteLength > 0) chunks.push(added);
      if (bytes > maxAnswerBytes) return "too large";
      // A source that always has more at hand must not keep the timers waiting.
      if (reads % readsInARow === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return "whole";
  }

  async function read(): Promise<"whole" | "too large"> {
    // Without a prototype: what stands on Object.prototype is not an option of a fetch.
    const init: FetchInit = Object.assign(Object.create(null), request, {
      redirect: "manual",
      ...usable(signal),
    });
    const response = await fetch(url, init);
    const { status } = response;
    if (!Number.isInteger(status)) throw new TypeError("The fetch gave no response");
    // The status counts, whatever comes of the rest.
    head = { status, headers: pairsOf(response) };
    const { body } = response;
    // jsdom has no TextDecoder, and text() brings one.
    const canDecode = globalThis.TextDecoder !== undefined;

    if (canDecode && hasReader(body)) {
      const reader = body.getReader();
      hangUp = () => reader.cancel();
      if (isCancelled) cancel();
      return readAll(() => reader.read());
    }
    if (canDecode && isAsyncIterable(body)) {
      const iterator = body[Symbol.asyncIterator]();
      hangUp = () => (canDestroy(body) ? body.destroy() : iterator.return?.());
      if (isCancelled) cancel();
      return readAll(() => iterator.next());
    }
    const whole = String((await response.text?.()) ?? (typeof body === "string" ? body : ""));
    text = whole.slice(0, maxAnswerBytes);
    return text === whole ? "whole" : "too large";
  }

  function cancel(): void {
    isCancelled = true;
    (async () => hangUp())().catch(() => {});
  }

  return {
    ended: read(),
    head: () => head,
    content: () => (chunks.length > 0 ? decoded(chunks, bytes) : text),
    cancel,
  };
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (ArrayBuffer.isView(chunk)) {
    // Copied: a source may use its buffer again.
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
  }
  throw new TypeError("The body of the answer holds something other than bytes");
}

/** The text of all chunks together: decoding them one by one uses a slower decoder. */
function decoded(chunks: readonly Uint8Array[], bytes: number): string {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return new TextDecoder().decode(all);
}

interface WebStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: unknown }>;
    cancel(): Promise<unknown>;
  };
}

function hasReader(body: unknown): body is WebStream {
  return hasMethod(body, "getReader");
}

function isAsyncIterable(body: unknown): body is AsyncIterable<unknown> {
  return hasMethod(body, Symbol.asyncIterator);
}

function canDestroy(body: unknown): body is { destroy(): unknown } {
  return hasMethod(body, "destroy");
}
