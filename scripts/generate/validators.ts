import { Ajv2020 } from "ajv/dist/2020.js";
import standaloneCode from "ajv/dist/standalone/index.js";
import { fastFormats } from "ajv-formats/dist/formats.js";
import { at, type Body, type Document, type Operation } from "../lib/contract.js";
import { valueAt } from "../lib/json.js";
import { withIssues } from "./issues.js";
import { ContractError } from "./refusals.js";
import { annotations, forEachSchema } from "./schemas.js";

/** Judges values by the schemas of a contract, as the generated validators do. */
export type Judge = ReturnType<typeof createJudge>;

export function createJudge(document: Document) {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  });
  // Ajv writes a regular expression out in full; any other format would have to be imported.
  for (const [name, format] of Object.entries(fastFormats)) {
    const pattern = typeof format === "object" && "validate" in format ? format.validate : format;
    ajv.addFormat(name, pattern instanceof RegExp ? pattern : true);
  }
  const stripped = withoutAnnotations(document);
  const { paths, components } = stripped;
  // Otherwise each validator also says which fields it has seen, and takes `$dynamicRef`s, which are refused.
  ajv.opts.unevaluated = /"unevaluated/.test(JSON.stringify([paths, components]));
  ajv.opts.dynamicRef = false;
  ajv.addSchema({ $id: "contract:", paths, components });

  /** The id of the schema at a JSON pointer. */
  const idOf = (pointer: string) =>
    `contract:#${pointer.split("/").map(encodeURIComponent).join("/")}`;

  return {
    /** The validator of a body. */
    validatorOf({ pointer, place }: Body) {
      try {
        const validate = ajv.getSchema(idOf(pointer));
        if (validate !== undefined) return validate;
      } catch (error) {
        throw new ContractError(place, error instanceof Error ? error.message : String(error));
      }
      throw new ContractError(place, `nothing stands at #${pointer}`);
    },
    /** A body's schema without annotations, as a text. */
    schemaOf: ({ pointer }: Body) => JSON.stringify(at(stripped, pointer)),
    /** The source of validators, each exported under its name. */
    code(pointers: Readonly<Record<string, string>>): string {
      const ids = Object.entries(pointers).map(([name, pointer]) => [name, idOf(pointer)]);
      return standaloneCode.default(ajv, Object.fromEntries(ids));
    },
  };
}

/** A copy of the document whose schemas have no annotations, so that wording changes no validator. */
function withoutAnnotations(document: Document): Document {
  const copy = structuredClone(document);
  forEachSchema(copy, (schema) => {
    for (const key of Object.keys(schema)) if (annotations.test(key)) delete schema[key];
  });
  return copy;
}

/** The names and types of an operation's validators. */
export function validatorsOf({ id, body, responses }: Operation) {
  const json = (part: string) =>
    `operations[${JSON.stringify(id)}]${part}["content"]["application/json"]`;
  return [
    ...(body ? [{ name: `${id}Body`, body, type: json('["requestBody"]') }] : []),
    ...responses.flatMap(({ status, body }) =>
      body ? [{ name: `${id}${status}`, body, type: json(`["responses"][${status}]`) }] : [],
    ),
  ];
}

/** `validators.ts`: a validator for each body that the contract documents. */
export function validatorsFile(judge: Judge, operations: readonly Operation[]): string {
  const validators = operations.flatMap(validatorsOf);
  for (const { body } of validators) judge.validatorOf(body);
  // Bodies whose schemas differ in words alone have one validator.
  const first = new Map<string, (typeof validators)[number]>();
  for (const validator of validators) {
    const schema = judge.schemaOf(validator.body);
    if (!first.has(schema)) first.set(schema, validator);
  }
  const written = [...first.values()];
  const others = validators.filter((validator) => !written.includes(validator));
  const types = new Map(validators.map(({ name, type }) => [name, type]));
  const pointers = Object.fromEntries(written.map(({ name, body }) => [name, body.pointer]));
  const code = withIssues(withoutSchemas(judge.code(pointers)))
    .replaceAll(
      /^export const (\w+) =/gm,
      (_, name) => `export const ${name}: Validator<${types.get(name)}> =`,
    )
    .replaceAll("= new RegExp(", "= /* @__PURE__ */ new RegExp(")
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', "(text) => [...text].length")
    .replaceAll('require("ajv/dist/runtime/equal").default', "isEqual");
  const [left] = /require\(".*?"\)|schemaPath:.*|parentData.*/.exec(code) ?? [];
  if (left) throw new ContractError("components", `a keyword is not generated: Ajv writes ${left}`);
  return `// @ts-nocheck: JavaScript, as Ajv wrote it.
import type { operations } from "./openapi.js";

/** One place where a value breaks the contract. */
export interface Issue {
  /** A JSON pointer (RFC 6901) into the value; the empty string points at all of it. */
  readonly path: string;
  /** The keyword of JSON Schema that is broken, for example \`type\`, \`required\` or \`pattern\`. */
  readonly keyword: string;
  /** What is wrong there, for example \`must be string\`. */
  readonly message: string;
}

/** A validator: \`errors\` has every issue of the latest value that it was called with. */
export interface Validator<T = unknown> {
  (value: unknown): value is T;
  errors?: readonly Issue[] | null;
}

${code.includes("isEqual") ? isEqual : ""}${code}
${others.map(({ name, body, type }) => `export const ${name}: Validator<${type}> = ${first.get(judge.schemaOf(body))?.name};\n`).join("")}`;
}

/** The code with the values of an enum, say, in place of a reference to them in a copy of the schema. */
function withoutSchemas(code: string): string {
  const schemas = new Map<string, unknown>();
  return code
    .replaceAll(/^const (schema\d+) = (\{.*\});\n/gm, (_, name, json) => {
      schemas.set(name, JSON.parse(json));
      return "";
    })
    .replaceAll(/\b(schema\d+)((?:\.\w+|\[(?:\d+|"(?:\\.|[^"\\])*")\])+)/g, (_, name, path) => {
      const keys = path.match(/(?<=\.)\w+|(?<=\[)(?:\d+|"(?:\\.|[^"\\])*")(?=\])/g) as string[];
      const names = keys.map((key) => (key.startsWith('"') ? (JSON.parse(key) as string) : key));
      return JSON.stringify(valueAt(schemas.get(name), names));
    });
}

/** Compares JSON values, whatever the order of their keys. */
const isEqual = `function isEqual(a, b) {
  if (a === b || typeof a !== "object" || typeof b !== "object" || !a || !b) return a === b;
  const keys = Object.keys(a);
  return Array.isArray(a) === Array.isArray(b) && keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}
`;
