import type { Validator } from "./contract.js";

/** One place where a value breaks the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string is the whole of it. */
  readonly path: string;
  /** What is wrong there, for example `must be string`. */
  readonly message: string;
}

/** Every place where `value` breaks what `validate` was generated from. */
export function issuesOf(validate: Validator, value: unknown): readonly Issue[] {
  validate(value);
  const errors = validate.errors ?? [];
  // A validator keeps its last errors until it is called again: there may be a million of them.
  validate.errors = null;
  return errors.map(({ instancePath: path, keyword, params }) => {
    if (keyword === "required") {
      return { path: `${path}/${params.missingProperty}`, message: "is required" };
    }
    // Every other keyword has one parameter: the type, the value, the pattern.
    const [expected] = Object.values(params);
    const verb = keyword === "type" || keyword === "const" ? "be" : `match ${keyword}`;
    return { path, message: `must ${verb} ${expected}` };
  });
}

/** The issues in one line. */
export function inWords(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
}
