import { check } from "./http/check.js";
import { isObject } from "./http/is-object.js";

/**
 * The options that an object has itself: what stands on `Object.prototype` decides nothing.
 *
 * @param what - The function that takes them.
 * @param known - The names of all options.
 * @throws TypeError that names an unknown option and the known one nearest to it.
 */
export function ownOptions<T extends object>(
  what: string,
  options: T,
  known: Readonly<Record<keyof T, true>>,
): T {
  const own = ownCopy<T>(options, `${what}: the options`, "an object");
  const names = Object.keys(known);
  for (const name of Object.keys(own)) {
    if (names.includes(name)) continue;
    const [nearest] = names.sort((a, b) => distance(name, a) - distance(name, b));
    throw new TypeError(`${what}: there is no option \`${name}\`; the nearest is \`${nearest}\``);
  }
  return own;
}

/**
 * A copy of what an object has itself, without a prototype.
 *
 * @param what - Names it, with the function that took it.
 * @throws TypeError where there is no object, or one that throws when it is read, as a proxy may.
 */
export function ownCopy<T extends object>(object: T, what: string, mustBe: string): T {
  let copy: T | undefined;
  try {
    if (isObject(object)) {
      copy = Object.assign(Object.create(null), object);
    }
  } catch {
    throw new TypeError(`${what} cannot be read`);
  }
  check(copy !== undefined, what, mustBe);
  return copy;
}

/** How many letters must be put in, left out or changed to make one word of another (Levenshtein). */
function distance(from: string, to: string): number {
  let row = [...Array(to.length + 1).keys()];
  for (const letter of from.toLowerCase()) {
    let last = (row[0] ?? 0) + 1;
    row = row.map((above, j) => {
      const replaced = (row[j - 1] ?? above + 1) + (letter === to.toLowerCase()[j - 1] ? 0 : 1);
      last = Math.min(last + (j && 1), above + 1, replaced);
      return last;
    });
  }
  return row.at(-1) ?? 0;
}
