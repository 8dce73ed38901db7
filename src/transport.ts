import { attempt } from "./attempt.js";
import type { ErrorStatus } from "./contract.js";
import { ConnectionError } from "./errors.js";
import type { Answer, Fetch, Send } from "./exchange.js";
import type { RateLimiter } from "./limiter.js";
import { retryDelayMs } from "./retry.js";
import type { HeldToken, Tokens } from "./token.js";
import { abortable, sleep } from "./wait.js";

/** What a client sends with, and for. */
export interface Transport {
  readonly fetch: Fetch;
  /** False to send at once. */
  readonly limiter: RateLimiter | false;
  readonly locationId: string;
  readonly maxRetries: number;
  readonly tokens: Tokens;
  /** Told of every answer, those included that are not the last. */
  readonly onAnswer: (answer: Answer) => void;
}

const unauthorized = 401 satisfies ErrorStatus;

/**
 * Sends a request until there is an answer to give back: once more with another token after a 401,
 * and up to `maxRetries` times more after what provably created nothing.
 */
export function createTransport(transport: Transport): Send {
  const { fetch, limiter, locationId, maxRetries, tokens: source, onAnswer } = transport;

  return async function send(request, bounds) {
    const { signal } = bounds;
    let held: HeldToken | undefined;
    const tokens: string[] = [];
    for (let retries = 0; ; ) {
      if (limiter) {
        const place = () =>
          limiter.waitForPlace?.(locationId, signal) ?? limiter.removeTokens(1, locationId);
        await abortable(place, signal);
      }
      // Asked for only now: a token may expire while its call waits for a place.
      held ??= await abortable(source.hold, signal);
      tokens.push(held.token);

      const outcome = await attempt(fetch, request, tokens, bounds).catch(asOutcome);
      if (!(outcome instanceof ConnectionError)) {
        onAnswer(outcome);
        if (outcome.status === unauthorized) {
          const another = await abortable(held.replace, signal);
          if (another !== undefined) {
            held = another;
            continue;
          }
        }
      }

      const delayMs = retries < maxRetries ? retryDelayMs(outcome, retries) : undefined;
      if (delayMs === undefined) {
        if (outcome instanceof ConnectionError) throw outcome;
        return outcome;
      }
      retries++;
      await sleep(delayMs, signal);
    }
  };
}

/** A failed connection is an outcome to decide about, like an answer; anything else ends the call. */
function asOutcome(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  throw error;
}
