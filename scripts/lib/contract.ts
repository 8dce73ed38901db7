import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The parts of a JSON Schema that scripts and tests read. */
export interface Schema {
  readonly description?: string;
  readonly example?: unknown;
  readonly type?: string | readonly string[];
  /** OpenAPI 3.0's way to add `null` to the types. */
  readonly nullable?: boolean;
  readonly deprecated?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
}

export interface Content {
  readonly "application/json"?: {
    readonly schema: Schema;
    readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

export type Header = Omit<Parameter, "name" | "in">;

export interface Response {
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Content;
}

/** The scopes that a request needs, by security scheme. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  readonly operationId: string;
  readonly deprecated?: boolean;
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The parts of an OpenAPI document that scripts and tests read. */
export interface Document {
  readonly info: { readonly version: string };
  readonly servers?: readonly { readonly url: string }[];
  readonly security?: readonly SecurityRequirement[];
  /** By path and method. */
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Reads an OpenAPI document, YAML or JSON, with each internal `$ref` replaced by its target. */
export function readDocument(file: string | URL): Document {
  const document: unknown = parse(readFileSync(file, "utf8"));
  // Redocly has read the file before: as our contract in `npm run lint`, as the vendor's in a bundle.
  return resolve(document, document) as Document;
}

/** Reads the contract. */
export function readContract(): Document {
  return readDocument(new URL("../../openapi/openapi.yaml", import.meta.url));
}

/** The contract's one operation; an error if there is none or more than one. */
export function operationOf({ paths = {} }: Document) {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([key]) => /^(get|put|post|delete|options|head|patch|trace)$/.test(key))
      .map(([method, operation]) => ({ path, method, operation })),
  );
  const [only, ...others] = operations;
  if (only === undefined || others.length > 0) {
    const names = operations.map(({ method, path }) => `${method} ${path}`).join(", ");
    throw new Error(`The contract has to hold one operation. It holds: ${names || "none"}.`);
  }
  return only;
}

/** A `$ref` inside its own target (`within`) is left as it is: a schema may contain itself. */
function resolve(part: unknown, document: unknown, within: readonly string[] = []): unknown {
  if (Array.isArray(part)) return part.map((item) => resolve(item, document, within));
  if (typeof part !== "object" || part === null) return part;
  const resolved: Record<string, unknown> = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, resolve(value, document, within)]),
  );
  const { $ref, allOf, ...rest } = resolved;
  if (typeof $ref === "string" && $ref.startsWith("#/") && !within.includes($ref)) {
    const target = resolve(targetOf($ref, document), document, [...within, $ref]);
    return { ...Object(target), ...rest };
  }
  // OpenAPI 3.0 allows nothing beside a `$ref`, so a described one is wrapped in an `allOf` of one.
  if (Array.isArray(allOf) && allOf.length === 1 && rest.properties === undefined) {
    return { ...Object(allOf[0]), ...rest };
  }
  return resolved;
}

function targetOf(ref: string, document: unknown): unknown {
  const keys = ref.slice("#/".length).split("/");
  return keys.reduce(
    (part, key) => Object(part)[key.replaceAll("~1", "/").replaceAll("~0", "~")],
    document,
  );
}
