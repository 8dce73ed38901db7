/** One place where a value breaks the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string points at all of it. */
  readonly path: string;
  /** What is wrong there, for example `must be string`. */
  readonly message: string;
}

/** A generated validator: `errors` lists every violation in the latest value that it was called with. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

/** A violation, as Ajv reports it. */
interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Every place where the value breaks the contract; none without a validator, where the contract leaves the
 * value open.
 */
export function issuesOf(validate: Validator | undefined, value: unknown): readonly Issue[] {
  if (validate === undefined || validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath: path, keyword, params }) => {
    if (keyword === "required") {
      return { path: `${path}/${params.missingProperty}`, message: "is required" };
    }
    // Every other keyword has one parameter: the type, the values, the pattern.
    const [expected] = Object.values(params);
    if (keyword === "type" || keyword === "const") return { path, message: `must be ${expected}` };
    if (Array.isArray(expected)) return { path, message: `must be one of ${expected.join(", ")}` };
    return { path, message: `must match ${keyword} ${expected}` };
  });
}

/** The issues in one line. */
export function formatIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
}

/** Whether a value is an object in the sense of JSON. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
