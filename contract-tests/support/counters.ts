// How servers count requests against a budget, on a clock that the test sets.

import type { Budget } from "../../src/index.js";

/** Counts a request at a time in milliseconds, and says what is left after it; -1 is a refusal. */
export type Counter = (now: number) => number;

/** Windows that follow each other, of which one begins at `phaseMs`. */
export function fixedWindows(budget: Budget, phaseMs = 0): Counter {
  let current = Number.NaN;
  let count = 0;
  return (now) => {
    const window = Math.floor((now - phaseMs) / budget.intervalMs);
    if (window !== current) count = 0;
    current = window;
    // A refused request counts for nothing.
    return count < budget.limit ? budget.limit - ++count : -1;
  };
}

/** Windows that begin with the first request after the one before. */
export function windowsFromFirstRequest(budget: Budget): Counter {
  let endsAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  return (now) => {
    if (now >= endsAt) {
      count = 0;
      endsAt = now + budget.intervalMs;
    }
    return count < budget.limit ? budget.limit - ++count : -1;
  };
}

/** The limit in any window that ends now. */
export function slidingWindow(budget: Budget): Counter {
  let counted: number[] = [];
  return (now) => {
    counted = counted.filter((at) => at > now - budget.intervalMs);
    return counted.length < budget.limit ? budget.limit - counted.push(now) : -1;
  };
}
