import { CliError } from "../lib/cli.js";
import { type Parameter, readContract, type Schema } from "../lib/contract.js";

/** A sample of the contract's `x-codeSamples`. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

interface Described {
  readonly description: string;
}

interface Link {
  readonly description?: string;
  readonly url: string;
}

/** What the page shows of a body. */
interface PageContent {
  readonly "application/json"?: {
    readonly schema: Schema;
    readonly examples?: Readonly<
      Record<string, { readonly summary?: string; readonly value: unknown }>
    >;
  };
}

/** What the page shows of a response. */
export interface PageResponse extends Described {
  readonly headers?: Readonly<Record<string, Described & { readonly schema: Schema }>>;
  readonly content?: PageContent;
}

/** What the page shows of an operation. */
export interface PageOperation extends Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly (Parameter & Described)[];
  readonly requestBody: { readonly content: PageContent };
  readonly responses: Readonly<Record<string, PageResponse>>;
  readonly "x-codeSamples": readonly CodeSample[];
}

/** What the page shows of the contract. */
export interface ContractDocument {
  readonly info: Described & { readonly title: string; readonly version: string };
  readonly externalDocs?: Link;
  readonly server: string;
  readonly path: string;
  readonly method: string;
  readonly operation: PageOperation;
  readonly scopes: readonly string[];
  readonly security: Described;
}

/** What the page reads of the contract beyond what `Contract` names. */
interface Source {
  readonly info: ContractDocument["info"];
  readonly externalDocs?: Link;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, PageOperation>>>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, Described>> };
}

/** Reads the contract as the page shows it. */
export async function readContractForPage(): Promise<ContractDocument> {
  // The same document: `Contract` names what other scripts need of it, `Source` what this one does.
  const { info, externalDocs, servers, paths, components } =
    (await readContract()) as unknown as Source;
  const [[path, methods]] = onlyOf(paths);
  const [[method, operation]] = onlyOf(methods);
  const [[scheme, scopes]] = onlyOf(operation.security[0] ?? {});
  const security = components.securitySchemes[scheme];
  const server = servers[0]?.url;
  if (security === undefined || server === undefined) {
    throw new CliError("The contract names no server, or a security scheme that it does not have.");
  }
  return {
    info,
    ...(externalDocs && { externalDocs }),
    ...{ server, path, method: method.toUpperCase(), operation, scopes, security },
  };
}

/** The single entry of an object: the page is about one operation. */
function onlyOf<T>(record: Readonly<Record<string, T>>): readonly [readonly [string, T]] {
  const entries = Object.entries(record);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    const names = entries.map(([name]) => name).join(", ") || "none";
    throw new CliError(`The reference page shows one operation with one scheme; found ${names}.`);
  }
  return [entry];
}
