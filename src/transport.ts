import { type Answer, attempt, type Call, type PlainRequest } from "./attempt.js";
import { AbortedError, ConnectionError, HighLevelError, TimeoutError } from "./errors.js";
import type { Limiter } from "./limiter.js";
import type { Fetch } from "./options.js";
import { retryDelayMs } from "./retry.js";
import { inTime, outOfTime, sleep } from "./time.js";
import type { Tokens } from "./token.js";

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

/**
 * Makes the `fetch` that openapi-fetch is given. It sends a request until there is an answer to give
 * back: again up to `maxRetries` times after a failure that created nothing, and once with another token
 * after a 401.
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
  let notBefore = 0;

  async function send(): Promise<Answer> {
    // In the queue already, so that it goes before those that wait. A limiter may know nothing of 429s.
    await sleep(notBefore - performance.now(), signal);
    // Asked for when it is the call's turn, so that it cannot expire in the queue.
    token ??= await answerOf(tokens.get(), call);
    signal?.throwIfAborted();
    return attempt(request, token, call, fetch);
  }

  async function sendInTurn(): Promise<Answer> {
    let sent: Promise<Answer> | undefined;
    const sendOnce = () => {
      sent = send();
      return sent;
    };
    const isRetry = call.attempts > 0;
    const onWait = (ms: number | undefined) =>
      emit?.({ type: "waiting", reason: "rate limit", ms });
    try {
      return await limiter(key, sendOnce, { signal, isRetry, maxWaitMs, onWait });
    } catch (error) {
      // A limiter may leave at an abort, with a request under way: what the request comes to counts.
      if (sent) return sent;
      throw error;
    }
  }

  for (;;) {
    signal?.throwIfAborted(); // a limiter of the caller's may not listen to it
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
    notBefore = performance.now() + delayMs;
  }
}

/** A failed connection, which may be worth another attempt; everything else ends the call. */
function connectionErrorOnly(error: unknown): ConnectionError {
  if (error instanceof ConnectionError && !(error instanceof TimeoutError)) return error;
  throw error;
}

/** The token that the provider gives, in time. */
async function answerOf(
  question: string | Promise<string>,
  { timeoutMs, signal, attempts }: Call,
): Promise<string> {
  if (typeof question === "string") return question;
  return inTime(() => question, timeoutMs, signal).catch((error: unknown) => {
    if (error !== outOfTime) throw error;
    const failure = { mayHaveCreated: false, attempts };
    throw new TimeoutError(`The token provider gave no token within ${timeoutMs} ms`, failure);
  });
}
