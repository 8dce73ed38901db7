import {
  type Content,
  type Document,
  type Operation,
  resolve,
  type Schema,
} from "../lib/contract.js";
import { forEachSchema } from "./schemas.js";

/** A part of the contract that is not generated: its place, and what to do. */
export class ContractError extends Error {
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}

const dialect = "https://json-schema.org/draft/2020-12/schema";

/**
 * Refuses what the linter takes and the generator cannot keep, so that nothing is ignored in silence.
 *
 * @throws {@link ContractError}
 */
export function refuseUnsupported(document: Document, operations: readonly Operation[]): void {
  if (document.jsonSchemaDialect !== dialect) {
    refuse("jsonSchemaDialect", `must be ${dialect}; without it the mock judges by draft-07`);
  }
  if (!/^https:[^{]+$/.test(document.servers?.[0]?.url ?? "")) {
    refuse("servers", "the first must be an https URL without variables, the default `baseUrl`");
  }
  if (operations.length === 0) refuse("paths", "must have an operation");
  if (document.webhooks) refuse("webhooks", "a client sends none; leave them out");
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (item.servers) refuse(`paths.${path}.servers`, "a client has one server; list it on top");
  }
  for (const operation of operations) refuseInOperation(document, operation);
  forEachSchema(document, (schema, place) => refuseInSchema(document, schema, place));
}

function refuse(place: string, problem: string): never {
  throw new ContractError(place, problem);
}

function refuseInOperation(document: Document, operation: Operation): void {
  const { id, place, method, path, source, parameters } = operation;
  if (!isIdentifier(id)) {
    refuse(
      `${place}.operationId`,
      `must be an identifier, such as ${camelCase(id || `${method} ${path}`)}`,
    );
  }
  if (source.servers) refuse(`${place}.servers`, "a client has one server; list it on top");
  if (source.callbacks) refuse(`${place}.callbacks`, "a client receives none; leave them out");
  for (const scheme of (source.security ?? document.security ?? []).flatMap(Object.keys)) {
    const { type, scheme: kind } = Object(
      resolve(document, document.components?.securitySchemes?.[scheme]),
    ) as { readonly type?: string; readonly scheme?: string };
    if (!/^(oauth2|openIdConnect)$/.test(String(type)) && String(kind).toLowerCase() !== "bearer") {
      refuse(`${place}.security.${scheme}`, "the client sends bearer tokens alone");
    }
  }
  for (const parameter of parameters) refuseParameter(`${place}.parameters`, parameter);
  if (!operation.responses.some(({ status }) => status >= 200 && status < 300)) {
    refuse(`${place}.responses`, "must document a success (2xx)");
  }
  if (method === "trace") refuse(place, "no fetch sends TRACE; leave it out");
  const request = resolve(document, source.requestBody);
  if (request) {
    const at = `${place}.requestBody`;
    if (/^(get|head)$/.test(method)) refuse(at, "no fetch sends a body with GET or HEAD");
    refuseContent(at, request.content);
    if (operation.body === undefined) refuse(at, "application/json needs a schema");
  }
  for (const [status, response] of Object.entries(source.responses ?? {})) {
    const at = `${place}.responses.${status}`;
    if (!/^\d{3}$/.test(status)) refuse(at, "must be documented status by status");
    refuseContent(at, resolve(document, response).content ?? {});
  }
}

function refuseParameter(place: string, parameter: Operation["parameters"][number]): void {
  const at = `${place}.${parameter.name}`;
  const { in: location, content, style, allowReserved } = parameter;
  if (location === "cookie") refuse(at, "the client sends no cookies; leave it out");
  if (content) refuse(at, "`content` is not generated; give it a `schema`");
  const isDefault = style === undefined || style === (location === "query" ? "form" : "simple");
  if (!isDefault || allowReserved) {
    refuse(at, `style ${style ?? "allowReserved"} is not generated; leave it out, for the default`);
  }
}

function refuseContent(place: string, content: Content): void {
  const other = Object.keys(content).find((type) => type !== "application/json");
  if (other) refuse(place, `${other} is not generated; document application/json alone`);
}

function refuseInSchema(document: Document, schema: Schema, place: string): void {
  const id = ["$id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef"].find(
    (key) => key in schema,
  );
  if (id)
    refuse(place, `${id} is not generated; put the schema under components and refer to it there`);
  const { pattern } = schema;
  if (typeof pattern === "string" && !isPattern(pattern)) {
    refuse(place, `the pattern ${pattern} is no regular expression with the flag u`);
  }
  const { enum: values, const: only, properties: fields } = schema;
  if (/[^\0-\xff]/.test(JSON.stringify([values, only, pattern, Object.keys(fields ?? {})]))) {
    refuse(place, "the mock reports limits in Latin-1 alone; in a pattern, write \\u{…}");
  }
  if ("nullable" in schema) refuse(place, "`nullable` is OpenAPI 3.0's; add null to the types");
  const {
    required = [],
    properties = {},
    allOf = [],
  } = schema as {
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly allOf?: readonly Schema[];
  };
  const readOnly = required.find((name) => resolve(document, properties[name])?.readOnly);
  if (readOnly) {
    refuse(
      `${place}.properties.${readOnly}`,
      "is required and `readOnly`; give requests a schema without it",
    );
  }
  const parts = allOf.length > 0 ? [schema, ...allOf.map((part) => resolve(document, part))] : [];
  if (parts.some(({ additionalProperties }) => additionalProperties === false)) {
    refuse(
      place,
      "`allOf` with `additionalProperties: false` is judged otherwise by the mock; use `unevaluatedProperties: false`",
    );
  }
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") !== null;
  } catch {
    return false;
  }
}

/** Whether a name can be that of an export, beside what else the generated modules have. */
function isIdentifier(name: string): boolean {
  const taken = /^(baseUrl|fixedHeaderNames|operations|validators|undefined|NaN|Infinity)$/;
  return /^[A-Za-z_$][\w$]*$/.test(name) && !taken.test(name);
}

function camelCase(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const [first = "", ...others] = words;
  const name =
    first.charAt(0).toLowerCase() +
    first.slice(1) +
    others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return isIdentifier(name) ? name : `_${name}`;
}
