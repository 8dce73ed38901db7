import { check } from "./check.js";

/**
 * Gives the bearer token. Asked without an argument for every call; and once more with the token
 * that the API has just rejected (401): give another one and the request is sent once more, give the
 * same and the 401 stands. What it throws is what the call rejects with.
 */
export type TokenProvider = (rejected?: string) => string | Promise<string>;

/** The token of one call. */
export interface HeldToken {
  readonly token: string;
  /** Another token in place of this one, which the API has rejected; undefined if there is none. */
  readonly replace: () => Promise<HeldToken | undefined>;
}

/** Where calls get their tokens. */
export interface Tokens {
  readonly hold: () => Promise<HeldToken>;
}

/** A question to the provider for another token, shared by all that were rejected meanwhile. */
interface Question {
  readonly rejected: string;
  readonly answer: Promise<string>;
}

/** Makes the {@link Tokens} of a client. */
export function createTokens(source: string | TokenProvider): Tokens {
  const provider: TokenProvider = typeof source === "string" ? () => source : source;
  let latest: Question | undefined;
  let latestAnswered: Question | undefined;

  async function ask(...rejected: [string?]): Promise<string> {
    const token: unknown = await provider(...rejected);
    assertToken(token, "The token that the provider gave");
    return token;
  }

  function askForAnother(rejected: string): Question {
    const question: Question = { rejected, answer: ask(rejected) };
    question.answer.then(
      () => {
        latestAnswered = question;
      },
      () => {
        if (latest === question) latest = undefined;
      },
    );
    return question;
  }

  return {
    async hold() {
      // The provider is asked after this was answered, and so gives what is newer.
      const old = latestAnswered;
      const token = await ask();
      return {
        token,
        async replace() {
          // What others were told since is newer than this call's token, if it is not the same.
          for (let known = old; ; ) {
            if (latest === undefined || latest === known) latest = askForAnother(token);
            known = latest;
            const another = await known.answer;
            if (another !== token) return { token: another, replace: async () => undefined };
            if (known.rejected === token) return undefined;
          }
        },
      };
    },
  };
}

/**
 * Checks that a header can carry the token.
 *
 * @throws TypeError that says what is wrong with `what`, and does not show the token.
 */
export function assertToken(token: unknown, what: string): asserts token is string {
  check(
    typeof token === "string" && /^[\x21-\x7e]+$/.test(token),
    what,
    "a string of visible ASCII characters; trim() it",
  );
}
