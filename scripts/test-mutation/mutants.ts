type Json = null | boolean | number | string | Json[] | JsonObject;
interface JsonObject {
  [name: string]: Json;
}

/** The contract with one point changed. */
export interface Mutant {
  /** The JSON pointer of the point. */
  readonly pointer: string;
  readonly change: string;
  readonly document: Json;
}

/** Every single-point mutant of an OpenAPI document. */
export function mutantsOf(document: Json): Mutant[] {
  return [...points(document, [])].flatMap(({ path, value, parent }) =>
    mutations(path, value, parent).map(({ change, ...mutation }) => ({
      pointer: `/${path.map((it) => it.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
      change,
      document: edited(document, path, mutation),
    })),
  );
}

/** What to do to a point: put a value there, or leave it out. */
type Mutation = { readonly change: string; readonly put?: Json };

function mutations(path: readonly string[], value: Json, parent: Json): Mutation[] {
  const [name = "", under = "", underThat = ""] = [...path].reverse();
  const removed: Mutation = { change: "removed" };
  const changed = (put: Json): Mutation => ({ change: `now ${JSON.stringify(put)}`, put });
  // A property may bear the name of a keyword, as `description` of a collection's seo does.
  const isKeyword = !["properties", "examples", "headers", "schemas"].includes(under);
  const inExample = path.includes("value") || path.includes("example");
  if (inExample && !(name === "value" || name === "example")) return [];

  if (under === "properties" && !inExample) return [removed];
  if (under === "responses" && underThat !== "components") return [removed];
  if (under === "headers" && underThat !== "components") return [removed];
  if (under === "examples" && underThat !== "components") return [removed];
  if (under === "parameters" && underThat !== "components") return [removed];
  if (under === "required" && Array.isArray(parent)) return [removed];
  if (under === "enum") return [changed(`${value}-other`)];
  if (underThat === "security" || under === "security") return [removed];
  if (path.at(-3) === "security" || path.at(-4) === "security") return [changed("another.scope")];
  if (!isKeyword) return [];
  switch (name) {
    case "url":
      return [changed(`${value}/other`)];
    case "type":
      return [changed(value === "string" ? "number" : "string")];
    case "pattern":
    case "format":
    case "enum":
      return [removed];
    case "required":
      return value === true ? [changed(false)] : [];
    case "name":
      return under === "license" ? [] : [changed(`${value}-Other`)];
    case "in":
      return [changed("query")];
    case "scheme":
      return [changed("basic")];
    case "example":
    case "value":
      return [removed, changed({ other: true })];
    case "operationId":
      return [changed(`${value}Other`)];
    default:
      return [];
  }
}

function* points(
  value: Json,
  path: readonly string[],
  parent: Json = null,
): Generator<{ path: readonly string[]; value: Json; parent: Json }> {
  if (path.length > 0) yield { path, value, parent };
  if (typeof value !== "object" || value === null) return;
  for (const [name, it] of Object.entries(value)) {
    if (!name.startsWith("x-")) yield* points(it, [...path, name], value);
  }
}

function edited(document: Json, path: readonly string[], { put }: Omit<Mutation, "change">): Json {
  const [name = "", ...rest] = path;
  const copy: Json = Array.isArray(document) ? [...document] : { ...(document as JsonObject) };
  const container = copy as JsonObject;
  if (rest.length > 0) {
    container[name] = edited(container[name] as Json, rest, put === undefined ? {} : { put });
  } else if (put !== undefined) {
    container[name] = put;
  } else if (Array.isArray(copy)) {
    copy.splice(Number(name), 1);
  } else {
    delete container[name];
  }
  return copy;
}
