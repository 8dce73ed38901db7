/** Below this length a token is a test's and no secret, and may well be a word of the answer. */
export const shortestSecret = 8;
const redacted = "[token]";

/** A token to take out of a text, in time linear in the length of the text. */
interface Secret {
  readonly value: string;
  /** @param isCut - Whether a beginning of the token goes as well where the text ends in one. */
  readonly removedFrom: (text: string, isCut: boolean) => string;
}

/** Makes the {@link Secret} of a token. */
export function createSecret(value: string): Secret {
  const beginning = value.slice(0, 16);
  let borders: Uint32Array | undefined;

  /**
   * As `text.indexOf(value, from)`, in time linear in the length of the text whatever the two are:
   * the platform's own may take their product. After Knuth, Morris and Pratt.
   */
  function indexIn(text: string, from: number): number {
    // Most texts do not even hold the beginning, which the platform finds out faster.
    const start = text.indexOf(beginning, from);
    if (start < 0) return -1;
    borders ??= bordersOf(value);
    let matched = 0;
    for (let at = start; at < text.length; at++) {
      matched = extended(value, borders, matched, text.charCodeAt(at));
      if (matched === value.length) return at + 1 - matched;
    }
    return -1;
  }

  /** The text without a beginning of the value, not too short for a secret, that it ends in. */
  function withoutTail(text: string): string {
    borders ??= bordersOf(value);
    let matched = 0;
    for (let at = Math.max(0, text.length - value.length + 1); at < text.length; at++) {
      matched = extended(value, borders, matched, text.charCodeAt(at));
    }
    return matched < shortestSecret ? text : text.slice(0, -matched) + redacted;
  }

  return {
    value,
    removedFrom(text, isCut) {
      const kept: string[] = [];
      let from = 0;
      for (let at = indexIn(text, 0); at >= 0; at = indexIn(text, from)) {
        kept.push(text.slice(from, at));
        from = at + value.length;
      }
      const clean = kept.length === 0 ? text : [...kept, text.slice(from)].join(redacted);
      return isCut ? withoutTail(clean) : clean;
    },
  };
}

/** For each beginning of the value, how long the longest shorter beginning is that it ends in. */
function bordersOf(value: string): Uint32Array {
  const borders = new Uint32Array(value.length);
  for (let at = 1; at < value.length; at++) {
    borders[at] = extended(value, borders, borders[at - 1] ?? 0, value.charCodeAt(at));
  }
  return borders;
}

/** How much of the value matches up to and with one more character. */
function extended(value: string, borders: Uint32Array, matched: number, code: number): number {
  let length = matched;
  while (length > 0 && code !== value.charCodeAt(length)) length = borders[length - 1] ?? 0;
  return code === value.charCodeAt(length) ? length + 1 : length;
}
