import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Ajv, type AnySchemaObject } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { fastFormats } from "ajv-formats/dist/formats.js";
import openapiTypeScript, { astToString } from "openapi-typescript";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import {
  type Contract,
  contractFile,
  lint,
  type Operation,
  operationsOf,
  readContract,
  type Schema,
} from "./contract.js";

const generatedFolder = fileURLToPath(new URL("../generated/", import.meta.url));

const banner = "// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.\n";

/** What `npm run generate` writes, by file name. */
export async function generate(file = contractFile): Promise<Record<string, string>> {
  const contract = readContract(file);
  return {
    "openapi.ts": banner + astToString(await openapiTypeScript(pathToFileURL(file))),
    "contract.js": banner + contractModule(contract),
    "contract.d.ts": banner + contractDeclarations(contract),
  };
}

/** The one operation that the client is for, and what the code needs to know of it. */
function facts(contract: Contract) {
  const [only, ...others] = operationsOf(contract);
  if (only === undefined || others.length > 0) {
    throw new CouldNotDoIt(
      `The client is for one operation, and the contract has ${others.length + (only ? 1 : 0)}.`,
    );
  }
  const { operation, path } = only;
  const requestBody = bodySchema(operation.requestBody);
  if (requestBody === undefined) {
    throw new CouldNotDoIt(`${operation.operationId} has no JSON request body to validate.`);
  }
  return {
    baseUrl: contract.servers[0]?.url,
    path,
    fixedHeaders: fixedHeaders(operation),
    fixedFields: fixedFields(requestBody),
    requestBody,
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
    code: { source: true, esm: true, lines: true },
  });
  for (const [name, format] of Object.entries(fastFormats)) {
    // Ajv writes a regular expression out in full; anything else would have to be imported.
    const pattern = typeof format === "object" && "validate" in format ? format.validate : format;
    if (pattern instanceof RegExp) ajv.addFormat(name, pattern);
  }
  ajv.addSchema(validating(requestBody), "requestBody");
  const validators: Record<string, string> = { validateRequestBody: "requestBody" };
  const byStatus = responseBodies.map(([status, schema]) => {
    if (schema === undefined) return `  ${status}: null,\n`;
    ajv.addSchema(validating(schema), status);
    validators[`validate${status}`] = status;
    return `  ${status}: validate${status},\n`;
  });
  return `
export const baseUrl = ${JSON.stringify(baseUrl)};
export const path = ${JSON.stringify(path)};
export const fixedHeaders = ${JSON.stringify(fixedHeaders)};
export const fixedFields = ${JSON.stringify(fixedFields)};

${trimmed(standaloneCode.default(ajv, validators))}

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

/** The validators without what they take and give that nobody asks for, and each error in one line. */
function trimmed(code: string): string {
  return code
    .replace('"use strict";', "")
    .replaceAll(", parentData, parentDataProperty, rootData=data", "")
    .replaceAll(/schemaPath:"(?:[^"\\]|\\.)*",/g, "")
    .replaceAll(
      /const (err\d+) = (.*);\nif\(vErrors === null\)\{\nvErrors = \[\1\];\n\}\nelse \{\nvErrors\.push\(\1\);\n\}\nerrors\+\+;/g,
      "errors = (vErrors ??= []).push($2);",
    )
    .trim();
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

/** The files below `folder` that are missing or differ from `files`. */
export function staleFiles(files: Record<string, string>, folder = generatedFolder): string[] {
  return Object.keys(files).filter((name) => {
    const file = join(folder, name);
    // A checkout may have turned the line ends into those of its system.
    return !existsSync(file) || readFileSync(file, "utf8").replaceAll("\r\n", "\n") !== files[name];
  });
}

cli(
  import.meta,
  "npm run generate [-- --check]",
  { check: { type: "boolean", default: false } },
  async ({ values: { check } }) => {
    const folder = relative(process.cwd(), generatedFolder);
    if (!check) {
      const problems = lint();
      if (problems.length > 0) {
        console.error(problems.join("\n"));
        console.error(`The contract does not lint; ${folder} is as it was.`);
        return exitCode.foundSomethingWrong;
      }
    }
    const files = await generate();
    const stale = staleFiles(files);
    if (check && stale.length > 0) {
      console.error(
        `${stale.map((name) => join(folder, name)).join(", ")}: stale. Run \`npm run generate\`.`,
      );
      return exitCode.foundSomethingWrong;
    }
    if (!check) {
      mkdirSync(generatedFolder, { recursive: true });
      for (const name of stale) writeFileSync(join(generatedFolder, name), files[name] ?? "");
    }
    const written = check || stale.length === 0 ? "up to date" : `written: ${stale.join(", ")}`;
    console.log(`${folder}: ${written}`);
    return exitCode.done;
  },
);
