/**
 * Returns the token of a call. It is called once for each call; after a 401 it is called once more, with
 * the rejected token, and a different token that it returns is tried once. If it throws then, the call
 * rejects with the 401, whose `cause` is what it threw.
 */
export type TokenProvider = (rejected?: string) => string | Promise<string>;

/** The source of the tokens of a client's calls. */
export interface Tokens {
  /** Gives the token: at once if it is a fixed one. */
  get(): string | Promise<string>;
  /**
   * Takes note of a token that was rejected, in a request sent at `sentAt`. Undefined if the token is fixed.
   *
   * @returns A function that asks for another token. Calls with the same rejected token share one request
   * to the provider, until the token that it gave is rejected as well.
   */
  readonly reject?: (token: string, sentAt: number) => () => Promise<string>;
}

/** A request to the provider, after a 401. */
interface Renewal {
  readonly askedAt: number;
  readonly token: Promise<string>;
  /** The token that the provider gave, and when. */
  given?: string;
  givenAt: number;
}

/**
 * Makes the {@link Tokens} of a client.
 *
 * @param shareMs - For how many milliseconds other calls may join a token request.
 */
export function createTokens(source: string | TokenProvider, shareMs: number): Tokens {
  if (typeof source === "string") return { get: () => source };
  const ask = async (rejected?: string) => {
    const token: unknown = await source(rejected);
    if (!isToken(token)) throw new TypeError(`The token provider must give ${tokenRequirement}`);
    return token;
  };
  /** By the rejected token. */
  const renewals = new Map<string, Renewal>();

  async function renew(rejected: string): Promise<string> {
    const shared = renewals.get(rejected);
    if (shared) return shared.token;
    const renewal: Renewal = {
      askedAt: performance.now(),
      token: ask(rejected),
      givenAt: Infinity,
    };
    renewals.set(rejected, renewal);
    try {
      renewal.given = await renewal.token;
      renewal.givenAt = performance.now();
      return renewal.given;
    } catch (error) {
      renewals.delete(rejected); // the next call asks again
      throw error;
    }
  }

  return {
    get: () => ask(),
    reject(token, sentAt) {
      const expiredAt = performance.now() - shareMs;
      for (const [rejected, { askedAt, given, givenAt }] of renewals) {
        const isRejected = given === token && givenAt <= sentAt;
        if (isRejected || askedAt <= expiredAt) renewals.delete(rejected);
      }
      return () => renew(token);
    },
  };
}

/** The requirement of a token, for errors, which never show the token. */
export const tokenRequirement = "visible ASCII characters, without spaces";

/** Whether the value is a token that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}
