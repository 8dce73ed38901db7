import { attempt } from "./attempt.js";
import type { Call } from "./call.js";
import { AbortedError, ConnectionError, HighLevelError, TimeoutError } from "./errors.js";
import type { Limiter } from "./limiter.js";
import type { Fetch } from "./options.js";
import type { PlainRequest, PlainResponse } from "./plain.js";
import { retryDelayMs } from "./retry.js";
import { sleep, timedOut, withTimeout } from "./time.js";
import type { Tokens } from "./token.js";

/** What the calls of a client share. */
interface Transport {
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
export function createTransport(transport: Transport) {
  return async (request: PlainRequest, call: Call): Promise<PlainResponse> => {
    try {
      return await sendWithRetries(request, call, transport);
    } catch (error) {
      // An attempt has made its own error; an abort between attempts left nothing created.
      if (!call.signal?.aborted || error instanceof HighLevelError) throw error;
      const { attempts, signal } = call;
      throw new AbortedError({ mayHaveCreated: false, attempts, cause: signal.reason });
    }
  };
}

async function sendWithRetries(
  request: PlainRequest,
  call: Call,
  { fetch, tokens, limiter, key, maxRetries, maxWaitMs }: Transport,
): Promise<PlainResponse> {
  const { signal, emit } = call;
  let token: string | undefined;
  let isRefreshed = false;
  let retries = 0;

  async function send(): Promise<PlainResponse> {
    signal?.throwIfAborted(); // a custom limiter may not listen to it
    // Asked for at the call's turn, so that the token cannot expire in the queue.
    token ??= await tokenWithTimeout(tokens.get(), call);
    signal?.throwIfAborted();
    return attempt(request, token, call, fetch);
  }

  async function sendInTurn(): Promise<PlainResponse> {
    let sent: Promise<PlainResponse> | undefined;
    const sendOnce = () => {
      sent = send();
      return sent;
    };
    const isRetry = call.attempts > 0;
    const onWait = (ms: number | undefined) =>
      emit?.({ type: "waiting", reason: "rate limit", ms });
    try {
      const answer = await limiter(key, sendOnce, { signal, isRetry, maxWaitMs, onWait });
      // The 429 of another call, whose body may have broken off, which is no failure of this one.
      return sent ? answer : { ...answer, text: () => answer.text().catch(() => "") };
    } catch (error) {
      // A custom limiter may reject at an abort while the request is in flight: its outcome counts.
      if (sent) return sent;
      throw error;
    }
  }

  for (;;) {
    signal?.throwIfAborted();
    const outcome = await sendInTurn().catch(connectionErrorOnly);
    if (outcome.status === 401 && token !== undefined && tokens.replace && !isRefreshed) {
      isRefreshed = true;
      emit?.({ type: "refreshing" });
      const another = await tokenWithTimeout(tokens.replace(token), call);
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
    if (outcome.status === 429 && limiter.holdsRefused) continue; // it waits, and reports the wait, there
    emit?.({ type: "waiting", reason: "retry", ms: delayMs });
    await sleep(delayMs, signal);
  }
}

/** Returns a failed connection, which may allow another attempt; any other error ends the call. */
function connectionErrorOnly(error: unknown): ConnectionError {
  if (error instanceof ConnectionError && !(error instanceof TimeoutError)) return error;
  throw error;
}

/** The provider's token, within the time limit. */
async function tokenWithTimeout(
  question: string | Promise<string>,
  { timeoutMs, signal, attempts }: Call,
): Promise<string> {
  if (typeof question === "string") return question;
  return withTimeout(() => question, timeoutMs, signal).catch((error: unknown) => {
    if (error !== timedOut) throw error;
    const failure = { mayHaveCreated: false, attempts };
    throw new TimeoutError(`The token provider gave no token within ${timeoutMs} ms`, failure);
  });
}
