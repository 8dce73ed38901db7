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

/** One question to the provider for another token, shared by all that were rejected with the same. */
interface Replacement {
  readonly rejected: string;
  readonly answer: Promise<string>;
  answered: boolean;
}

/** Makes the {@link Tokens} of a client. */
export function createTokens(source: string | TokenProvider): Tokens {
  const provider: TokenProvider = typeof source === "string" ? () => source : source;
  let latest: Replacement | undefined;

  async function ask(...rejected: [string?]): Promise<string> {
    const token: unknown = await provider(...rejected);
    assertToken(token, "The token that the provider gave");
    return token;
  }

  function askForAnother(rejected: string): Replacement {
    const question: Replacement = { rejected, answer: ask(rejected), answered: false };
    latest = question;
    question.answer.then(
      () => {
        question.answered = true;
      },
      () => {
        if (latest === question) latest = undefined;
      },
    );
    return question;
  }

  return {
    async hold() {
      // The provider is asked after this answer came. If it still gives the old token, the answer
      // has been of no use, and is not used again; one that comes later is news to this call too.
      const old = latest?.answered ? latest : undefined;
      const token = await ask();
      return {
        token,
        async replace() {
          const shared = latest !== old && latest?.rejected === token ? latest : undefined;
          const another = await (shared ?? askForAnother(token)).answer;
          return another === token ? undefined : { token: another, replace: async () => undefined };
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
    "a string of visible ASCII characters; trim() one read from a file",
  );
}
