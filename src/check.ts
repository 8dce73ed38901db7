/**
 * Checks what a caller gave.
 *
 * @param what - Names it, with the function that took it.
 * @throws TypeError that says what it must be, and never what it was: it may be a token.
 */
export function check(ok: boolean, what: string, mustBe: string): asserts ok {
  if (!ok) throw new TypeError(`${what} must be ${mustBe}`);
}
