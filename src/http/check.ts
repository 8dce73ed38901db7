import { longestTimerMs } from "./wait.js";

/**
 * Checks what a caller gave.
 *
 * @param what - Names it, with the function that took it.
 * @throws TypeError that says what it must be, and never what it was: it may be a token.
 */
export function check(ok: boolean, what: string, mustBe: string): asserts ok {
  if (!ok) throw new TypeError(`${what} must be ${mustBe}`);
}

/**
 * Checks a length of time that a timer is to wait for.
 *
 * @throws TypeError as {@link check} does.
 */
export function checkMs(ms: number, what: string): void {
  check(
    typeof ms === "number" && ms > 0 && ms <= longestTimerMs,
    what,
    `a number of milliseconds above 0, at most ${longestTimerMs}`,
  );
}

/**
 * Checks that a header can carry the token.
 *
 * @throws TypeError that says what is wrong with `what`, and does not show the token.
 */
export function assertToken(token: unknown, what: string): asserts token is string {
  if (token === "") throw new TypeError(`${what} is empty`);
  check(
    typeof token === "string" && /^[\x21-\x7e]+$/.test(token),
    what,
    "a string of visible ASCII without `Bearer`, spaces or line breaks (try trim())",
  );
}
