import { attempt } from "./attempt.js";
import type { Call } from "./call.js";
import { AbortedError, ConnectionError, HighLevelError, TimeoutError } from "./errors.js";
import type { Limiter } from "./limiter.js";
import type { Fetch } from "./options.js";
import type { PlainRequest, PlainResponse } from "./plain.js";
import { redactIfNeeded } from "./redact.js";
import { retryDelayMs } from "./retry.js";
import { sleep, timedOut, withTimeout } from "./time.js";
import type { Tokens } from "./token.js";

/** What the calls of a client share. */
interface TransportOptions {
  readonly fetch: Fetch;
  readonly tokens: Tokens;
  readonly limiter: Limiter;
  /** The limiter's key: the location and the server. */
  readonly key: string;
  readonly maxRetries: number;
  readonly maxWaitMs: number;
}

/**
 * Makes the `fetch` for openapi-fetch. It sends a request again up to `maxRetries` times after a failure
 * that created nothing, and once with another token after a 401.
 */
export function createTransport(options: TransportOptions) {
  return async (request: PlainRequest, call: Call): Promise<PlainResponse> => {
    try {
      return await deliver(request, call, options);
    } catch (error) {
      // An attempt has made its own error; an abort between attempts left nothing created.
      if (call.signal?.aborted && !(error instanceof HighLevelError)) {
        throw new AbortedError({ ...call, mayHaveCreated: false, cause: call.signal.reason });
      }
      // openapi-fetch takes a rejection with undefined for a response.
      throw error || new TypeError(`The token provider or the limiter rejected with ${error}`);
    }
  };
}

/** Sends the request, and again where that can create nothing twice. */
async function deliver(
  request: PlainRequest,
  call: Call,
  { fetch, tokens, limiter, key, maxRetries, maxWaitMs }: TransportOptions,
): Promise<PlainResponse> {
  const { signal, emit } = call;
  let token: string | undefined;
  let sentAt = -1; // nothing yet
  let isRefreshed = false;
  let retries = 0;
  let sent: Promise<PlainResponse> | undefined;
  let outcome: PlainResponse | ConnectionError | undefined;

  async function authorize(): Promise<PlainResponse> {
    signal?.throwIfAborted(); // a custom limiter may not listen to it
    // Asked for at the call's turn, so that the token cannot expire in the queue.
    token ??= await tokenWithTimeout(tokens.get(), call);
    sentAt = performance.now();
    return attempt(request, token, call, fetch).catch((error: HighLevelError) => {
      if (!error.mayHaveCreated) sentAt = -1;
      throw error;
    });
  }

  /** Lets the limiter decide when to send the request, once. */
  async function enqueue(): Promise<PlainResponse> {
    sent = undefined;
    sentAt = -1;
    const send = () => {
      sent ??= authorize();
      return sent;
    };
    const context = {
      signal,
      isRetry: call.attempts > 0,
      maxWaitMs,
      onWait: (ms: number | undefined) => emit?.({ type: "waiting", reason: "rate limit", ms }),
      wasSent: () => sentAt >= 0,
    };
    const queued = () => limiter(key, send, context);
    try {
      const response = await (signal ? withTimeout(queued, Infinity, signal) : queued());
      if (sent) return sent; // whatever the limiter made of it
      if (response === outcome) return response;
      // The 429 of another call, whose body may be truncated, which is no failure of this one.
      return { ...response, text: () => response.text().catch(() => "") };
    } catch (error) {
      // The call was aborted, or a custom limiter left, while the request is in flight: its outcome counts.
      if (sent) return sent;
      throw error;
    }
  }

  /** Asks for another token after a 401, once; undefined if the 401 stands. */
  async function refresh(rejected: string): Promise<string | undefined> {
    const renew = tokens.reject?.(rejected, sentAt); // also of a refreshed token, which is over then
    if (renew === undefined || isRefreshed) return undefined;
    isRefreshed = true;
    emit?.({ type: "refreshing" });
    const another = await tokenWithTimeout(renew(), call);
    return another === rejected ? undefined : another;
  }

  for (;;) {
    signal?.throwIfAborted();
    outcome = await enqueue().catch(connectionErrorOnly);
    if (outcome.status === 401 && token) {
      try {
        const another = await refresh(token);
        if (another === undefined) break;
        token = another;
        continue;
      } catch (cause) {
        signal?.throwIfAborted();
        // The server's words say more than the provider's.
        Object.assign(outcome, { cause: redactIfNeeded(cause, call) });
        break;
      }
    }
    const isHeld = outcome.status === 429 && limiter.holdsRefused; // it delays the call, and reports that
    if (isHeld && !sent) break; // the limiter gave it the 429 of another call
    const delayMs = isHeld ? 0 : retryDelayMs(outcome, maxWaitMs, retries);
    if (delayMs === undefined || retries++ >= maxRetries) break;
    if (isHeld) continue;
    emit?.({ type: "waiting", reason: "retry", ms: delayMs });
    await sleep(delayMs, signal);
  }
  if (outcome instanceof ConnectionError) throw outcome;
  return outcome;
}

/** Returns a failed connection, which may allow another attempt; any other error ends the call. */
function connectionErrorOnly(error: unknown): ConnectionError {
  if (error instanceof ConnectionError && !(error instanceof TimeoutError)) return error;
  throw error;
}

/** The provider's token, within the time limit. */
async function tokenWithTimeout(token: string | Promise<string>, call: Call): Promise<string> {
  if (typeof token === "string") return token;
  const { timeoutMs, signal } = call;
  return withTimeout(() => token, timeoutMs, signal).catch((error: unknown) => {
    if (error !== timedOut) throw error;
    const failure = { ...call, mayHaveCreated: false };
    throw new TimeoutError(`The token provider gave no token within ${timeoutMs} ms`, failure);
  });
}
