import { type Answer, isAnswer } from "./answer.js";
import { attempt, type OutgoingRequest } from "./attempt.js";
import type { BudgetNews } from "./budget.js";
import { unauthorized } from "./documented.js";
import { AbortedError, ConnectionError, HighLevelError, outcomeInWords } from "./errors.js";
import type { Emit, HttpEvent } from "./events.js";
import type { Fetch } from "./fetch.js";
import { plainHeaders } from "./headers.js";
import type { Places } from "./place.js";
import { BudgetSpent } from "./queue.js";
import { getReady, type Ready } from "./ready.js";
import { createRedact, type Redact } from "./redact.js";
import { retryDelayMs } from "./retry.js";
import type { Tokens } from "./token.js";
import { sleep } from "./wait.js";

/** What a client sends with. */
export interface Transport {
  readonly fetch: Fetch;
  readonly tokens: Tokens;
  readonly places: Places;
  /** Told of every answer, those included that are not the last. */
  readonly onAnswer: (answer: Answer) => void;
}

/** What a caller adds to a request, what bounds it, and who hears of it. */
export interface Call {
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxWaitMs: number;
  /** What the caller sends with every request, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly emit: Emit<HttpEvent>;
}

/** Sends a request, with the caller's headers and the token, until there is an answer to give back. */
export type Send = (request: OutgoingRequest, call: Call) => Promise<Answer>;

/** What a limiter is told of a request that was sent and not answered. */
const noAnswer = { status: 0, rateLimit: undefined, retryAfterMs: undefined };

/**
 * Makes the `fetch` that openapi-fetch is given: the loop over attempts. It sends once more with
 * another token after a 401, and up to `maxRetries` times more after what provably created nothing.
 */
export function createSend(transport: Transport): Send {
  const { places, onAnswer } = transport;
  let latest: { readonly token: string; readonly redact: Redact } | undefined;

  /** Most calls send one token, and the same as the call before. */
  function redactFor(sent: readonly string[]): Redact {
    const [token = "", ...more] = sent;
    if (more.length > 0) return createRedact(sent);
    if (latest?.token !== token) latest = { token, redact: createRedact(sent) };
    return latest.redact;
  }

  return async function send(request, call) {
    const { signal, emit } = call;
    /** Every token that the call has sent: none may come back. */
    const sent: string[] = [];
    let ready: Partial<Ready> = {};
    let isUnderWay = false;
    try {
      if (signal?.aborted) throw signal.reason;
      for (let retries = 0; ; ) {
        const { held, place } = await getReady(
          transport,
          { ...call, attempts: sent.length },
          ready,
        );
        ready = { held, place };
        if (signal?.aborted) {
          places.learn(undefined, place);
          throw signal.reason;
        }
        sent.push(held.token);
        isUnderWay = true;
        const outcome = await attemptWith(transport, request, call, sent, redactFor(sent), place);
        isUnderWay = false;

        if (isAnswer(outcome)) {
          onAnswer(outcome);
          if (outcome.status === unauthorized && held.replace !== undefined) {
            const { replace } = held;
            emit?.(() => ({ type: "refreshing" }));
            const another = await replace({ ...call, attempts: sent.length });
            if (another !== undefined) {
              ready = { held: another, place };
              continue;
            }
          }
        }
        const delayMs = retryDelayMs(outcome, retries, { ...call, keepsWaits: places.keepsWaits });
        if (delayMs === undefined) {
          if (isAnswer(outcome)) return outcome;
          throw outcome;
        }
        retries++;
        // A limiter that learned of a 429 makes all calls wait for it, this one first.
        if (places.keepsWaits && isAnswer(outcome)) continue;
        emit?.(() => ({ type: "waiting", reason: "retry", ms: Math.ceil(delayMs) }));
        await sleep(delayMs, signal);
      }
    } catch (error) {
      // A caller may abort with an error of another call.
      if (error !== signal?.reason) {
        if (error instanceof BudgetSpent && isAnswer(error.news)) {
          return { ...error.news, attempts: sent.length };
        }
        if (error instanceof HighLevelError) throw error;
      }
      const failure = { mayHaveCreated: isUnderWay, attempts: sent.length };
      if (signal?.aborted) throw new AbortedError({ ...failure, cause: signal.reason });
      // What an attempt did not expect is no proof of anything.
      if (isUnderWay) throw new ConnectionError(`No answer; ${outcomeInWords(true)}`, failure);
      throw error;
    }
  };
}

/** One attempt; the limiter and the listeners learn what it came to. */
async function attemptWith(
  { fetch, places }: Transport,
  { url, method, headers, body }: OutgoingRequest,
  { timeoutMs, signal, emit, headers: callersHeaders }: Call,
  sent: readonly string[],
  redact: Redact,
  place: unknown,
): Promise<Answer | ConnectionError | AbortedError> {
  const attempts = sent.length;
  const startedAt = performance.now();
  const request = {
    url,
    method,
    body,
    headers: { ...callersHeaders, ...headers, authorization: `Bearer ${sent.at(-1)}` },
  };
  let news: BudgetNews = noAnswer;
  let outcome: Answer | ConnectionError | AbortedError;
  try {
    outcome = await attempt(fetch, request, { timeoutMs, signal, redact, attempts });
    if (isAnswer(outcome)) news = outcome;
  } finally {
    places.learn(news, place);
  }
  emit?.(() => ({
    type: "attempt",
    attempt: attempts,
    ms: Math.round(performance.now() - startedAt),
    ...(isAnswer(outcome)
      ? shownOf(outcome)
      : { error: { name: outcome.name, message: outcome.message } }),
  }));
  return outcome;
}

function shownOf({ status, headers, rateLimit }: Answer) {
  return {
    status,
    headers: plainHeaders(headers),
    ...(rateLimit && { rateLimit: { ...rateLimit } }),
  };
}
