import {
  type Body,
  type Document,
  fieldsOf,
  type Operation,
  resolve,
  type Schema,
} from "./contract.js";

// OpenAPI operations as rows, place -> fact, so that two documents can be compared however they are
// written: `createThing.request.body.slug` -> `string, required`, `createThing.request.body.slug pattern` ->
// `^\\S*$`.

export type Rows = Readonly<Record<string, string>>;

/** Rows that differ on purpose. */
export interface KnownDifference {
  /** A place, or several with `*` for any characters. */
  readonly rows: string;
  /** What the contract says there, where it says one thing: another difference is not known. */
  readonly contract?: string;
  readonly reason: string;
}

/** Keywords that are no facts, or are rows of their own. */
const noRow =
  /^(type|nullable|deprecated|required|properties|items|prefixItems|anyOf|oneOf|title|description|x-.*)$/;

/** The facts of operations of a document. Descriptions are not facts. */
export function rowsOf(document: Document, operations: readonly Operation[]): Rows {
  const rows: Record<string, string> = {
    server: list((document.servers ?? []).map(({ url }) => url)),
  };
  for (const operation of operations) addOperation(operation);
  return rows;

  function addOperation(operation: Operation): void {
    const { id, method, path, isDeprecated, scopes, parameters, responses } = operation;
    rows[id] = `${method.toUpperCase()} ${path}${isDeprecated ? ", deprecated" : ""}`;
    rows[`${id}.scopes`] = list(scopes);
    for (const { in: location, name, schema, required } of parameters) {
      // Its example stands in the schema or beside it, as its author likes.
      const { example, ...facts } = Object(resolve(document, schema));
      addSchema(`${id}.request.${location}.${name}`, facts, [presence(required)]);
    }
    addBody(`${id}.request.body`, operation.body, [presence(operation.isBodyRequired)]);
    for (const { status, body, headers } of responses) {
      addBody(`${id}.response.${status}`, body);
      for (const [name, { schema, required }] of headers) {
        addSchema(`${id}.response.${status}.header.${name}`, schema, [presence(required)]);
      }
    }
  }

  function addBody(place: string, body: Body | undefined, notes: readonly string[] = []): void {
    if (body) addSchema(place, body.schema, notes);
    else rows[place] = "no JSON body";
  }

  function addSchema(
    place: string,
    written: unknown,
    notes: readonly string[] = [],
    within: readonly unknown[] = [],
  ): void {
    const { refs, schema } = merge(written);
    const { type = "any", nullable, deprecated, required, properties, items } = schema;
    rows[place] = [
      [type, nullable ? "null" : []].flat().join(" or "),
      ...notes,
      ...(deprecated ? ["deprecated"] : []),
    ].join(", ");
    if (refs.some((ref) => within.includes(ref))) return; // a schema may contain itself
    const inner = (at: string, part: unknown, notes: readonly string[] = []) =>
      addSchema(`${place}${at}`, part, notes, [...within, ...refs]);
    for (const [keyword, value] of Object.entries(schema)) {
      // An object's example is made of its fields' examples.
      const isRepeated = keyword === "example" && properties !== undefined;
      if (!isRepeated && !noRow.test(keyword)) rows[`${place} ${keyword}`] = list([value].flat());
    }
    for (const [name, property] of Object.entries(Object(properties))) {
      inner(`.${name}`, property, [presence([required].flat().includes(name))]);
    }
    if (items) inner("[]", items);
    for (const keyword of ["prefixItems", "anyOf", "oneOf"]) {
      for (const [index, part] of Object.entries(Object(schema[keyword]))) {
        inner(` ${keyword}[${index}]`, part);
      }
    }
  }

  /** A schema with its `$ref` and its `allOf` in it, so that it does not matter how it is written. */
  function merge(written: unknown): { readonly refs: readonly string[]; readonly schema: Schema } {
    const { $ref, allOf = [], ...own } = Object(written);
    const target = $ref === undefined ? [] : [merge(resolve(document, { $ref }))];
    const parts = [...target, ...allOf.map(merge)];
    const fields = fieldsOf(document, written);
    const hasFields = Object.keys(fields.properties).length > 0;
    return {
      refs: [...[$ref ?? []].flat(), ...parts.flatMap(({ refs }) => refs)],
      schema: Object.assign({}, ...parts.map(({ schema }) => schema), own, hasFields && fields),
    };
  }
}

function presence(isRequired: unknown): string {
  return isRequired ? "required" : "optional";
}

function list(values: readonly unknown[]): string {
  return values
    .map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))
    .join(" | ");
}

/**
 * Compares a document's rows with those of the published operation. Where one side lacks a field or
 * a status, its topmost row stands for all below it.
 */
export function differences(published: Rows, contract: Rows, known: readonly KnownDifference[]) {
  const places = [...new Set([...Object.keys(published), ...Object.keys(contract)])];
  const lacking = places.filter((place) => !(place in published && place in contract));
  const isBelow = (place: string) =>
    lacking.some((top) => place.startsWith(top) && /^[.[ ]/.test(place.slice(top.length)));
  const unequal = places.filter((place) => published[place] !== contract[place]);
  const differing = unequal.filter((place) => !isBelow(place));
  const names = (rows: string, place: string) => patternOf(rows).test(place);
  return {
    /** The differing rows that are not known: the place, and a sentence on what each side says. */
    unexpected: differing
      .filter(
        (place) =>
          !known.some(
            (it) => names(it.rows, place) && (it.contract ?? contract[place]) === contract[place],
          ),
      )
      .map((place) => ({
        place,
        message: `${place}: the contract says ${quoted(contract[place])}, HighLevel publishes ${quoted(published[place])}.`,
      })),
    /** The known differences that name no differing row. */
    stale: known.map(({ rows }) => rows).filter((rows) => !unequal.some((it) => names(rows, it))),
  };
}

function quoted(fact: string | undefined): string {
  return fact === undefined ? "nothing" : `"${fact}"`;
}

function patternOf(rows: string): RegExp {
  const literals = rows.split("*").map((text) => text.replace(/[.[\]]/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`);
}
