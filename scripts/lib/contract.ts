import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pointerKey } from "./json.js";
import { redoclyCli, root, temporaryFolder } from "./tools.js";

// OpenAPI documents: how they are read, and their operations with every `$ref` but a schema's followed.

/** The contract's file, from the repository's folder. */
export const contractFile = "openapi/openapi.yaml";

/** A JSON Schema. Its keywords are those of 2020-12, and what OpenAPI adds. */
export type Schema = Readonly<Record<string, unknown>>;

/** A place that refers to another. */
interface Reference {
  readonly $ref: string;
}

type Maybe<T> = T | Reference;

/** What a request or a response carries, by media type. */
export type Content = Readonly<
  Record<
    string,
    {
      readonly schema?: Schema;
      readonly example?: unknown;
      readonly examples?: Readonly<Record<string, Maybe<{ readonly value?: unknown }>>>;
    }
  >
>;

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly [keyword: string]: unknown;
}

interface OperationObject {
  readonly operationId?: string;
  readonly deprecated?: boolean;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Maybe<Parameter>[];
  readonly requestBody?: Maybe<{ readonly required?: boolean; readonly content: Content }>;
  readonly responses?: Readonly<
    Record<
      string,
      Maybe<{
        readonly headers?: Readonly<Record<string, Maybe<Omit<Parameter, "name" | "in">>>>;
        readonly content?: Content;
      }>
    >
  >;
  readonly [keyword: string]: unknown;
}

/** An OpenAPI document. */
export interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly jsonSchemaDialect?: string;
  readonly servers?: readonly { readonly url: string }[];
  readonly security?: OperationObject["security"];
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [keyword: string]: unknown;
}

/** JSON that a request or a response carries. */
export interface Body {
  /** Where it stands, for messages: `paths./products.get.requestBody`. */
  readonly place: string;
  /** Where its schema stands, as a JSON pointer; two that refer to one schema have one pointer. */
  readonly pointer: string;
  readonly schema: Schema;
  /** The values that the document shows. */
  readonly examples: readonly unknown[];
}

export interface Response {
  readonly status: number;
  readonly body: Body | undefined;
  readonly headers: readonly (readonly [name: string, header: Omit<Parameter, "name" | "in">])[];
}

/** An operation of a document. */
export interface Operation {
  readonly id: string;
  /** Where it stands, for messages: `paths./products.get`. */
  readonly place: string;
  readonly path: string;
  /** In lower case. */
  readonly method: string;
  readonly isDeprecated: boolean;
  /** Whether a request has to have a token. */
  readonly isSecured: boolean;
  readonly scopes: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly isBodyRequired: boolean;
  readonly body: Body | undefined;
  readonly responses: readonly Response[];
  /** As the document has it. */
  readonly source: OperationObject;
}

/**
 * Reads an OpenAPI document of one file or several, as Redocly's linter reads it.
 *
 * @param source - A path or a URL.
 * @throws Error with Redocly's reason.
 */
export function readDocument(source: string): Document {
  const bundle = join(temporaryFolder(), "bundle.json");
  const { status, stderr } = spawnSync(
    process.execPath,
    [redoclyCli, "bundle", source, "--output", bundle],
    { cwd: root, encoding: "utf8", timeout: 60_000 },
  );
  if (status === 0) return JSON.parse(readFileSync(bundle, "utf8"));
  const [reason = "no response, or no such file"] =
    stderr.match(/(?<=^ {2}- ).+|^Can't resolve .+/m) ?? [];
  throw new Error(reason);
}

/** Reads the contract. */
export function readContract(): Document {
  return readDocument(contractFile);
}

/** What a `$ref` leads to; anything else as it is. */
export function resolve<T>(document: Document, part: Maybe<T>): T {
  return find(document, part, "").value as T;
}

/** The properties of a schema and which of them are required, also those of its `$ref` and its `allOf`. */
export function fieldsOf(
  document: Document,
  schema: unknown,
  within: readonly unknown[] = [],
): { readonly properties: Readonly<Record<string, Schema>>; readonly required: readonly string[] } {
  const { $ref, allOf = [], properties, required = [] } = Object(schema);
  const target = $ref === undefined || within.includes($ref) ? [] : [resolve(document, { $ref })];
  const parts = [...target, ...allOf].map((part) => fieldsOf(document, part, [...within, $ref]));
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties), properties),
    required: [...new Set([...parts.flatMap((part) => part.required), ...required])],
  };
}

/** The document's operations, in its order. */
export function operationsOf(document: Document): Operation[] {
  return Object.keys(document.paths ?? {}).flatMap((path) => {
    const item = find(document, document.paths?.[path], `/paths/${pointerKey(path)}`);
    return Object.keys(Object(item.value))
      .filter(isMethod)
      .map((method) => operationOf(document, path, method, item));
  });
}

/** Whether a path item's key names an operation. */
function isMethod(key: string): boolean {
  return /^(get|put|post|delete|options|head|patch|trace)$/.test(key);
}

/** The operation of a method in a path item. */
function operationOf(document: Document, path: string, method: string, item: Place): Operation {
  const { [method]: source = {}, parameters: shared = [] } = item.value as {
    readonly [method: string]: OperationObject;
  } & { readonly parameters?: readonly Maybe<Parameter>[] };
  const own = (source.parameters ?? []).map((parameter) => resolve(document, parameter));
  const isOwn = ({ in: location, name }: Parameter) =>
    own.some((it) => it.in === location && it.name === name);
  const inherited = shared
    .map((parameter) => resolve(document, parameter))
    .filter((parameter) => !isOwn(parameter));
  const pointer = `${item.pointer}/${method}`;
  const security = source.security ?? document.security ?? [];
  const place = `paths.${path}.${method}`;
  const body = bodyAt(
    document,
    source.requestBody,
    `${pointer}/requestBody`,
    `${place}.requestBody`,
  );
  return {
    id: source.operationId ?? "",
    place,
    path,
    method,
    isDeprecated: source.deprecated === true,
    isSecured: security.length > 0 && security.every((schemes) => Object.keys(schemes).length > 0),
    scopes: security.flatMap((schemes) => Object.values(schemes).flat()),
    parameters: [...inherited, ...own],
    isBodyRequired: resolve(document, source.requestBody)?.required === true,
    body,
    responses: Object.entries(source.responses ?? {}).map(([status, response]) => ({
      status: Number(status),
      body: bodyAt(
        document,
        response,
        `${pointer}/responses/${status}`,
        `${place}.responses.${status}`,
      ),
      headers: Object.entries(resolve(document, response).headers ?? {}).map(
        ([name, header]) => [name, resolve(document, header)] as const,
      ),
    })),
    source,
  };
}

/** The JSON of a request body or a response, which stands at a pointer. */
function bodyAt(
  document: Document,
  part: unknown,
  pointer: string,
  place: string,
): Body | undefined {
  const carrier = find(document, part, pointer);
  const { content = {} } = Object(carrier.value) as { readonly content?: Content };
  const json = content["application/json"];
  if (json?.schema === undefined) return undefined;
  const at = `${carrier.pointer}/content/application~1json/schema`;
  const { value, pointer: target } = find(document, json.schema, at);
  const shown = Object.values(json.examples ?? {}).map((it) => resolve(document, it).value);
  return {
    place,
    pointer: target,
    schema: value as Schema,
    examples: json.example === undefined ? shown : [json.example, ...shown],
  };
}

/** A part of a document, and where it stands. */
interface Place {
  readonly value: unknown;
  readonly pointer: string;
}

/** Follows a `$ref`, and the `$ref` at its target. A schema with other keywords beside one stays. */
function find(document: Document, value: unknown, pointer: string): Place {
  const { $ref, summary, description, ...others } = Object(value);
  if (typeof $ref !== "string" || Object.keys(others).length > 0) return { value, pointer };
  const target = decodeURIComponent($ref.slice(1));
  if (target === pointer) return { value, pointer };
  return find(document, at(document, target), target);
}

/** What stands at a JSON pointer. */
export function at(document: Document, pointer: string): unknown {
  const keys = pointer.split("/").slice(1);
  return keys.reduce<unknown>(
    (part, key) => Object(part)[key.replaceAll("~1", "/").replaceAll("~0", "~")],
    document,
  );
}
