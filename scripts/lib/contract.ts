import { join } from "node:path";
import { CliError, messageOf, projectRoot } from "./cli.js";
import { readDocument } from "./redocly.js";

/** Where the contract, the one source of truth, is in the project. */
export const contractPath = "openapi/openapi.yaml";

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
  readonly headers?: Readonly<
    Record<string, { readonly schema: Schema; readonly example?: unknown }>
  >;
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

/** Reads the contract, each `$ref` replaced by what it names. */
export async function readContract(root = projectRoot): Promise<Contract> {
  try {
    return await readContractIn(root, root);
  } catch (error) {
    throw new CliError(`${contractPath}: ${messageOf(error)}`);
  }
}

/** Reads a contract that lies in another folder, by the settings of the project in `root`. */
export async function readContractIn(folder: string, root = projectRoot): Promise<Contract> {
  const document = await readDocument(join(folder, contractPath), { dereference: true, root });
  // `npm run lint` holds the contract to OpenAPI, and this is what we read of it.
  return document as Contract;
}

/** Every operation of an OpenAPI document, with its place. */
export function operationsOf(contract: Contract) {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}
