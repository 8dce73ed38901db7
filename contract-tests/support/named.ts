/** Each with its name first, for a test's title. */
export function named<T extends { readonly name: string }>(cases: readonly T[]): [string, T][] {
  return cases.map((it) => [it.name, it]);
}
