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
    `milliseconds above 0, at most ${longestTimerMs}`,
  );
}
