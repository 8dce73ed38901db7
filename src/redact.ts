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
  const all = [...headers];
  if (!all.some(([, value]) => value.includes(token))) return headers;
  return new Headers(all.map(([name, value]) => [name, redactText(value, token)]));
}

/**
 * A copy of what was thrown, with its name, message, stack, code, system call and causes and nothing
 * else: some errors carry the whole request.
 *
 * @param depth - How many causes deep to go; an error may be its own cause.
 */
export function redactError(thrown: unknown, token: string, depth = 4): Error | undefined {
  if (thrown === undefined || thrown === null || depth === 0) return undefined;
  if (!(thrown instanceof Error)) return new Error(redactText(String(thrown), token));
  const clean = new Error(redactText(thrown.message, token));
  const { name, stack, code, syscall, cause, errors }: NetworkFailure = thrown;
  const kept: Record<string, unknown> = {
    name: redactText(name, token),
    stack: stack === undefined ? undefined : redactText(stack, token),
    code: typeof code === "string" ? redactText(code, token) : undefined,
    syscall: typeof syscall === "string" ? redactText(syscall, token) : undefined,
    cause: redactError(cause, token, depth - 1),
    errors: Array.isArray(errors)
      ? errors.map((it) => redactError(it, token, depth - 1))
      : undefined,
  };
  for (const [key, value] of Object.entries(kept)) {
    if (value !== undefined) Object.defineProperty(clean, key, { value, configurable: true });
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
