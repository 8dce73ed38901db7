import { type Document, fieldsOf, type Operation, resolve, type Schema } from "../lib/contract.js";
import { writeExport, writeLines } from "./source.js";
import { validatorsOf } from "./validators.js";

/** `operations.ts`: a constant for each operation, so that a bundle holds only what is used. */
export function operationsFile(document: Document, operations: readonly Operation[]): string {
  const hasBodies = operations.some((operation) => validatorsOf(operation).length > 0);
  return `import type { Validator } from "./validators.js";${hasBodies ? '\nimport * as validators from "./validators.js";' : ""}

/** The parts of an operation that a client needs besides its types. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** The required headers that have one possible value. */
  readonly fixedHeaders: Readonly<Record<string, unknown>>;
  /** The required fields of the body that have one possible value. */
  readonly fixedFields: Readonly<Record<string, unknown>>;
  /** The field of the body that takes the id of the location; undefined without one. */
  readonly locationField: string | undefined;
  /** Undefined without a body. */
  readonly validateBody: Validator | undefined;
  /** A validator for each documented status; undefined where the contract promises no body. */
  readonly validateResponse: Readonly<Record<number, Validator | undefined>>;
}

/** The server of the contract. */
export const baseUrl = ${JSON.stringify(document.servers?.[0]?.url)};

/** The headers that the operations fix. */
export const fixedHeaderNames = ${JSON.stringify(headerNames(document, operations))};
${operations.map((operation) => writeConstant(document, operation)).join("")}`;
}

function headerNames(document: Document, operations: readonly Operation[]): readonly string[] {
  return [...new Set(operations.flatMap((it) => Object.keys(fixedHeaders(document, it))))];
}

function writeConstant(document: Document, operation: Operation): string {
  const { id, method, path, body, responses } = operation;
  const statuses = responses.map(
    ({ status, body }) => `${status}: ${body ? `validators.${id}${status}` : undefined}`,
  );
  const value = `{
  id: ${JSON.stringify(id)},
  method: ${JSON.stringify(method.toUpperCase())},
  path: ${JSON.stringify(path)},
  fixedHeaders: ${JSON.stringify(fixedHeaders(document, operation))},
  fixedFields: ${JSON.stringify(onlyValues(document, requiredFields(document, body?.schema)))},
  locationField: ${JSON.stringify(body && locationField(document, body.schema))},
  validateBody: ${body ? `validators.${id}Body` : undefined},
  validateResponse: {${writeLines(statuses)}},
}`;
  return `\n${writeExport(id, "", value, " as const satisfies Operation")}\n`;
}

/** The field whose schema says `x-location-id: true`. */
export function locationField(document: Document, schema: Schema): string | undefined {
  const isLocation = ([, field]: [string, Schema]) =>
    resolve(document, field)["x-location-id"] === true;
  return Object.entries(fieldsOf(document, schema).properties).find(isLocation)?.[0];
}

type Schemas = Readonly<Record<string, Schema | undefined>>;

function requiredFields(document: Document, schema: Schema | undefined): Schemas {
  const { properties, required } = fieldsOf(document, schema);
  return Object.fromEntries(required.map((name) => [name, properties[name]]));
}

function fixedHeaders(document: Document, { parameters }: Operation) {
  const headers = parameters.filter((it) => it.in === "header" && it.required);
  return onlyValues(document, Object.fromEntries(headers.map((it) => [it.name, it.schema])));
}

/** The values of what has one possible value. */
function onlyValues(document: Document, schemas: Schemas): Readonly<Record<string, unknown>> {
  const values = Object.entries(schemas).flatMap(([name, schema]) => {
    const { const: only, enum: values } = Object(resolve(document, schema)) as Schema & {
      readonly enum?: readonly unknown[];
    };
    if (only !== undefined) return [[name, only]];
    return values?.length === 1 ? [[name, values[0]]] : [];
  });
  return Object.fromEntries(values);
}
