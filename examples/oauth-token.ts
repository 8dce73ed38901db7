// A token provider over OAuth: gives the stored access token, and gets another with the stored
// refresh token when it has expired or HighLevel has rejected it.
//
//   const token = oauthTokens({ clientId, clientSecret }, store);
//   const highlevel = createClient({ locationId, token });

import type { TokenProvider } from "highlevel-product-collections";

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Where the tokens of a location are kept: a file, a database, a vault. */
export interface TokenStore {
  load(): Promise<Tokens>;
  save(tokens: Tokens): Promise<void>;
}

export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl?: string;
}

export function oauthTokens(
  {
    clientId,
    clientSecret,
    tokenUrl = "https://services.leadconnectorhq.com/oauth/token",
  }: OAuthApp,
  store: TokenStore,
): TokenProvider {
  async function refresh(refreshToken: string): Promise<Tokens> {
    const response = await fetch(tokenUrl, {
      method: "POST",
      redirect: "error",
      // All calls wait for this one: it must end.
      signal: AbortSignal.timeout(30_000),
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        user_type: "Location",
      }),
    });
    if (!response.ok) throw new Error(`HighLevel refused to refresh the token: ${response.status}`);
    const { access_token, refresh_token, expires_in } = await response.json();
    // What is not there must not replace what is.
    if (![typeof access_token, typeof refresh_token].every((it) => it === "string")) {
      throw new Error("HighLevel gave no tokens");
    }
    const tokens = {
      accessToken: access_token,
      refreshToken: refresh_token,
      expiresAt: Date.now() + expires_in * 1000,
    };
    // A refresh token serves once: what came with it is saved before anything else happens.
    await store.save(tokens);
    return tokens;
  }

  // Calls that find the token expired at the same time share one refresh.
  let refreshing: Promise<Tokens> | undefined;
  let refreshes = 0;

  async function current(): Promise<Tokens> {
    const before = refreshes;
    const tokens = await (refreshing ?? store.load());
    // What was loaded while others refreshed is what they replaced.
    return refreshes === before ? tokens : current();
  }

  return async (rejected) => {
    const tokens = await current();
    const isStale = tokens.accessToken === rejected || tokens.expiresAt < Date.now() + 60_000;
    if (!isStale) return tokens.accessToken;
    refreshing ??= refresh(tokens.refreshToken).finally(() => {
      refreshes++;
      refreshing = undefined;
    });
    return (await refreshing).accessToken;
  };
}
