import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Ajv, type AnySchemaObject } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { fastFormats } from "ajv-formats/dist/formats.js";
import openapiTypeScript, { astToString } from "openapi-typescript";
import { CliError } from "../lib/cli.js";
import {
  type Contract,
  contractPath,
  type Operation,
  operationsOf,
  readContract,
  type Schema,
} from "../lib/contract.js";

const bannerOf = (source: string) =>
  `// Generated from ${source} by \`npm run generate\`. Do not edit.\n`;
const banner = bannerOf(contractPath);

/** What `npm run generate` writes, by file name. */
export async function generatedFiles(root: string): Promise<Record<string, string>> {
  const contract = await readContract(root);
  return {
    "openapi.ts": banner + astToString(await openapiTypeScript(pathToFileURL(root + contractPath))),
    "contract.js": banner + contractModule(contract),
    "contract.d.ts": banner + contractDeclarations(contract),
    "examples.js": banner + examplesModule(contract),
    "examples.d.ts": banner + examplesDeclarations(contract),
    ...versionModule(root),
  };
}

/** The one operation that the client is for, and what the code needs to know of it. */
function facts(contract: Contract) {
  const [only, ...others] = operationsOf(contract);
  if (only === undefined || others.length > 0) {
    throw new CliError(
      `The client is for one operation, and the contract has ${others.length + (only ? 1 : 0)}.`,
    );
  }
  const { operation, path } = only;
  const requestBody = bodySchema(operation.requestBody);
  if (requestBody === undefined) {
    throw new CliError(`${operation.operationId} has no JSON request body to validate.`);
  }
  return {
    baseUrl: contract.servers[0]?.url,
    path,
    fixedHeaders: fixedHeaders(operation),
    fixedFields: fixedFields(requestBody),
    requestBody,
    responses: operation.responses,
    responseBodies: Object.entries(operation.responses).map(
      ([status, response]) => [status, bodySchema(response)] as const,
    ),
  };
}

function bodySchema(message: { content?: Operation["requestBody"]["content"] }) {
  return message.content?.["application/json"]?.schema;
}

/** The required headers that have one possible value. */
function fixedHeaders({ parameters = [] }: Operation): Record<string, unknown> {
  return Object.fromEntries(
    parameters.flatMap(({ name, in: place, required, schema }) =>
      place === "header" && required && schema.enum?.length === 1 ? [[name, schema.enum[0]]] : [],
    ),
  );
}

/** The required fields that have one possible value. */
function fixedFields({ required = [], properties = {} }: Schema): Record<string, unknown> {
  return Object.fromEntries(
    required.flatMap((name) => {
      const values = properties[name]?.enum;
      return values?.length === 1 ? [[name, values[0]]] : [];
    }),
  );
}

function contractModule(contract: Contract): string {
  const { baseUrl, path, fixedHeaders, fixedFields, requestBody, responseBodies } = facts(contract);
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    ownProperties: true, // what stands on Object.prototype is not a field
    code: { source: true, esm: true, lines: true },
  });
  for (const [name, format] of Object.entries(fastFormats)) {
    // Ajv writes a regular expression out in full; anything else would have to be imported.
    const pattern = typeof format === "object" && "validate" in format ? format.validate : format;
    if (pattern instanceof RegExp) ajv.addFormat(name, pattern);
  }
  ajv.addSchema(validating(requestBody), "requestBody");
  const validators: Record<string, string> = { validateRequestBody: "requestBody" };
  /** By schema: statuses whose bodies have the same one share its validator. */
  const names = new Map<string, string>();
  const byStatus = responseBodies.map(([status, schema]) => {
    if (schema === undefined) return `  ${status}: null,\n`;
    const checked = validating(schema);
    const key = JSON.stringify(checked);
    const name = names.get(key) ?? `validate${status}`;
    if (!names.has(key)) {
      names.set(key, name);
      ajv.addSchema(checked, status);
      validators[name] = status;
    }
    return `  ${status}: ${name},\n`;
  });
  return `
export const baseUrl = ${JSON.stringify(baseUrl)};
export const path = ${JSON.stringify(path)};
export const fixedHeaders = ${JSON.stringify(fixedHeaders)};
export const fixedFields = ${JSON.stringify(fixedFields)};

${standaloneCode.default(ajv, validators)}

export const validateResponseBody = {
${byStatus.join("")}};
`;
}

function contractDeclarations(contract: Contract): string {
  const { baseUrl, path, fixedHeaders, fixedFields, responseBodies } = facts(contract);
  const literal = (values: Record<string, unknown>) =>
    `{ ${Object.entries(values)
      .map(([name, value]) => `readonly ${JSON.stringify(name)}: ${JSON.stringify(value)};`)
      .join(" ")} }`;
  const byStatus = responseBodies.map(
    ([status, schema]) => `  readonly ${status}: ${schema === undefined ? "null" : "Validator"};\n`,
  );
  return `
/** One place where a value departs from its schema, as Ajv reports it. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Checks a value against its schema; where the answer is false, \`errors\` holds every departure. */
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly ValidationError[] | null;
}

/** The server of the contract. */
export declare const baseUrl: ${JSON.stringify(baseUrl)};

/** The path of the operation. */
export declare const path: ${JSON.stringify(path)};

/** The required headers that have one possible value. */
export declare const fixedHeaders: ${literal(fixedHeaders)};

/** The required fields of the request body that have one possible value. */
export declare const fixedFields: ${literal(fixedFields)};

export declare const validateRequestBody: Validator;

/** A validator for each documented status; null where the contract promises no body. */
export declare const validateResponseBody: {
${byStatus.join("")}};
`;
}

/** What a fake of the API answers with. */
function examplesModule(contract: Contract): string {
  const { responses } = facts(contract);
  const [success] = Object.values(responses);
  const headers = Object.entries(success?.headers ?? {}).map(([name, { example }]) => [
    name,
    example,
  ]);
  const bodies = Object.entries(responses).map(([status, { content }]) => {
    const [example] = Object.values(content?.["application/json"]?.examples ?? {});
    return `  ${status}: ${JSON.stringify(example?.value)},\n`;
  });
  return `
export const exampleHeaders = ${JSON.stringify(Object.fromEntries(headers))};

export const exampleBodies = {
${bodies.join("")}};
`;
}

function examplesDeclarations(contract: Contract): string {
  const { responses } = facts(contract);
  const [success] = Object.values(responses);
  const headers = Object.keys(success?.headers ?? {}).map(
    (name) => `  readonly ${JSON.stringify(name)}: number;\n`,
  );
  const bodies = Object.entries(responses).map(
    ([status, { content }]) => `  readonly ${status}: ${content ? "object" : "undefined"};\n`,
  );
  return `
/** The example of each header of the documented success. */
export declare const exampleHeaders: {
${headers.join("")}};

/** The first example of each documented status's body; undefined where the contract promises none. */
export declare const exampleBodies: {
${bodies.join("")}};
`;
}

/** The version of the package, as code can read it on every platform. */
function versionModule(root: string): Record<string, string> {
  const { version }: { version: string } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const from = bannerOf("package.json");
  const literal = JSON.stringify(version);
  return {
    "version.js": `${from}\nexport const version = ${literal};\n`,
    "version.d.ts": `${from}\n/** The version of this package. */\nexport declare const version: string;\n`,
  };
}

/**
 * The schema as Ajv is given it: without annotations, so that new wording does not change the
 * validators, and an enum without its type, which its values have. An enum of one value is a `const`,
 * for which Ajv need not keep the schema.
 */
function validating({ description, example, enum: values, ...schema }: Schema): AnySchemaObject {
  if (values) return values.length === 1 ? { const: values[0] } : { enum: values };
  return {
    ...schema,
    ...(schema.items && { items: validating(schema.items) }),
    ...(schema.properties && {
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, it]) => [name, validating(it)]),
      ),
    }),
  };
}
