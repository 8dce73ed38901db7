/**
 * Gives the token of a call. It is asked before each request that has none yet; after a 401 it is asked
 * once more, with the token that was rejected, and a different one is tried once.
 */
export type TokenProvider = (rejected?: string) => string | Promise<string>;

/** Where a client's calls get their token. */
export interface Tokens {
  /** The token itself, where it need not be asked for. */
  get(): string | Promise<string>;
  /**
   * Another token in place of a rejected one; undefined where there is only the one. Calls whose token
   * was rejected share one question.
   */
  readonly replace?: (rejected: string) => Promise<string>;
}

/**
 * Makes the {@link Tokens} of a client.
 *
 * @param shareMs - How long after a question was asked other calls join it, in milliseconds.
 */
export function createTokens(source: string | TokenProvider, shareMs: number): Tokens {
  if (typeof source === "string") return { get: () => source };
  const ask = async (rejected?: string) => {
    const token: unknown = await source(rejected);
    if (!isToken(token)) throw new TypeError(`The token provider must give ${tokenInWords}`);
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
      // A question that failed is asked anew by the next call.
      question.answer.catch(() => {
        if (latest === question) latest = undefined;
      });
      return question.answer;
    },
  };
}

/** What a token has to be. An error says so, and never shows what it was. */
export const tokenInWords = "a non-empty string of visible ASCII characters, without spaces";

/** Whether the value is a token that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}
