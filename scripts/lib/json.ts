// JSON values, and places in them.

/** The value at a place; undefined where there is none. */
export function valueAt(value: unknown, place: readonly string[]): unknown {
  return place.reduce<unknown>(
    (part, key) => (Object.hasOwn(Object(part), key) ? Object(part)[key] : undefined),
    value,
  );
}

/** A copy with another value at a place, or none; what is missing on the way there is added. */
export function withValue(from: unknown, place: readonly string[], value: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return value;
  const inner = withValue(valueAt(from, [key]), rest, value);
  const isIndex = /^\d+$/.test(key);
  if (Array.isArray(from) || (from === undefined && isIndex)) {
    return Object.assign([...((from as unknown[] | undefined) ?? [])], { [key]: inner });
  }
  const { [key]: _, ...others } = Object(from);
  return inner === undefined ? others : { ...others, [key]: inner };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A key as it stands in a JSON pointer. */
export function pointerKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
