import { AbortedError, ConnectionError, type HighLevelError, TimeoutError } from "./errors.js";
import type { AttemptEvent, Emit } from "./events.js";
import type { Fetch } from "./options.js";
import { rateLimitIn } from "./rate-limit.js";
import { isNeverSent, isRefusal } from "./retry.js";
import { inTime, outOfTime } from "./time.js";

/**
 * openapi-fetch's `Request`. The platform's costs a third of a call, nobody reads it, and it could be
 * sent only once.
 */
export class PlainRequest {
  constructor(
    readonly url: string,
    readonly init: RequestInit & { readonly headers: Headers },
  ) {}
}

/** A whole answer: what openapi-fetch reads of a `Response`. A new `Response` costs a tenth of a call. */
export interface Answer extends Pick<Response, "ok" | "status" | "headers"> {
  text(): Promise<string>;
}

/** A call under way. */
export interface Call {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly emit: Emit;
  /** How many requests it has sent. */
  attempts: number;
}

/**
 * Sends once, and reads the answer to its end: so one time limit holds for both, a body that breaks off
 * keeps its status, and its size is bounded.
 */
export async function attempt(
  { url, init }: PlainRequest,
  token: string,
  call: Call,
  fetch: Fetch,
): Promise<Answer> {
  const { timeoutMs, signal, emit } = call;
  const attempts = ++call.attempts;
  const startedAt = performance.now();
  const report = (outcome: Pick<AttemptEvent, "status" | "rateLimit" | "error">) =>
    emit?.({
      type: "attempt",
      attempt: attempts,
      ms: Math.round(performance.now() - startedAt),
      ...outcome,
    });
  // A server may echo the token. A shorter one is a test's, and may be a word of the answer.
  const clean = (text: string) => (token.length < 8 ? text : text.replaceAll(token, "[token]"));
  let status: number | undefined;
  try {
    const answer = await inTime(
      async (ownSignal) => {
        const headers = new Headers(init.headers);
        headers.set("Authorization", `Bearer ${token}`);
        redirect ??= supportedRedirect();
        const response = await fetch(url, { ...init, headers, redirect, signal: ownSignal });
        status = response.status;
        const text = clean(await textOf(response));
        return { ok: response.ok, status, headers: response.headers, text: async () => text };
      },
      timeoutMs,
      signal,
    );
    if (emit) report({ status: answer.status, rateLimit: rateLimitIn(answer.headers) });
    return answer;
  } catch (thrown) {
    const mayHaveCreated = status === undefined ? !isNeverSent(thrown) : !isRefusal(status);
    const failure = { mayHaveCreated, attempts, status };
    let error: HighLevelError;
    if (signal?.aborted) {
      error = new AbortedError({ ...failure, cause: signal.reason });
    } else if (thrown === outOfTime) {
      error = new TimeoutError(`No complete answer within ${timeoutMs} ms`, failure);
    } else {
      const cause = copyOf(thrown, clean);
      error = new ConnectionError(`No complete answer: ${reasonOf(cause)}`, { ...failure, cause });
    }
    const { name, message } = error;
    report({ ...(status !== undefined && { status }), error: { name, message } });
    throw error;
  }
}

/**
 * How a redirect is refused. workerd knows no "error"; elsewhere "manual" makes fetch copy every request,
 * a sixth of a call on Node.js.
 */
let redirect: "error" | "manual" | undefined;

/** Asked at the first attempt: the first `Request` loads all of Node.js's fetch, 20 ms of an import. */
function supportedRedirect(): "error" | "manual" {
  try {
    new Request("http://localhost", { redirect: "error" });
    return "error";
  } catch {
    return "manual";
  }
}

/** The most that is read of an answer. */
const maxBytes = 1024 * 1024;

async function textOf(response: Response): Promise<string> {
  // A fetch of the caller's may give no stream.
  const reader = response.body?.getReader?.();
  if (reader === undefined) return response.text();
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {});
      throw new Error("the answer is larger than 1 MiB");
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** A copy of an error and its causes without the token, which a platform's error may quote. */
function copyOf(error: unknown, clean: (text: string) => string): Error {
  const { name, message, code, stack, cause } = (error ?? {}) as Partial<Error & { code: string }>;
  const options = cause ? { cause: copyOf(cause, clean) } : {};
  const copy = new Error(clean(message ?? String(error)), options);
  return Object.assign(copy, name && { name }, code && { code }, stack && { stack: clean(stack) });
}

/** The message of the cause at the bottom, or its code. */
function reasonOf({ message, code, cause }: Error & { readonly code?: string }): string {
  return cause instanceof Error ? reasonOf(cause) : message || code || "the fetch failed";
}
