import { causeToJson } from "./errors.js";
import { maxCauses } from "./outcome.js";

/** A call, whose tokens must not be seen. */
interface Sender {
  readonly sentTokens: ReadonlySet<string>;
}

/** Replaces the tokens that a server echoes. A short one is a test's, and may be a word of the response. */
export function redact(text: string, { sentTokens }: Sender): string {
  const secrets = [...sentTokens].filter((token) => token.length >= 8);
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, "[token]"), text);
}

/** The headers of a response, without the tokens that a server echoes. */
export function redactHeaders(headers: Headers, sender: Sender): Headers {
  const shown = [...headers].map(([name, value]) => [name, redact(value, sender)] as const);
  return new Headers(shown as [string, string][]);
}

/**
 * A copy of an error and its causes, without the token that a platform's error may quote. Causes may form a
 * circle, so that only the first few are copied.
 */
export function redactError(error: unknown, sender: Sender, depth = maxCauses): Error {
  const { name, message, code, stack, cause } = (error ?? {}) as Partial<Error & { code: string }>;
  const options = cause && depth > 0 ? { cause: redactError(cause, sender, depth - 1) } : {};
  const copy = new Error(redact(String(message ?? error), sender).trim(), options);
  const shown = stack && { stack: redact(String(stack), sender) };
  return Object.assign(copy, name && { name }, code && { code }, shown);
}

/** The token provider's own error, or a copy of it where it quotes a token. */
export function redactIfNeeded(error: unknown, sender: Sender): unknown {
  const text = String(JSON.stringify(causeToJson(error)));
  return redact(text, sender) === text ? error : redactError(error, sender);
}
