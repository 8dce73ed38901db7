// npm run generate: writes generated/ from the contract, which `redocly lint` has found good. With
// --check it writes nothing, and fails where a file is stale.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv, type AnySchemaObject } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { fastFormats } from "ajv-formats/dist/formats.js";
import openapiTypeScript, { astToString } from "openapi-typescript";
import {
  type Content,
  type Operation,
  operationOf,
  readContract,
  type Schema,
} from "./lib/contract.js";
import { fail, root } from "./lib/tools.js";

const contractFile = join(root, "openapi/openapi.yaml");
const banner = "// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.\n";

const [flag, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== "--check")) {
  fail("Usage: npm run generate [-- --check]");
}

const { baseUrl, path, operation, requestBody } = readFacts();
const files: Readonly<Record<string, string>> = {
  "openapi.ts": banner + astToString(await openapiTypeScript(pathToFileURL(contractFile))),
  "validators.ts": validators(requestBody, operation),
  "contract.ts": constants(requestBody, operation),
  "examples.ts": examples(requestBody, operation),
};
const stale = Object.keys(files).filter((name) => read(name) !== files[name]);
if (flag === "--check" && stale.length > 0) {
  console.error(`generated/${stale.join(", generated/")}: stale. Run npm run generate.`);
  process.exit(1);
}
mkdirSync(join(root, "generated"), { recursive: true });
for (const name of stale) writeFileSync(join(root, "generated", name), files[name] ?? "");
console.log(`generated: ${stale.length > 0 ? `wrote ${stale.join(", ")}` : "up to date"}`);

/** The parts of the contract that the client is generated from. */
function readFacts() {
  try {
    const contract = readContract();
    const { path, operation } = operationOf(contract);
    const requestBody = jsonIn(operation.requestBody.content)?.schema;
    const baseUrl = contract.servers?.[0]?.url ?? "";
    if (!/^https:/.test(baseUrl)) throw new Error("The first server must be an https URL.");
    if (requestBody === undefined) throw new Error("The operation must have a JSON request body.");
    const range = Object.keys(operation.responses).find((status) => !/^\d{3}$/.test(status));
    if (range) throw new Error(`The response ${range} must be documented status by status.`);
    return { baseUrl, path, operation, requestBody };
  } catch (error) {
    return fail(`openapi/openapi.yaml: ${error instanceof Error ? error.message : error}`);
  }
}

/** The validators, as Ajv writes them. */
function validators(requestBody: Schema, { responses }: Operation): string {
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
  ajv.addSchema(validated(requestBody), "validateRequestBody");
  for (const [status, { content }] of Object.entries(responses)) {
    const schema = jsonIn(content)?.schema;
    if (schema) ajv.addSchema(validated(schema), `validate${status}`);
  }
  const names = Object.keys(ajv.schemas).filter((name) => name.startsWith("validate"));
  const code = standaloneCode
    .default(ajv, Object.fromEntries(names.map((name) => [name, name])))
    .replaceAll(/schemaPath:"[^"]*",/g, "") // nobody reads it, and users load it
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', "(text) => [...text].length");
  const [runtime] = /require\(".*"\)/.exec(code) ?? [];
  if (runtime) fail(`openapi/openapi.yaml: it has a keyword that needs ${runtime} at run time.`);
  return `// @ts-nocheck: JavaScript, as Ajv wrote it.\n${banner}${code}\n`;
}

/** The constants, each in its narrowest type. */
function constants(requestBody: Schema, { parameters = [], responses }: Operation): string {
  const validators = Object.entries(responses).map(
    ([status, { content }]) => [status, jsonIn(content) && `validate${status}`] as const,
  );
  const imported = ["validateRequestBody", ...validators.flatMap(([, name]) => name ?? [])];
  const headers = parameters.filter((parameter) => parameter.in === "header" && parameter.required);
  const fields = (requestBody.required ?? []).map((name) => [name, requestBody.properties?.[name]]);
  return `${banner}
import type { Validator } from "../src/validate.js";
import { ${imported.join(", ")} } from "./validators.js";

/** The server of the contract. */
export const baseUrl = ${JSON.stringify(baseUrl)};

/** The path of the operation. */
export const path = ${JSON.stringify(path)};

/** The required headers that have one possible value. */
export const fixedHeaders = ${fixed(headers.map(({ name, schema }) => [name, schema]))} as const;

/** The required fields of the request body that have one possible value. */
export const fixedFields = ${fixed(fields as [string, Schema][])} as const;

export { validateRequestBody };

/** A validator for each documented status; undefined where the contract promises no body. */
export const validateResponseBody = {
${validators.map(([status, name]) => `  ${status}: ${name},\n`).join("")}} satisfies Record<number, Validator | undefined>;
`;
}

/** An object literal of the entries with one possible value. */
function fixed(entries: readonly (readonly [string, Schema | undefined])[]): string {
  const values = entries.flatMap(([name, schema]) =>
    schema?.enum?.length === 1 ? [[name, schema.enum[0]]] : [],
  );
  return JSON.stringify(Object.fromEntries(values));
}

/** The bodies that the fake answers with. */
function examples({ properties = {} }: Schema, { responses }: Operation): string {
  const bodies = Object.entries(responses).map(([status, { content }]) => {
    const [example] = Object.values(jsonIn(content)?.examples ?? {});
    return `  ${status}: ${JSON.stringify(example?.value)},\n`;
  });
  return `${banner}
/** The first example of each documented status's body; undefined where the contract promises none. */
export const exampleBodies = {
${bodies.join("")}};

/** The fields of the request body. */
export const requestFields: readonly string[] = ${JSON.stringify(Object.keys(properties))};
`;
}

function jsonIn(content: Content | undefined): Content["application/json"] {
  return content?.["application/json"];
}

/** The schema without its annotations, so that new wording does not change the validators. */
function validated({
  description,
  example,
  properties,
  items,
  ...schema
}: Schema): AnySchemaObject {
  // An enum's values say their types; for one value alone Ajv needs no list.
  const { enum: values } = schema;
  if (values) return values.length === 1 ? { const: values[0] } : { enum: values };
  return {
    ...schema,
    ...(items && { items: validated(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, validated(property)]),
      ),
    }),
  };
}

function read(name: string): string | undefined {
  const file = join(root, "generated", name);
  // A checkout may have given it the line ends of its system.
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : undefined;
}
