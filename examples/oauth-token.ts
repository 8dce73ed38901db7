// Token providers for an OAuth app. One gives the stored access token of a location or a company, and gets a
// new one with the stored refresh token when it has expired or HighLevel has rejected it:
//
//   const token = oauthToken({ clientId, clientSecret }, store);
//   const highlevel = createClient({ locationId, token });
//
// The other gives a location's token, which it gets with the token of the location's company, an agency's:
//
//   const companyToken = oauthToken({ clientId, clientSecret, userType: "Company" }, store);
//   const token = locationToken({ companyId, locationId, companyToken });
//
// A refresh token serves once: let one process at a time refresh the tokens of a store.

import type { TokenProvider } from "highlevel-product-collections";

/** The tokens of a location or a company. Times are in milliseconds since the epoch. */
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
  /** Whose tokens the store has. Default: a location's. */
  readonly userType?: "Location" | "Company";
  readonly tokenUrl?: string;
}

/** Whose token it gets: a location's, and with which token: that of its company, an agency. */
export interface CompanyLocation {
  readonly companyId: string;
  readonly locationId: string;
  /** Gives the company's token, which has the scope `oauth.write`. */
  readonly companyToken: TokenProvider;
  readonly url?: string;
}

type AccessToken = Omit<Tokens, "refreshToken">;

/** A token that is rejected although it is not older than this is not replaced, nor is a refusal repeated. */
const pauseMs = 60_000;

/** The OAuth server refused a request, and would refuse it again. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export function oauthToken(app: OAuthApp, store: TokenStore): TokenProvider {
  const refreshOnce = share(async (refreshToken): Promise<AccessToken> => {
    try {
      return await refresh(app, store, refreshToken);
    } catch (error) {
      // Another process may have refreshed in the meantime.
      const stored = error instanceof Refusal ? await store.load() : undefined;
      if (stored === undefined || stored.refreshToken === refreshToken) throw error;
      return stored;
    }
  });
  return async (rejected) => {
    const tokens = await store.load();
    const { accessToken } = isUsable(tokens, rejected)
      ? tokens
      : await refreshOnce(tokens.refreshToken);
    return accessToken;
  };
}

export function locationToken(location: CompanyLocation): TokenProvider {
  let kept: AccessToken | undefined;
  const requestOnce = share(() => requestLocationToken(location));
  return async (rejected) => {
    if (kept === undefined || !isUsable(kept, rejected)) {
      kept = await requestOnce(kept?.accessToken ?? "");
    }
    return kept.accessToken;
  };
}

/** A new token that HighLevel rejects counts: the call then fails with HighLevel's own reason. */
function isUsable({ accessToken, issuedAt, expiresAt }: AccessToken, rejected?: string): boolean {
  const now = Date.now();
  return accessToken === rejected ? now < issuedAt + pauseMs : now < expiresAt - pauseMs;
}

/**
 * Sends one request for all calls that ask with the same token within the pause, whether it succeeds or is
 * refused. After any other failure the next call asks again.
 */
function share<T>(request: (token: string) => Promise<T>): (token: string) => Promise<T> {
  let latest: { token: string; at: number; outcome: Promise<T> } | undefined;
  return (token) => {
    if (latest?.token === token && Date.now() < latest.at + pauseMs) return latest.outcome;
    const asked = { token, at: Date.now(), outcome: request(token) };
    latest = asked;
    asked.outcome.catch((error) => {
      if (latest === asked && !(error instanceof Refusal)) latest = undefined;
    });
    return asked.outcome;
  };
}

async function refresh(app: OAuthApp, store: TokenStore, refreshToken: string): Promise<Tokens> {
  const url = app.tokenUrl ?? "https://services.leadconnectorhq.com/oauth/token";
  const form = {
    client_id: app.clientId,
    client_secret: app.clientSecret,
    grant_type: "refresh_token",
    refresh_token: refreshToken,
    user_type: app.userType ?? "Location",
  };
  const { refresh_token, ...token } = await requestToken("refresh the token", url, form);
  if (typeof refresh_token !== "string") throw new Refusal("HighLevel gave no refresh token", 200);
  const tokens = { ...token, refreshToken: refresh_token };
  await store.save(tokens); // before anything else: the old refresh token is of no use any more
  return tokens;
}

async function requestLocationToken(location: CompanyLocation): Promise<AccessToken> {
  const { companyId, locationId, companyToken } = location;
  const url = location.url ?? "https://services.leadconnectorhq.com/oauth/locationToken";
  const request = (token: string) =>
    requestToken(
      "give a token of the location",
      url,
      { companyId, locationId },
      {
        Authorization: `Bearer ${token}`,
        Version: "2021-07-28",
      },
    );
  const token = await companyToken();
  return request(token).catch(async (error) => {
    const isRejected = error instanceof Refusal && error.status === 401;
    const another = isRejected ? await companyToken(token) : token;
    if (another === token) throw error;
    return request(another);
  });
}

async function requestToken(
  purpose: string,
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<AccessToken & { readonly refresh_token: unknown }> {
  const response = await fetch(url, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
    headers,
    body: new URLSearchParams(form),
  }).catch((error) => {
    const { message } = error.cause instanceof Error ? error.cause : error;
    throw new Error(`HighLevel could not be asked to ${purpose}: ${message}`, { cause: error });
  });
  const { status, ok } = response;
  const body = (await response.json().catch(() => undefined)) ?? {}; // a gateway's is no JSON
  if (!ok) {
    const { error, error_description, message } = body;
    const reasons = [error, error_description, message]
      .flat()
      .filter((it) => typeof it === "string");
    const words = [status, reasons.join("; ").slice(0, 300)].filter(Boolean).join(": ");
    const mayPass = status >= 500 || status === 429 || status === 408;
    if (mayPass) throw new Error(`HighLevel could not ${purpose}: ${words}`);
    throw new Refusal(`HighLevel refused to ${purpose}: ${words}`, status);
  }
  const { access_token: accessToken, refresh_token, expires_in = 3_600 } = body;
  if (typeof accessToken !== "string") throw new Refusal("HighLevel gave no access token", status);
  const issuedAt = Date.now();
  return { accessToken, refresh_token, issuedAt, expiresAt: issuedAt + expires_in * 1000 };
}
