// What stands on `Object.prototype` decides nothing: it is neither read nor inherited.

/** The object's own property; undefined where it has none of that name. */
export function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
}

/** Gives the object a property of its own: a descriptor, too, would inherit. */
export function define<T extends object>(
  object: T,
  key: string,
  value: unknown,
  enumerable = false,
) {
  const descriptor = { value, enumerable, configurable: true, writable: true };
  return Object.defineProperty(object, key, Object.assign(Object.create(null), descriptor)) as T;
}
