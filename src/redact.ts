// The token leaves this client in one place, the Authorization header. What comes back is cleaned of
// it before anyone sees it: servers, proxies and replaced fetches have been known to send it back.

/** Below this length a token is a test's and no secret, and may well be a word of the answer. */
const shortestSecret = 8;

/** The text without the tokens, however JSON may have written their characters. */
export function redactText(text: string, tokens: readonly string[]): string {
  let clean = text;
  for (const token of tokens) {
    if (token.length < shortestSecret) continue;
    clean = clean.replaceAll(clean.includes("\\") ? escaped(token) : token, "[token]");
  }
  return clean;
}

/** Matches the token with any of its characters escaped as JSON may. */
function escaped(token: string): RegExp {
  const pattern = token.replace(/./g, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    const slash = /["\\/]/.test(character) ? "\\\\?" : "";
    return `(${slash}\\x${hex}|\\\\u00${hex})`;
  });
  return new RegExp(pattern, "gi");
}

/** The headers without the tokens. */
export function redactHeaders(headers: Headers, tokens: readonly string[]): Headers {
  const clean = new Headers();
  for (const [name, value] of headers) clean.append(name, redactText(value, tokens));
  return clean;
}

/**
 * A copy of what was thrown, with its name, message, stack, code and causes and nothing else: some
 * errors carry the whole request.
 *
 * @param depth - How many causes deep to go; an error may be its own cause.
 */
export function redactError(
  thrown: unknown,
  tokens: readonly string[],
  depth = 4,
): Error | undefined {
  if (!(thrown instanceof Error) || depth === 0) return undefined;
  const cause = redactError(thrown.cause, tokens, depth - 1);
  const clean: Error & { code?: unknown } = new Error("", cause && { cause });
  for (const key of ["name", "message", "stack", "code"] as const) {
    const value = (thrown as NetworkFailure)[key];
    if (typeof value === "string") clean[key] = redactText(value, tokens);
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
