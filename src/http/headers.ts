import { hasMethod } from "./has-method.js";

// The headers of an answer, which any package's fetch may have made, and in the end are the platform's.

/** Headers as they came, their names in lower case. */
export type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** The headers of an answer: as many as can be read. */
export function pairsOf(response: { readonly headers?: object | undefined }): HeaderPairs {
  const pairs: [string, string][] = [];
  try {
    const { headers } = response;
    for (const entry of isIterable(headers) ? headers : Object.entries(headers ?? {})) {
      try {
        const [name, value] = entry;
        // As Node.js has it, a header that came twice is a list.
        for (const one of Array.isArray(value) ? value : [value]) {
          pairs.push([name.toLowerCase(), String(one).trim()]);
        }
      } catch {
        // No name and text; the others count all the same.
      }
    }
  } catch {
    // They throw when they are read; so do those of some proxies and mocks.
  }
  return pairs;
}

function isIterable(headers: unknown): headers is Iterable<[string, string]> {
  return hasMethod(headers, Symbol.iterator);
}

/** The platform's own `Headers`, with as many as they take. */
export function headersWith(pairs: HeaderPairs): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    try {
      headers.append(name, value);
    } catch {
      // No header of HTTP; the answer counts all the same.
    }
  }
  return headers;
}

/** The headers as plain data; one that came more than once, as `Set-Cookie` may, is joined. */
export function plainHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers.keys()].map((name) => [name, headers.get(name) ?? ""]));
}
