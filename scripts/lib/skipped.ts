import { exitCode, type Io } from "./cli.js";

/** How many of the things to run passed, failed, or could not be had. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Prints the last line of a command that skips what is not installed, and gives its exit code.
 * Skipping everything fails; in CI, where all is installed, so does skipping anything.
 */
export function conclude(
  { passed, failed, skipped }: Counts,
  { env, out }: Pick<Io, "env" | "out">,
): number {
  const ranNothing = passed + failed === 0;
  const skippedInCi = skipped > 0 && Boolean(env.CI);
  const why = ranNothing ? "; nothing ran" : skippedInCi ? "; in CI nothing may be skipped" : "";
  out(`${passed} passed, ${failed} failed, ${skipped} skipped${why}`);
  return failed > 0 || ranNothing || skippedInCi ? exitCode.failed : exitCode.done;
}
