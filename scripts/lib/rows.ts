import { type Document, operationOf, type Schema } from "./contract.js";

// An OpenAPI document as rows, place -> fact, so that two documents can be compared however they are
// written: `request.body.slug` -> `string, required`, `request.body.slug pattern` -> `^\S*$`.

export type Rows = Readonly<Record<string, string>>;

/** Rows that differ on purpose. */
export interface KnownDifference {
  /** A place, or several with `*` for any characters. */
  readonly rows: string;
  /** What the contract says there, where it says one thing: another difference is not known. */
  readonly contract?: string;
  readonly reason: string;
}

/** The facts of a document's one operation. Descriptions are not facts. */
export function rowsOf(document: Document): Rows {
  const { path, method, operation } = operationOf(document);
  const { deprecated, security = document.security ?? [], parameters = [] } = operation;
  const rows: Record<string, string> = {
    server: list((document.servers ?? []).map(({ url }) => url)),
    operation: `${method.toUpperCase()} ${path}${deprecated ? ", deprecated" : ""}`,
    scopes: list(security.flatMap((schemes) => Object.values(schemes).flat())),
  };

  function addSchema(place: string, schema: Schema, ...notes: string[]): void {
    const { type = "any", nullable, deprecated, properties = {}, items, ...keywords } = schema;
    rows[place] = [
      [type, nullable ? "null" : []].flat().join(" or "),
      ...notes,
      ...(deprecated ? ["deprecated"] : []),
    ].join(", ");
    for (const [keyword, value] of Object.entries(keywords)) {
      // An object's example is made of its fields' examples.
      const isRepeated = keyword === "example" && schema.properties !== undefined;
      if (isRepeated || /^(required|title|description|x-.*)$/.test(keyword)) continue;
      rows[`${place} ${keyword}`] = list([value].flat());
    }
    for (const [name, property] of Object.entries(properties)) {
      addSchema(`${place}.${name}`, property, presence(schema.required?.includes(name)));
    }
    if (items) addSchema(`${place}[]`, items);
  }

  for (const { in: location, name, schema, required } of parameters) {
    addSchema(`request.${location}.${name}`, schema, presence(required));
  }
  const { required, content } = operation.requestBody;
  addSchema("request.body", content["application/json"]?.schema ?? {}, presence(required));
  for (const [status, { content, headers = {} }] of Object.entries(operation.responses)) {
    const body = content?.["application/json"]?.schema;
    if (body) addSchema(`response.${status}`, body);
    else rows[`response.${status}`] = "no JSON body";
    for (const [name, { schema, required }] of Object.entries(headers)) {
      addSchema(`response.${status}.header.${name}`, schema, presence(required));
    }
  }
  return rows;
}

function presence(isRequired = false): string {
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
  const differing = places.filter(
    (place) => published[place] !== contract[place] && !isBelow(place),
  );
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
    stale: known.map(({ rows }) => rows).filter((rows) => !differing.some((it) => names(rows, it))),
  };
}

function quoted(fact: string | undefined): string {
  return fact === undefined ? "nothing" : `"${fact}"`;
}

function patternOf(rows: string): RegExp {
  const literals = rows.split("*").map((text) => text.replace(/[.[\]]/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`);
}
