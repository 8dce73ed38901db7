// The token leaves this client in one place, the Authorization header. What comes back is cleaned of
// it before anyone sees it: servers, proxies and replaced fetches have been known to send it back.

/** Below this length a token is a test's and no secret, and may well be a word of the answer. */
const shortestSecret = 8;

/** The text without the token. */
export function redactText(text: string, token: string): string {
  return token.length < shortestSecret ? text : text.replaceAll(token, "[token]");
}

/** The headers without the token. */
export function redactHeaders(headers: Headers, token: string): Headers {
  return new Headers([...headers].map(([name, value]) => [name, redactText(value, token)]));
}

/**
 * A copy of what was thrown, with its name, message, stack, code and causes and nothing else: some
 * errors carry the whole request.
 *
 * @param depth - How many causes deep to go; an error may be its own cause.
 */
export function redactError(thrown: unknown, token: string, depth = 4): Error | undefined {
  if (thrown === undefined || depth === 0) return undefined;
  const error: NetworkFailure = thrown instanceof Error ? thrown : new Error(String(thrown));
  const cause = redactError(error.cause, token, depth - 1);
  const clean = new Error(redactText(error.message, token), cause && { cause });
  for (const key of ["name", "stack", "code"] as const) {
    const value = error[key];
    if (typeof value === "string") Object.assign(clean, { [key]: redactText(value, token) });
  }
  return clean;
}

/** An error as Node.js and its peers throw it when a connection fails. */
export interface NetworkFailure extends Error {
  readonly code?: unknown;
  readonly syscall?: unknown;
  /** The failures of an AggregateError, one for each address that was tried. */
  readonly errors?: unknown;
}
