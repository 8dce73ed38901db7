import { causeToJson } from "./errors.js";

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
  return new Headers(JSON.parse(redact(JSON.stringify(Object.fromEntries(headers)), sender)));
}

/** A copy of an error and its causes, without the token that a platform's error may quote. */
export function redactError(error: unknown, sender: Sender): Error {
  const { name, message, code, stack, cause } = (error ?? {}) as Partial<Error & { code: string }>;
  const options = cause ? { cause: redactError(cause, sender) } : {};
  const copy = new Error(redact(String(message ?? error), sender).trim(), options);
  const shown = stack && { stack: redact(String(stack), sender) };
  return Object.assign(copy, name && { name }, code && { code }, shown);
}

/** The token provider's own error, or a copy of it where it quotes a token. */
export function redactIfNeeded(error: unknown, sender: Sender): unknown {
  const text = String(JSON.stringify(causeToJson(error)));
  return redact(text, sender) === text ? error : redactError(error, sender);
}
