import { isObject } from "./is-object.js";
import { define, own } from "./own.js";
import { createSecret, shortestSecret } from "./secret.js";

// The token leaves this client in one place, the Authorization header. What comes back is cleaned of
// it before anyone sees it: servers, proxies and replaced fetches have been known to send it back.
// Cleaning takes time linear in the length of what is cleaned, and cannot fail.

/** How often JSON may be written inside JSON for a token in it to be found. */
const deepestEscape = 4;

/** Takes tokens out of what comes back. */
export interface Redact {
  /**
   * The text of a body without the tokens; what was JSON stays JSON. One that was cut may end in the
   * beginning of a token, which goes as well.
   */
  readonly body: (text: string, isCut?: boolean) => string;
  /** The headers without the tokens, the very same where there is none in them. */
  readonly headers: (headers: Headers) => Headers;
  /** A copy of what a fetch threw: name, message, stack, code and causes, without the tokens. */
  readonly error: (thrown: unknown) => Error | undefined;
}

/** Makes the {@link Redact} for the tokens that a call has sent. */
export function createRedact(tokens: readonly string[]): Redact {
  // The longest first: of two tokens one may begin with the other.
  const secrets = tokens
    .filter(({ length }) => length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .map(createSecret);

  /** The text without the tokens; unescaped where JSON's escapes hid one. */
  function text(value: string, isCut = false, depth = deepestEscape): string {
    // An escape that was cut stands between the beginning of a token and the end.
    let clean = isCut ? value.replace(/\\(u[0-9a-fA-F]{0,3})?$/, "") : value;
    for (const secret of secrets) clean = secret.removedFrom(clean, isCut);
    if (depth === 0 || secrets.length === 0 || !clean.includes("\\")) return clean;
    const plain = unescaped(clean);
    const cleaner = text(plain, isCut, depth - 1);
    return cleaner === plain ? clean : cleaner;
  }

  function body(value: string, isCut = false): string {
    if (!isCut && !value.includes("\\") && text(value) === value) return value;
    try {
      // Parsed before it is cleaned, so that no replacement can break what was JSON.
      const root: { parsed: unknown } = { parsed: JSON.parse(value) };
      return cleanStrings(root, text) ? JSON.stringify(root.parsed) : value;
    } catch {
      return text(value, isCut); // no JSON, or nested deeper than it can be written
    }
  }

  function headers(from: Headers): Headers {
    // A platform writes the names of headers in lower case.
    const names = secrets.map(({ value }) => createSecret(value.toLowerCase()));
    const clean = new Headers();
    let isDirty = false;
    for (const [name, value] of from) {
      const cleanValue = text(value);
      const isNamed = names.some((secret) => secret.removedFrom(name, false) !== name);
      isDirty ||= isNamed || cleanValue !== value;
      // Unescaped, a value may hold what no header can.
      if (!isNamed) {
        clean.append(name, cleanValue === value ? value : cleanValue.replace(/[^ -~]/g, "?"));
      }
    }
    return isDirty ? clean : from;
  }

  function error(thrown: unknown, depth = 4): Error | undefined {
    if (!isObject(thrown) || depth === 0) return undefined;
    const cause = error(own(thrown, "cause"), depth - 1);
    const clean: Error & { code?: unknown } = new Error("", cause && { cause });
    for (const key of ["name", "message", "stack", "code"] as const) {
      const value = thrown[key];
      if (typeof value !== "string") continue;
      define(clean, key, text(value), key === "code");
    }
    return clean;
  }

  return {
    body,
    headers,
    error(thrown) {
      try {
        return error(thrown);
      } catch {
        return undefined; // what was thrown throws when it is read
      }
    },
  };
}

/** Cleans every string and key below `root` in place, and tells whether any changed. */
function cleanStrings(root: object, clean: (text: string) => string): boolean {
  let changed = false;
  // A list of what is left to do in place of recursion: an answer may nest deeper than a stack.
  const left: object[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    for (const [key, value] of Object.entries(node)) {
      const cleanKey = clean(key);
      const cleanValue = typeof value === "string" ? clean(value) : value;
      if (typeof value === "object" && value !== null) left.push(value);
      if (cleanKey === key && cleanValue === value) continue;
      changed = true;
      if (cleanKey !== key) Reflect.deleteProperty(node, key);
      // Not by assignment: a key may be __proto__.
      define(node, cleanKey, cleanValue, true);
    }
  }
  return changed;
}

/** The text with each of JSON's escapes replaced by what it stands for. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g, (it) => JSON.parse(`"${it}"`));
}
