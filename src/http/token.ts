import { check } from "./check.js";
import { TimeoutError } from "./errors.js";
import { abortable } from "./wait.js";

/**
 * Gives the bearer token. Asked without an argument for every call; and once more with the token
 * that the API has just rejected (401): give another one and the request is sent once more, give the
 * same and the 401 stands. What it throws is what the call rejects with. It has `timeoutMs` for each
 * answer.
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
  /** When the provider has taken too long: a later call asks again. On the clock of `performance`. */
  readonly deadline: number;
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
  /** The question settled last. A call that holds its token since then shares none that is older. */
  let latestSettled: Question | undefined;

  /** What the provider gives, checked; most have their token at hand. */
  function ask(...rejected: [string?]): string | Promise<string> {
    const given: unknown = provider(...rejected);
    return isThenable(given) ? Promise.resolve(given).then(checkedToken) : checkedToken(given);
  }

  function askForAnother(rejected: string, deadline: number): Question {
    const answer = (async () => ask(rejected))();
    const question: Question = { rejected, answer, deadline, isSettled: false };
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
      const given = ask();
      const token = typeof given === "string" ? given : await inTime(given, context);
      return {
        token,
        async replace(context) {
          const startedAt = performance.now();
          for (let now = startedAt; ; now = performance.now()) {
            const isOpen = latest !== known && (latest?.isSettled || now < (latest?.deadline ?? 0));
            const question =
              isOpen && latest ? latest : askForAnother(token, now + context.timeoutMs);
            const isShared = question === latest;
            latest = question;
            known = question;
            try {
              // What others were told since is newer than this call's token, if it is not the same.
              const another = await inTime(question.answer, context, question.deadline - now);
              if (another !== token) return { token: another, replace: undefined };
              if (question.rejected === token) return undefined;
            } catch (error) {
              // Who came late asks for itself; the others have waited for long enough.
              const isLate = performance.now() - startedAt < context.timeoutMs / 2;
              if (!isShared || question.isSettled || !isLate || context.signal?.aborted)
                throw error;
            }
          }
        },
      };
    },
  };
}

/** The answer of a provider, or a {@link TimeoutError}, or the signal's reason, whichever is first. */
async function inTime<T>(
  answer: Promise<T>,
  { timeoutMs, signal, attempts }: QuestionContext,
  leftMs = timeoutMs,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = `The token provider gave no token within ${timeoutMs} ms; nothing was created`;
    const failure = { mayHaveCreated: false, attempts };
    timer = setTimeout(() => reject(new TimeoutError(message, failure)), leftMs);
  });
  try {
    return await abortable(() => Promise.race([answer, timeout]), signal);
  } finally {
    clearTimeout(timer);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof Reflect.get(value, "then") === "function"
  );
}

function checkedToken(token: unknown): string {
  assertToken(token, "The token that the provider gave");
  return token;
}

/**
 * Checks that a header can carry the token.
 *
 * @throws TypeError that says what is wrong with `what`, and does not show the token.
 */
export function assertToken(token: unknown, what: string): asserts token is string {
  if (token === "") throw new TypeError(`${what} is empty`);
  check(
    typeof token === "string" && /^[\x21-\x7e]+$/.test(token),
    what,
    "a string of visible ASCII characters; trim() it",
  );
}
