import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CouldNotDoIt } from "./cli.js";
import { reasonIn, redocly } from "./redocly.js";

/** The contract, the one source of truth. */
export const contractFile = fileURLToPath(new URL("../openapi/openapi.yaml", import.meta.url));

/** What the scripts and the contract tests read of a JSON Schema. */
export interface Schema {
  readonly description?: string;
  readonly example?: unknown;
  readonly type?: string;
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
}

export interface Response {
  readonly headers?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content?: Content;
}

export interface Operation {
  readonly operationId: string;
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody: { readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The scopes that a request needs, by security scheme. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** What the scripts and the contract tests read of an OpenAPI document. */
export interface Contract {
  readonly info: { readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security?: readonly SecurityRequirement[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, object>> };
}

/** Reads an OpenAPI document, each `$ref` replaced by what it names. */
export function readContract(file = contractFile): Contract {
  const { status, stdout, stderr } = redocly("bundle", file, "--dereferenced", "--ext", "json");
  if (status !== 0) throw new CouldNotDoIt(`${relative(process.cwd(), file)}: ${reasonIn(stderr)}`);
  return JSON.parse(stdout);
}

/** What the linter finds in an OpenAPI document, a line each: where, what, and by which rule. */
export function lint(file = contractFile): string[] {
  const { status, stdout, stderr } = redocly("lint", file, "--format", "json");
  if (!stdout.startsWith("{")) {
    return status === 0 ? [] : [`${relative(process.cwd(), file)}: ${reasonIn(stderr)}`];
  }
  const { problems }: { problems: readonly Problem[] } = JSON.parse(stdout);
  return problems.map(({ message, ruleId, location: [place] }) => {
    const at = place?.start ? `:${place.start.line}:${place.start.col}` : "";
    return `${relative(process.cwd(), file)}${at} ${message} (${ruleId})`;
  });
}

interface Problem {
  readonly ruleId: string;
  readonly message: string;
  readonly location: readonly {
    readonly start?: { readonly line: number; readonly col: number };
  }[];
}

/** Every operation of an OpenAPI document, with its place. */
export function operationsOf(contract: Contract) {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}
