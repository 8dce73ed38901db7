import fc, { type Arbitrary } from "fast-check";
import { sampleOf } from "../scripts/generate/samples.js";
import { type Document, resolve, type Schema } from "../scripts/lib/contract.js";

/**
 * Random values of a schema, of which about half keep to it: any part may be another value in its place.
 * A text with a format is the schema's example, on which all validators agree.
 */
export function arbitraryOf(document: Document, schema: Schema, depth = 0): Arbitrary<unknown> {
  const other = fc.jsonValue({ maxDepth: 1 });
  const inner = (part: unknown) => arbitraryOf(document, part as Schema, depth + 1);
  return fc.oneof({ arbitrary: fitting(), weight: 15 }, { arbitrary: other, weight: 1 });

  function fitting(): Arbitrary<unknown> {
    const target = resolve(document, schema);
    if (typeof target !== "object" || depth > 5) return other;
    const { enum: values, const: only, anyOf, oneOf, allOf, type, pattern, format } = target;
    if (Array.isArray(values)) return fc.constantFrom(...values);
    if (only !== undefined) return fc.constant(only);
    const branches = [anyOf, oneOf].flat().filter((branch) => branch !== undefined);
    if (branches.length > 0) return fc.oneof(...branches.map(inner));
    if (allOf || format) return fc.constant(sampleOf(document, target));
    const [first] = [type].flat();
    const { minLength, maxLength, minimum, maximum, minItems, maxItems } = target as Limits;
    switch (first) {
      case "string":
        if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern, "u"));
        return fc.string(defined({ minLength, maxLength }));
      case "integer":
        return fc.integer(defined({ min: minimum, max: maximum }));
      case "number":
        return fc.double({
          noNaN: true,
          noDefaultInfinity: true,
          ...defined({ min: minimum, max: maximum }),
        });
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      case "array":
        return fc.array(
          inner(target.items ?? {}),
          defined({ minLength: minItems, maxLength: maxItems ?? 3 }),
        );
      default:
        return first === "object" || target.properties ? record(target) : other;
    }
  }

  function record({ properties, required }: Schema): Arbitrary<unknown> {
    const fields = Object.entries(Object(properties))
      .filter(([, part]) => !Object(resolve(document, part as Schema)).readOnly) // the mock leaves it out
      .map(([name, part]) => [name, inner(part)]);
    const model: Record<string, Arbitrary<unknown>> = Object.fromEntries(fields);
    const requiredKeys = [required].flat().filter((name) => typeof name === "string");
    const whole = fc.record(model, { requiredKeys });
    const partial = fc.record(model, { requiredKeys: [] });
    return fc.oneof({ arbitrary: whole, weight: 9 }, { arbitrary: partial, weight: 1 });
  }
}

interface Limits {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** The fields that are not undefined. */
function defined(fields: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
