/** Whether the value has the method; an object that throws when it is asked has none. */
export function hasMethod(value: unknown, name: string | symbol): boolean {
  try {
    return (
      typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "function"
    );
  } catch {
    return false;
  }
}
