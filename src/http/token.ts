import { assertToken } from "./check.js";
import { TimeoutError } from "./errors.js";
import { abortable } from "./wait.js";

/**
 * Gives the bearer token. Asked without an argument for every call, and again where the call then
 * waited a second or more for the rate limit. After a 401 asked once with the token that the API has
 * rejected: give another one and the request is sent once more, give the same and the 401 stands. What
 * it throws is what the call rejects with. It has `timeoutMs` for each answer.
 */
export type TokenProvider = (rejected?: string) => string | Promise<string>;

/** What bounds a question to a token provider, and what is known of the call that asks. */
export interface QuestionContext {
  /** In milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** How many requests the call has sent. */
  readonly attempts: number;
}

/** The token of one call. */
export interface HeldToken {
  readonly token: string;
  /**
   * Gives another token in place of this one, which the API has rejected, or undefined if there is
   * none. Undefined where nobody can be asked: for a string, and for what is a replacement itself.
   */
  readonly replace: ((context: QuestionContext) => Promise<HeldToken | undefined>) | undefined;
}

/** Where calls get their tokens. */
export interface Tokens {
  readonly hold: (context: QuestionContext) => Promise<HeldToken>;
}

/** A question to the provider for another token, shared by all calls that were rejected meanwhile. */
interface Question {
  readonly rejected: string;
  readonly answer: Promise<string>;
  /** When the provider has taken too long, if it has not settled: then nobody shares it any more. */
  readonly hangsFrom: number;
  isSettled: boolean;
}

/** Makes the {@link Tokens} of a client. */
export function createTokens(source: string | TokenProvider): Tokens {
  if (typeof source === "string") {
    const held = Promise.resolve({ token: source, replace: undefined });
    return { hold: () => held };
  }
  const provider = source;
  let latest: Question | undefined;
  /** The question settled last. A call that got its token after that shares no answer so old. */
  let latestSettled: Question | undefined;

  function askForAnother(rejected: string, { timeoutMs }: QuestionContext): Question {
    // Others share it: neither an abort nor the time of this call ends it.
    const answer = (async () => checked(provider(rejected)))();
    const hangsFrom = performance.now() + timeoutMs;
    const question: Question = { rejected, answer, hangsFrom, isSettled: false };
    const settle = () => {
      question.isSettled = true;
      latestSettled = question;
    };
    answer.then(settle, settle);
    return question;
  }

  return {
    async hold(context) {
      // The provider is asked after this was settled, and so gives what is newer.
      let known = latestSettled;
      const given: unknown = provider();
      // Most providers have their token at hand, and need no timer.
      const token = await checked(
        typeof given === "string" ? given : inTime(Promise.resolve(given), context),
      );
      return {
        token,
        async replace(context) {
          const startedAt = performance.now();
          for (;;) {
            const now = performance.now();
            const hangs = latest !== undefined && !latest.isSettled && latest.hangsFrom <= now;
            const shared = latest === known || hangs ? undefined : latest;
            const question = shared ?? askForAnother(token, context);
            latest = question;
            known = question;
            // What has settled has its answer, however long ago it was asked.
            const leftMs = question.isSettled ? Infinity : Math.max(question.hangsFrom - now, 1);
            const timeoutMs = Math.min(leftMs, context.timeoutMs);
            try {
              // What others were told since is newer than this call's token, if it is not the same.
              const another = await inTime(question.answer, { ...context, timeoutMs });
              if (another !== token) return { token: another, replace: undefined };
              if (question.rejected === token) return undefined;
            } catch (error) {
              const isOurs = error instanceof TimeoutError && !context.signal?.aborted;
              if (question.isSettled || !isOurs) throw error;
              // Who came late asks for itself; the others have waited for long enough.
              const waitedMs = performance.now() - startedAt;
              if (shared === undefined || waitedMs > context.timeoutMs / 2) {
                throw noTokenInTime(context);
              }
            }
          }
        },
      };
    },
  };
}

/** The token that a provider gave, checked. */
async function checked(given: unknown): Promise<string> {
  const token = await given;
  assertToken(token, "The token that the provider gave");
  return token;
}

/** The answer of a provider, or a {@link TimeoutError}, or the signal's reason, whichever is first. */
async function inTime<T>(answer: Promise<T>, context: QuestionContext): Promise<T> {
  // What it is rejected with after the end of this is nobody's business any more.
  answer.catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noTokenInTime(context)), context.timeoutMs);
  });
  try {
    return await abortable(() => Promise.race([answer, timeout]), context.signal);
  } finally {
    clearTimeout(timer);
  }
}

function noTokenInTime({ timeoutMs, attempts }: QuestionContext): TimeoutError {
  const message = `The token provider gave no token within ${timeoutMs} ms; nothing was created`;
  return new TimeoutError(message, { mayHaveCreated: false, attempts });
}
