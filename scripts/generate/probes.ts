import {
  type Body,
  type Document,
  type Operation,
  type Parameter,
  resolve,
  type Schema,
} from "../lib/contract.js";
import { isObject, pointerKey, valueAt, withValue } from "../lib/json.js";
import { limitsOf } from "./limits.js";
import { locationField } from "./operations.js";
import { sampleOf, validExamples } from "./samples.js";
import { toSource, writeExport, writeLines } from "./source.js";
import type { Judge } from "./validators.js";

// Requests that break the contract, each in one place. For each limit of a request values are tried, until
// one breaks that limit and nothing else. Where none does, the limit stands under `untested`.

/** `probes.ts`: the probes of each operation. */
export function probesFile(
  document: Document,
  judge: Judge,
  operations: readonly Operation[],
): string {
  return `import * as operations from "./operations.js";

/**
 * A breach of one limit: where, of which keyword, and what is sent. A parameter's place is its name, and its
 * value a text. A place in the body is a JSON pointer, and its value either an object, whose fields replace
 * those of the valid body, or the whole body. What is required and left out has no value.
 */
export type Probe = readonly [
  part: "header" | "path" | "query" | "body",
  place: string,
  keyword: string,
  value?: unknown,
];

/** The probes of an operation. */
export interface OperationProbes {
  readonly operation: operations.Operation;
  /** Whether a request must have a token. */
  readonly isSecured: boolean;
  /** The required parameters of a request that breaks nothing. */
  readonly parameters: readonly (readonly [part: string, name: string, value: string])[];
  /** The body of a request that breaks nothing; undefined without one. */
  readonly body: unknown;
  /** The parameters and fields that take the id of the location. */
  readonly locations: readonly (readonly [part: string, name: string])[];
  readonly probes: readonly Probe[];
  /** The limits for which no breach could be derived. */
  readonly untested: readonly string[];
}
${operations.map((operation) => writeConstant(document, judge, operation)).join("")}`;
}

function writeConstant(document: Document, judge: Judge, operation: Operation): string {
  const { id, isSecured, parameters, body } = operation;
  const bodies = body ? validExamples(document, judge, body) : [];
  const [smallest] = bodies.sort((a, b) => sizeOf(a) - sizeOf(b));
  const untested: string[] = [];
  // A place that several branches of a schema limit may be broken twice in the same way.
  const probes = distinct<readonly unknown[]>([
    ...parameters.flatMap((parameter) => parameterProbes(document, parameter, untested)),
    ...bodyProbes(document, judge, operation, smallest, untested),
  ]);
  const value = `{
  operation: operations.${id},
  isSecured: ${isSecured},
  parameters: ${JSON.stringify(validParameters(document, parameters))},
  body: ${toSource(smallest)},
  locations: ${JSON.stringify(locationsOf(document, operation))},
  probes: [${writeLines(probes.map((probe) => `[${probe.map(toSource).join(", ")}]`))}],
  untested: [${writeLines([...new Set(untested)].map((limit) => JSON.stringify(limit)))}],
}`;
  return `\n${writeExport(id, ": OperationProbes", value)}\n`;
}

function validParameters(document: Document, parameters: readonly Parameter[]) {
  return parameters
    .filter(({ required }) => required)
    .flatMap((parameter) => {
      const { in: location, name } = parameter;
      const values = [exampleOf(document, parameter)].flat().map(String);
      // A query repeats the name for each value of a list.
      const sent = location === "query" ? values : [values.join(",")];
      return sent.map((value) => [location, name, value]);
    });
}

function exampleOf(document: Document, { example, schema = {} }: Parameter): unknown {
  return example ?? sampleOf(document, schema);
}

function locationsOf(document: Document, { parameters, body }: Operation) {
  const marked = parameters.filter((it) => resolve(document, it.schema)?.["x-location-id"]);
  const field = body && locationField(document, body.schema);
  return [
    ...marked.map((it) => [it.in, it.name]),
    ...(field === undefined ? [] : [["body", field]]),
  ];
}

/** How many breaches of a keyword are kept: a server may take one and refuse another. */
const mostOf: Readonly<Record<string, number>> = { type: 2, enum: 2, pattern: 4 };

function bodyProbes(
  document: Document,
  judge: Judge,
  { body, isBodyRequired }: Operation,
  valid: unknown,
  untested: string[],
) {
  if (body === undefined) return [];
  const breaches = breachesOf(document, judge, body, valid).flatMap(
    ({ place, keyword, changes }) => {
      // Null for a body that may be left out the mock takes for none.
      const probes = changes.filter((change) => change !== null || isBodyRequired);
      if (probes.length === 0) untested.push(`body${place && ` ${place}`} ${keyword}`);
      return probes.map((change) => ["body", place, keyword, change]);
    },
  );
  return [...(isBodyRequired ? [["body", "", "required"]] : []), ...breaches];
}

/** The limits of a body, each with changes of a valid one that break it at its place, and nothing else. */
export function breachesOf(document: Document, judge: Judge, body: Body, valid: unknown) {
  const validate = judge.validatorOf(body);
  // A schema that contains itself has no valid sample with all its fields.
  const isSmall = !validate(sampleOf(document, body.schema));
  return limitsOf(document, body.schema, isSmall).map(({ place, keyword, schema, whole }) => {
    const pointer = place.map((key) => `/${pointerKey(key)}`).join("");
    const [field = ""] = place;
    const base = place.length === 0 ? valid : whole;
    const changes = listCandidates(keyword, schema, valueAt(base, place)).flatMap((value) => {
      const broken = withValue(base, place, value);
      // As little as possible changes: one field of the valid body, if that field alone breaks.
      return [isObject(valid) && { ...valid, [field]: valueAt(broken, [field]) }, broken]
        .map((it) => difference(valid, it))
        .filter((change) => {
          const isValid = validate(applyChange(valid, change));
          return !isValid && isOnlyAt(pointer, keyword, validate.errors ?? []);
        })
        .slice(0, 1);
    });
    const found = validate(base) ? distinct(changes).slice(0, mostOf[keyword] ?? 1) : [];
    return { place: pointer, keyword, changes: found };
  });
}

/** What changes one body into another: the fields that differ, or the other, where one is no object. */
function difference(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to;
  const names = Object.keys({ ...from, ...to });
  const differing = names.filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]));
  return Object.fromEntries(differing.map((name) => [name, to[name]]));
}

/** A body as a probe changes it. */
export function applyChange(body: unknown, change: unknown): unknown {
  const value = isObject(body) && isObject(change) ? { ...body, ...change } : change;
  return JSON.parse(JSON.stringify(value) ?? "null");
}

/** Keywords that report what is wrong in their schemas too, which stands at other places. */
const choices = /^(anyOf|oneOf|if|contains|propertyNames)$/;

/** Whether errors name the keyword at the place, and no other place. */
function isOnlyAt(pointer: string, keyword: string, errors: readonly Violation[]): boolean {
  const places = errors.map(({ instancePath, params }) =>
    params.missingProperty === undefined
      ? instancePath
      : `${instancePath}/${pointerKey(String(params.missingProperty))}`,
  );
  return (
    errors.some((error, index) => error.keyword === keyword && places[index] === pointer) &&
    (errors.some((error) => choices.test(error.keyword)) || places.every((it) => it === pointer))
  );
}

interface Violation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const ofEachType = [null, 1, "text", 1.5, true, {}, []];

/** Values that may break a keyword, the telling ones first. */
function listCandidates(keyword: string, schema: Schema, value: unknown): readonly unknown[] {
  const figure = Number(schema[keyword]);
  const text = typeof value === "string" ? value : "text";
  const list = Array.isArray(value) ? value : [];
  const fields = isObject(value) ? value : {};
  switch (keyword) {
    case "required":
    case "dependentRequired":
      return [undefined];
    case "enum":
    case "const":
      return [text.toUpperCase(), "no such value", ...ofEachType];
    case "pattern":
    case "format":
      return [`${text}\t`, "two words", "", `${text}~`, "no such value"];
    case "minLength":
      return [text.slice(0, figure - 1), "x".repeat(figure - 1)];
    case "maxLength":
      return [text.padEnd(figure + 1, text || "x"), "x".repeat(figure + 1)];
    case "minimum":
      return [figure - 1];
    case "maximum":
      return [figure + 1];
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return [figure];
    case "multipleOf":
      return [Number(value) + figure / 2];
    case "minItems":
      return [list.slice(0, figure - 1), []];
    case "maxItems":
      return [Array(figure + 1).fill(list[0]), Array.from({ length: figure + 1 }, (_, i) => i)];
    case "uniqueItems":
      return [[list[0], list[0]]];
    case "additionalProperties":
    case "unevaluatedProperties":
      return [{ ...fields, another: "text" }];
    case "minProperties":
      return [{}];
    case "maxProperties":
      return [
        {
          ...fields,
          ...Object.fromEntries(
            Array.from({ length: figure + 1 }, (_, i) => [`another${i}`, "text"]),
          ),
        },
      ];
    default:
      return ofEachType;
  }
}

/** Breaches of what limits a parameter, which is sent as text. */
function parameterProbes(document: Document, parameter: Parameter, untested: string[]) {
  const { in: location, name, required, schema, explode } = parameter;
  // openapi-fetch repeats the name for each value, unless the method says otherwise.
  if (location === "query" && explode === false) untested.push(`query ${name} explode`);
  const limits = limitsOf(document, schema ?? {}).filter(({ keyword, schema }) => {
    const takesText = [schema.type]
      .flat()
      .some((type) => /^(string|array|object)$/.test(String(type)));
    return !(keyword === "type" && takesText); // every text is one
  });
  const found = limits.map(({ place, keyword, schema }) => {
    const value =
      place.length === 0
        ? parameterBreach(keyword, schema, exampleOf(document, parameter))
        : undefined;
    if (value === undefined)
      untested.push([location, [name, ...place].join("/"), keyword].join(" "));
    return [location, name, keyword, value];
  });
  return [
    ...(required && location !== "path" ? [[location, name, "required"]] : []),
    ...found.filter(([, , , value]) => value !== undefined),
  ];
}

function parameterBreach(keyword: string, schema: Schema, valid: unknown): string | undefined {
  if (/^(format|anyOf|oneOf|not|if|contains)$/.test(keyword)) return undefined;
  const pattern = new RegExp(String(schema.pattern), "u");
  const texts = keyword === "type" ? ["text"] : listCandidates(keyword, schema, valid);
  return texts
    .filter((it) => typeof it === "string" || typeof it === "number")
    .map((it) => String(it).trim())
    .find(
      (it) => it !== "" && it !== String(valid) && !(keyword === "pattern" && pattern.test(it)),
    );
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [toSource(value), value])).values()];
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
