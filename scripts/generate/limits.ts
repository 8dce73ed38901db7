import { type Document, resolve, type Schema } from "../lib/contract.js";
import { isObject, valueAt, withValue } from "../lib/json.js";
import { sampleOf } from "./samples.js";
import { annotations } from "./schemas.js";

/** A keyword that limits the value at a place. */
export interface Limit {
  readonly place: readonly string[];
  readonly keyword: string;
  readonly schema: Schema;
  /** A value for the whole, in which the place has one. */
  readonly whole: unknown;
}

/** Keywords that are no limits of their own: their schemas are walked, or go with another keyword. */
const structure =
  /^(\$ref|\$defs|definitions|properties|required|dependentRequired|items|prefixItems|allOf|then|else|minContains|maxContains)$/;

/**
 * Every limit of a schema, at every depth.
 *
 * @param isSmall - Whether the samples have their required fields alone.
 */
export function limitsOf(document: Document, root: Schema, isSmall = false): Limit[] {
  const show = (schema: Schema) => sampleOf(document, schema, isSmall);
  return walk(root, [], show(root), []);

  function walk(
    schema: Schema | boolean | undefined,
    place: readonly string[],
    sample: unknown,
    within: readonly string[],
  ): Limit[] {
    if (schema === undefined || schema === true) return [];
    // The mock leaves it out of requests.
    if (typeof schema === "object" && schema.readOnly === true) {
      return [{ place, keyword: "readOnly", schema, whole: sample }];
    }
    if (schema === false) {
      const whole = withValue(sample, place, undefined);
      return [{ place, keyword: "false schema", schema: {}, whole }];
    }
    const whole =
      valueAt(sample, place) === undefined ? withValue(sample, place, show(schema)) : sample;
    const limit = (keyword: string, at = place): Limit => ({ place: at, keyword, schema, whole });
    const inner = (part: unknown, at: readonly string[], sample = whole) =>
      walk(part as Schema, at, sample, within);
    const {
      $ref,
      required,
      dependentRequired,
      properties,
      items,
      prefixItems,
      allOf,
      anyOf,
      oneOf,
    } = schema;
    const { additionalProperties: others } = schema;
    const before = entries(prefixItems).length;
    return [
      ...entries(required).map(([, name]) => limit("required", [...place, String(name)])),
      ...entries(dependentRequired).flatMap(([, names]) =>
        entries(names).map(([, name]) => limit("dependentRequired", [...place, String(name)])),
      ),
      ...Object.keys(schema)
        .filter((key) => isLimit(key, schema[key]))
        .map((key) => limit(key)),
      ...($ref !== undefined && !within.includes(String($ref))
        ? walk(resolve(document, { $ref }) as Schema, place, whole, [...within, String($ref)])
        : []),
      ...entries(properties).flatMap(([name, part]) => inner(part, [...place, name])),
      ...entries(prefixItems).flatMap(([index, part]) => inner(part, [...place, index])),
      ...(items === undefined ? [] : inner(items, [...place, String(before)])),
      ...entries(allOf).flatMap(([, part]) => inner(part, place)),
      ...[...entries(anyOf), ...entries(oneOf)].flatMap(([, part]) =>
        inner(part, place, withBranch(schema, part as Schema, place, whole)),
      ),
      ...(isObject(others) ? inner(others, [...place, "another"]) : []),
    ];
  }

  /** The whole with a value of one of a schema's branches. */
  function withBranch(
    { anyOf, oneOf, ...shared }: Schema,
    branch: Schema,
    place: readonly string[],
    whole: unknown,
  ): unknown {
    const value = show(branch);
    const own = isObject(value) ? { ...Object(show(shared)), ...value } : value;
    return withValue(whole, place, own);
  }
}

function isLimit(keyword: string, value: unknown): boolean {
  if (structure.test(keyword) || annotations.test(keyword)) return false;
  if (/^(additional|unevaluated)/.test(keyword)) return value === false;
  return !(value === false || value === 0) || /imum$/i.test(keyword);
}

/** The entries of an object or a list; none of anything else. */
function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
