import { createHash } from "node:crypto";
import type { Contract, Schema } from "../scripts/lib/contract.js";
import { operationsOf } from "../scripts/lib/contract.js";

// What a test run must exercise of the contract, and what an exchange exercises, as keys that are
// made the same way on both sides. Nothing here names a field, a status or a header.

const key = {
  status: (operation: string, status: number) => `${operation} ${status}`,
  responseHeader: (operation: string, status: number, name: string) =>
    `${operation} ${status} header ${name.toLowerCase()}`,
  responseBody: (operation: string, status: number, body: unknown) =>
    `${operation} ${status} body ${hash(body)}`,
  requestBody: (operation: string, body: unknown) => `${operation} body ${hash(body)}`,
  accepted: (operation: string, place: string) => `${operation} accepted ${place.toLowerCase()}`,
  refused: (operation: string, place: string) => `${operation} refused ${place.toLowerCase()}`,
};

/** A request and the answer to it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly requestHeaders: Headers;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseHeaders: Headers;
  readonly responseBody: unknown;
  /** Where the request departs from the contract, for example `body.seo.title`. */
  readonly violations: readonly string[];
}

/** The keys of what an exchange exercises. */
export function exercisedBy(exchange: Exchange): string[] {
  const { status, requestHeaders, requestBody, responseHeaders, responseBody } = exchange;
  const operation = `${exchange.method} ${exchange.path}`.toLowerCase();
  const places = exchange.violations.map((place) => key.refused(operation, place));
  if (status < 300) {
    for (const [name] of requestHeaders) places.push(key.accepted(operation, `header.${name}`));
    for (const place of placesIn(requestBody)) places.push(key.accepted(operation, place));
    places.push(key.requestBody(operation, requestBody));
  }
  for (const [name] of responseHeaders) places.push(key.responseHeader(operation, status, name));
  return [
    ...places,
    key.status(operation, status),
    key.responseBody(operation, status, responseBody),
  ];
}

/** One thing of the contract that a test must exercise. */
export interface Row {
  readonly kind: string;
  readonly name: string;
  /** All of these. */
  readonly keys: readonly string[];
}

/** Everything of the contract that a test must exercise. */
export function rowsOf(contract: Contract): Row[] {
  return operationsOf(contract).flatMap(({ method, path, operation }) => {
    const id = `${method} ${path}`;
    const json = operation.requestBody.content["application/json"];
    const both = (place: string) => [key.accepted(id, place), key.refused(id, place)];
    const statuses = Object.entries(operation.responses).map(
      ([code, response]) => [Number(code), response] as const,
    );
    return [
      ...statuses.map(([status]) => ({
        kind: "statuses",
        name: String(status),
        keys: [key.status(id, status)],
      })),
      ...statuses.flatMap(([status, { content }]) =>
        Object.entries(content?.["application/json"]?.examples ?? {}).map(([name, { value }]) => ({
          kind: "response examples",
          name: `${status} ${name}`,
          keys: [key.responseBody(id, status, value)],
        })),
      ),
      ...statuses.flatMap(([status, { headers = {} }]) =>
        Object.keys(headers).map((name) => ({
          kind: "response headers",
          name: `${status} ${name}`,
          keys: [key.responseHeader(id, status, name)],
        })),
      ),
      ...Object.entries(json?.examples ?? {}).map(([name, { value }]) => ({
        kind: "request examples",
        name,
        keys: [key.requestBody(id, value)],
      })),
      ...fieldsOf(json?.schema).map((field) => ({
        kind: "request fields, accepted and refused",
        name: field,
        keys: both(`body.${field}`),
      })),
      ...(operation.parameters ?? []).map((parameter) => ({
        kind: "request parameters, accepted and refused",
        name: parameter.name,
        keys: both(`${parameter.in}.${parameter.name}`),
      })),
    ];
  });
}

/** The table of a run, a line a kind, and the rows that nothing exercised. */
export function coverageTable(rows: readonly Row[], exercised: ReadonlySet<string>) {
  const isCovered = ({ keys }: Row) => keys.every((it) => exercised.has(it));
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  const width = Math.max(...kinds.map(({ length }) => length));
  const lines = kinds.map((kind) => {
    const ofKind = rows.filter((row) => row.kind === kind);
    const covered = ofKind.filter(isCovered);
    return `${kind.padEnd(width)}  ${String(covered.length).padStart(2)} of ${ofKind.length}`;
  });
  const uncovered = rows.filter((row) => !isCovered(row));
  return { lines, uncovered: uncovered.map(({ kind, name }) => `${kind}: ${name}`) };
}

/** The places of a JSON value, for example `body.seo.title`. */
function placesIn(value: unknown, place = "body"): string[] {
  if (typeof value !== "object" || value === null) return [place];
  return [
    place,
    ...Object.entries(value).flatMap(([name, it]) => placesIn(it, `${place}.${name}`)),
  ];
}

function fieldsOf(schema: Schema | undefined, parent = ""): string[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([name, it]) => [
    `${parent}${name}`,
    ...fieldsOf(it, `${parent}${name}.`),
  ]);
}

/** The same for the same JSON value, whatever the order of its keys. */
function hash(value: unknown): string {
  const sorted = JSON.stringify(value ?? null, (_, it) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
  return createHash("sha256").update(sorted).digest("base64");
}
