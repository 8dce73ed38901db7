import type { Issue, Validator } from "../generated/validators.js";

export type { Issue } from "../generated/validators.js";

/**
 * Every place where the value breaks the contract; none without a validator, where the contract leaves the
 * value open.
 */
export function issuesOf(validate: Validator | undefined, value: unknown): readonly Issue[] {
  if (validate === undefined || validate(value)) return [];
  return validate.errors ?? [];
}

/** The issues in one line. */
export function formatIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
