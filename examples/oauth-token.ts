// A token provider for an OAuth app: gives the stored access token, and gets a new one with the stored
// refresh token when it has expired or HighLevel has rejected it.
//
//   const token = oauthToken({ clientId, clientSecret }, store);
//   const highlevel = createClient({ locationId, token });
//
// A refresh token serves once: let one process at a time refresh the tokens of a store.

import type { TokenProvider } from "highlevel-product-collections";

/** The tokens of a location. Times are in milliseconds since the epoch. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Where the tokens are kept: a file, a database, a vault. */
export interface TokenStore {
  load(): Promise<Tokens>;
  save(tokens: Tokens): Promise<void>;
}

export interface OAuthApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl?: string;
}

/** A token that is rejected although it is not older than this is not replaced, nor is a refresh repeated. */
const pauseMs = 60_000;

export function oauthToken(app: OAuthApp, store: TokenStore): TokenProvider {
  let latest: { refreshToken: string; at: number; tokens: Promise<Tokens> } | undefined;

  /** Refreshes once for all calls that ask within the pause, whether it succeeds or fails. */
  function refreshOnce(refreshToken: string): Promise<Tokens> {
    if (latest?.refreshToken !== refreshToken || Date.now() - latest.at > pauseMs) {
      latest = { refreshToken, at: Date.now(), tokens: refresh(app, store, refreshToken) };
    }
    return latest.tokens;
  }

  return async (rejected) => {
    const { accessToken, refreshToken, issuedAt, expiresAt } = await store.load();
    const isRejected = accessToken === rejected;
    if (isRejected && Date.now() - issuedAt < pauseMs) {
      throw new Error(
        "HighLevel rejects a new token: does the app have the scope products/collection.write?",
      );
    }
    if (!isRejected && Date.now() < expiresAt - pauseMs) return accessToken;
    return (await refreshOnce(refreshToken)).accessToken;
  };
}

async function refresh(
  {
    clientId,
    clientSecret,
    tokenUrl = "https://services.leadconnectorhq.com/oauth/token",
  }: OAuthApp,
  store: TokenStore,
  refreshToken: string,
): Promise<Tokens> {
  const response = await fetch(tokenUrl, {
    method: "POST",
    redirect: "error",
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
  if (typeof access_token !== "string" || typeof refresh_token !== "string") {
    throw new Error("HighLevel gave no tokens"); // which must not replace those in the store
  }
  const issuedAt = Date.now();
  const tokens = {
    accessToken: access_token,
    refreshToken: refresh_token,
    issuedAt,
    expiresAt: issuedAt + expires_in * 1000,
  };
  await store.save(tokens); // before anything else: the old refresh token is of no use any more
  return tokens;
}
