import type { Validator } from "./contract.js";

/** One place where a value departs from the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string is the whole of it. */
  readonly path: string;
  /** What is wrong there, for example `must be string`. */
  readonly message: string;
}

/** Every place where `value` departs from what `validate` was generated from. */
export function issuesOf(validate: Validator, value: unknown): readonly Issue[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, params, message }) => {
    if (keyword === "required") {
      return { path: `${instancePath}/${params.missingProperty}`, message: "is required" };
    }
    if (keyword === "enum") {
      return {
        path: instancePath,
        message: `must be one of ${JSON.stringify(params.allowedValues)}`,
      };
    }
    return { path: instancePath, message };
  });
}

/** The issues in one line. */
export function inWords(issues: readonly Issue[]): string {
  return issues
    .map(({ path, message }) => (path === "" ? message : `${path} ${message}`))
    .join("; ");
}
