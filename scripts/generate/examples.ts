import { type Document, fieldsOf, type Operation, resolve, type Schema } from "../lib/contract.js";
import { isObject } from "../lib/json.js";
import { sampleOf } from "./samples.js";
import { writeExport, writeLines } from "./source.js";
import type { Judge } from "./validators.js";

/** `examples.ts`: what the fake knows of each operation besides its constant. */
export function examplesFile(
  document: Document,
  judge: Judge,
  operations: readonly Operation[],
): string {
  return `import * as operations from "./operations.js";

/** What the contract says of a parameter. */
export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly isRequired: boolean;
  /** The values that it allows; any where undefined. */
  readonly values?: readonly unknown[];
  /** A regular expression; any text where undefined. */
  readonly pattern?: string;
}

/** What the contract shows of an operation. */
export interface OperationExamples {
  readonly operation: operations.Operation;
  /** Whether a request must have a token. */
  readonly isSecured: boolean;
  readonly isBodyRequired: boolean;
  readonly parameters: readonly Parameter[];
  /** The documented status of success. */
  readonly success: number;
  /** An example of each documented body; undefined where the contract promises none. */
  readonly responses: Readonly<Record<number, unknown>>;
  /** The fields of the success that the request gives, each with its value where it was left out. */
  readonly emptyFields: Readonly<Record<string, unknown>>;
}
${operations.map((operation) => writeConstant(document, judge, operation)).join("")}`;
}

function writeConstant(document: Document, judge: Judge, operation: Operation): string {
  const { id, isSecured, isBodyRequired, parameters, responses } = operation;
  const bodies = responses.map(({ status, body }) => {
    const shown = body && (body.examples[0] ?? sampleOf(document, body.schema));
    return `${status}: ${JSON.stringify(shown)}`;
  });
  const facts = parameters.map(({ in: location, name, required = false, schema }) => {
    const { enum: values, const: only, pattern } = Object(resolve(document, schema)) as Schema;
    const allowed = only === undefined ? values : [only];
    return JSON.stringify({ in: location, name, isRequired: required, values: allowed, pattern });
  });
  const value = `{
  operation: operations.${id},
  isSecured: ${isSecured},
  isBodyRequired: ${isBodyRequired},
  parameters: [${writeLines(facts)}],
  success: ${successOf(operation).status},
  responses: {${writeLines(bodies)}},
  emptyFields: ${JSON.stringify(emptyFields(document, judge, operation))},
}`;
  return `\n${writeExport(id, "", value, " satisfies OperationExamples")}\n`;
}

/** The first documented status of success. */
export function successOf({ responses }: Operation): Operation["responses"][number] {
  const success = responses.find(({ status }) => status >= 200 && status < 300);
  if (success === undefined) throw new Error("refuseUnsupported() lets none through");
  return success;
}

/** The optional fields of the request, each with the empty value that the success may have for it. */
function emptyFields(
  document: Document,
  judge: Judge,
  operation: Operation,
): Readonly<Record<string, unknown>> {
  const { body } = successOf(operation);
  const [example] = body ? [...body.examples, sampleOf(document, body.schema)] : [];
  const { properties, required } = fieldsOf(document, operation.body?.schema);
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return Object.fromEntries(
    optional.flatMap((name) => {
      if (body === undefined || !hasField(example, name)) return [];
      const validate = judge.validatorOf(body);
      const empty = [null, "", 0, [], {}, false].find((value) =>
        validate(withField(example, name, value)),
      );
      return empty === undefined ? [] : [[name, empty]];
    }),
  );
}

function hasField(value: unknown, name: string): boolean {
  return (
    isObject(value) && (name in value || Object.values(value).some((it) => hasField(it, name)))
  );
}

/** A copy of the value with the field, at whatever depth it is, set. */
function withField(value: unknown, name: string, set: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [key, key === name ? set : withField(it, name, set)]),
  );
}
