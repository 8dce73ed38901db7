/**
 * Returns the token of a call. It is called once for each call; after a 401 it is called once more, with
 * the rejected token, and a different token that it returns is tried once.
 */
export type TokenProvider = (rejected?: string) => string | Promise<string>;

/** The source of the tokens of a client's calls. */
export interface Tokens {
  /** Gives the token: at once if it is a fixed one. */
  get(): string | Promise<string>;
  /**
   * Asks for another token in place of a rejected one; undefined if the token is fixed. Calls with the
   * same rejected token share one question.
   */
  readonly replace?: (rejected: string) => Promise<string>;
}

/**
 * Makes the {@link Tokens} of a client.
 *
 * @param shareMs - For how many milliseconds other calls may join a question.
 */
export function createTokens(source: string | TokenProvider, shareMs: number): Tokens {
  if (typeof source === "string") return { get: () => source };
  const ask = async (rejected?: string) => {
    const token: unknown = await source(rejected);
    if (!isToken(token)) throw new TypeError(`The token provider must give ${tokenRequirement}`);
    return token;
  };
  let latest: { rejected: string; askedAt: number; answer: Promise<string> } | undefined;
  return {
    get: () => ask(),
    replace(rejected) {
      const now = performance.now();
      if (latest?.rejected === rejected && now - latest.askedAt < shareMs) return latest.answer;
      const question = { rejected, askedAt: now, answer: ask(rejected) };
      latest = question;
      // After a failed question the next call asks again.
      question.answer.catch(() => {
        if (latest === question) latest = undefined;
      });
      return question.answer;
    },
  };
}

/** The requirement of a token, for errors, which never show the token. */
export const tokenRequirement = "a non-empty string of visible ASCII characters, without spaces";

/** Whether the value is a token that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}
