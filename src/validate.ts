import type { Validator, Violation } from "../generated/validators.js";

/** One place where a value breaks the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string points at all of it. */
  readonly path: string;
  /** The keyword of JSON Schema that is broken, for example `type`, `required` or `pattern`. */
  readonly keyword: string;
  /** What is wrong there, for example `must be string`. */
  readonly message: string;
}

/**
 * Every place where the value breaks the contract; none without a validator, where the contract leaves the
 * value open.
 */
export function issuesOf(validate: Validator | undefined, value: unknown): readonly Issue[] {
  if (validate === undefined || validate(value)) return [];
  return (validate.errors ?? []).map(toIssue);
}

/** Ajv's message says neither which values are allowed nor which property is meant. */
function toIssue({ instancePath, keyword, params, message = "" }: Violation): Issue {
  const { missingProperty, allowedValues, allowedValue, ...others } = params;
  const path =
    missingProperty === undefined ? instancePath : `${instancePath}/${pointerKey(missingProperty)}`;
  switch (keyword) {
    case "required":
      return { path, keyword, message: "is required" };
    case "const":
      return { path, keyword, message: `must be ${JSON.stringify(allowedValue)}` };
    case "enum":
      return { path, keyword, message: `must be one of ${list(allowedValues)}` };
    default: {
      const extra = others.additionalProperty ?? others.unevaluatedProperty;
      return { path, keyword, message: extra === undefined ? message : `${message}: ${extra}` };
    }
  }
}

function list(values: unknown): string {
  return [values]
    .flat()
    .map((value) => JSON.stringify(value))
    .join(", ");
}

/** A key as it stands in a JSON pointer. */
function pointerKey(key: unknown): string {
  return String(key).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The issues in one line. */
export function formatIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
