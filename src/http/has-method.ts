/** Whether the value has the method. What is not an object has none, nor has one that throws. */
export function hasMethod(value: unknown, name: string | symbol): boolean {
  try {
    return typeof Reflect.get(value as object, name) === "function";
  } catch {
    return false;
  }
}
