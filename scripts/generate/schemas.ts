import traverse, { type SchemaObject } from "json-schema-traverse";

// Three keywords of 2020-12 that json-schema-traverse, and with it Ajv, does not know: a list of schemas, a
// map of schemas, and a map of something else.
const known = traverse as unknown as Readonly<Record<string, Record<string, boolean>>>; // its types leave these tables out
Object.assign(known.arrayKeywords ?? {}, { prefixItems: true });
Object.assign(known.propsKeywords ?? {}, { dependentSchemas: true });
Object.assign(known.skipKeywords ?? {}, { dependentRequired: true });

/** Keywords that say something about a value and limit nothing. */
export const annotations =
  /^(title|description|examples?|default|deprecated|readOnly|writeOnly|externalDocs|xml|discriminator|content(Encoding|MediaType|Schema)|\$comment|x-.*)$/;

/** Visits each schema of a document or of a part of it, the outer before the inner. */
export function forEachSchema(
  part: unknown,
  visit: (schema: SchemaObject, place: string) => void,
  place: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(Object(part))) {
    const here = [...place, key];
    const schemas =
      key === "schema" ? { "": value } : key === "schemas" ? Object(value) : undefined;
    if (schemas !== undefined) {
      for (const [name, schema] of Object.entries<SchemaObject>(schemas)) {
        const at = [...here, name].filter(Boolean).join(".");
        traverse(schema, {
          allKeys: true,
          cb: (inner, pointer) => visit(inner, at + pointer.replaceAll("/", ".")),
        });
      }
    } else if (typeof value === "object" && !/^examples?$/.test(key)) {
      forEachSchema(value, visit, here);
    }
  }
}
