import { AbortedError, ConnectionError, HighLevelError, TimeoutError } from "./errors.js";
import type { AttemptEvent, Emit } from "./events.js";
import type { Limiter } from "./limiter.js";
import type { Fetch } from "./options.js";
import { rateLimitIn } from "./rate-limit.js";
import { isNeverSent, isRefusal, retryDelayMs } from "./retry.js";
import type { Tokens } from "./token.js";

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
interface Answer extends Pick<Response, "ok" | "status" | "headers"> {
  text(): Promise<string>;
}

/** What the calls of a client share. */
interface Transport {
  readonly fetch: Fetch;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  /** What the limiter counts by. */
  readonly key: string;
  readonly maxRetries: number;
  readonly maxWaitMs: number;
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
 * Makes the `fetch` that openapi-fetch is given. It sends a request until there is an answer to give
 * back: again up to `maxRetries` times after what created nothing, and once with another token after a
 * 401.
 */
export function createTransport(transport: Transport) {
  return async (request: PlainRequest, call: Call): Promise<Answer> => {
    try {
      return await sendUntilAnswered(request, call, transport);
    } catch (error) {
      // An attempt under way says for itself what may have been created; outside of one nothing was.
      if (!call.signal?.aborted || error instanceof HighLevelError) throw error;
      const { attempts, signal } = call;
      throw new AbortedError({ mayHaveCreated: false, attempts, cause: signal.reason });
    }
  };
}

async function sendUntilAnswered(
  request: PlainRequest,
  call: Call,
  { fetch, tokens, limiter, key, maxRetries, maxWaitMs }: Transport,
): Promise<Answer> {
  const { signal, emit } = call;
  let token: string | undefined;
  let isRefreshed = false;
  let retries = 0;

  const sendInTurn = () =>
    limiter(
      key,
      async () => {
        signal?.throwIfAborted();
        // Asked for when it is the call's turn, so that it cannot expire in the queue.
        token ??= await answerOf(tokens.get(), call);
        return attempt(fetch, request, token, call);
      },
      {
        signal,
        isRetry: call.attempts > 0,
        maxWaitMs,
        onWait: (ms) => emit?.({ type: "waiting", reason: "rate limit", ms }),
      },
    );

  for (;;) {
    signal?.throwIfAborted();
    const outcome = await sendInTurn().catch(connectionErrorOnly);
    if (outcome.status === 401 && token !== undefined && tokens.replace && !isRefreshed) {
      isRefreshed = true;
      emit?.({ type: "refreshing" });
      const another = await answerOf(tokens.replace(token), call);
      if (another !== token) {
        token = another;
        continue;
      }
    }
    const delayMs = retries < maxRetries ? retryDelayMs(outcome, maxWaitMs, retries) : undefined;
    if (delayMs === undefined) {
      if (outcome instanceof ConnectionError) throw outcome;
      return outcome;
    }
    retries++;
    emit?.({ type: "waiting", reason: "retry", ms: delayMs });
    await sleep(delayMs, signal); // also where a limiter of the caller's knows nothing of 429s
  }
}

/** A failed connection, which may be worth another attempt; everything else ends the call. */
function connectionErrorOnly(error: unknown): ConnectionError {
  if (error instanceof ConnectionError && !(error instanceof TimeoutError)) return error;
  throw error;
}

/**
 * Sends once, and reads the answer to its end: so one time limit holds for both, a body that breaks off
 * keeps its status, and its size is bounded.
 */
async function attempt(
  fetch: Fetch,
  { url, init }: PlainRequest,
  token: string,
  call: Call,
): Promise<Answer> {
  const { timeoutMs, signal, emit } = call;
  const attempts = ++call.attempts;
  const startedAt = performance.now();
  const report = (outcome: Pick<AttemptEvent, "status" | "rateLimit" | "error">) =>
    emit?.({ type: "attempt", attempt: attempts, ms: performance.now() - startedAt, ...outcome });
  // A server may echo the token. A shorter one is a test's, and may be a word of the answer.
  const clean = (text: string) => (token.length < 8 ? text : text.replaceAll(token, "[token]"));
  let status: number | undefined;
  try {
    const answer = await inTime(
      async (signal) => {
        const headers = new Headers(init.headers);
        headers.set("Authorization", `Bearer ${token}`);
        const response = await fetch(url, { ...init, headers, redirect, signal });
        status = response.status;
        const text = clean(await textOf(response));
        return { ok: response.ok, status, headers: response.headers, text: async () => text };
      },
      timeoutMs,
      signal,
    );
    report({ status: answer.status, rateLimit: rateLimitIn(answer.headers) });
    return answer;
  } catch (thrown) {
    const mayHaveCreated = status === undefined ? !isNeverSent(thrown) : !isRefusal(status);
    const failure = { mayHaveCreated, attempts, status };
    const error = signal?.aborted
      ? new AbortedError({ ...failure, cause: signal.reason })
      : thrown === outOfTime
        ? new TimeoutError(`No complete answer within ${timeoutMs} ms`, failure)
        : new ConnectionError(`No complete answer: ${clean(reasonOf(thrown))}`, {
            ...failure,
            cause: copyOf(thrown, clean),
          });
    report({
      ...(status !== undefined && { status }),
      error: { name: error.name, message: error.message },
    });
    throw error;
  }
}

/**
 * How a redirect is refused. workerd knows no "error"; elsewhere "manual" makes fetch copy every request,
 * a sixth of a call on Node.js.
 */
const redirect = /* @__PURE__ */ takesError() ? "error" : "manual";

function takesError(): boolean {
  try {
    new Request("http://localhost", { redirect: "error" });
    return true;
  } catch {
    return typeof Request === "undefined";
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

/** The message of the cause at the bottom, or its code. */
function reasonOf(error: unknown): string {
  const { message, code, cause } = (error ?? {}) as Partial<Error & { code: string }>;
  return cause ? reasonOf(cause) : message || code || "the fetch failed";
}

/** A copy of an error and its causes without the token, which a platform's error may quote. */
function copyOf(error: unknown, clean: (text: string) => string): Error {
  const { name, message, code, stack, cause } = (error ?? {}) as Partial<Error & { code: string }>;
  const copy = new Error(
    clean(message ?? String(error)),
    cause ? { cause: copyOf(cause, clean) } : {},
  );
  return Object.assign(copy, name && { name }, stack && { stack: clean(stack) }, code && { code });
}

/** The token that the provider gives, in time. */
function answerOf(
  question: Promise<string>,
  { timeoutMs, signal, attempts }: Call,
): Promise<string> {
  return inTime(() => question, timeoutMs, signal).catch((error: unknown) => {
    if (error !== outOfTime) throw error;
    const failure = { mayHaveCreated: false, attempts };
    throw new TimeoutError(`The token provider gave no token within ${timeoutMs} ms`, failure);
  });
}

/** Waits, unless the signal aborts first. */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await inTime(() => new Promise(() => {}), ms, signal).catch((error: unknown) => {
    if (error !== outOfTime) throw error;
  });
}

/** What work that takes too long is rejected with. */
const outOfTime = /* @__PURE__ */ Symbol("out of time");

/**
 * Does the work, unless the time runs out or the caller aborts first. Then the signal that the work is
 * given aborts; a fetch or a token provider that does not listen to it is left alone.
 */
async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(outOfTime), ms);
  // A signal of this work alone: Node.js warns of a signal with many listeners.
  const either = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(either.reason);
  });
  either.addEventListener("abort", abort);
  try {
    return await Promise.race([work(either), aborted]);
  } finally {
    clearTimeout(timer);
    either.removeEventListener("abort", abort);
  }
}
