/** A point on which two OpenAPI documents do not agree. */
export interface Difference {
  /** What it concerns: what is sent (and where to, and with which token), or what comes back. */
  readonly side: "request" | "response";
  /** What became of a part, or of what is allowed. */
  readonly change: "added" | "removed" | "tightened" | "loosened" | "changed";
  readonly what: string;
  /** JSON pointers into the two documents. What one of them lacks is pointed at by its holder. */
  readonly from: string;
  readonly to: string;
}

/**
 * Whether a difference breaks a user of the client, were the second document the truth from now on.
 *
 * A request that was accepted has to be accepted still: it may become freer (a part that may be
 * left out, one more value), never stricter, and none of its parts may go. A response has to hold
 * what was promised: it may promise more (one more part, one that is now always there), never less,
 * and none of its parts may go, a documented status included. What becomes something else breaks
 * either side: a type, the server, the operation, the scopes.
 *
 * An error status on top, or one more value in a response, breaks nobody at run time; only a
 * `switch` over all of them stops compiling until it has one more case. A success status on top
 * does break, since the client takes it for no success; so `compare` calls that "changed".
 */
export function breaks({ side, change }: Difference): boolean {
  if (change === "tightened") return side === "request";
  if (change === "loosened") return side === "response";
  return change === "removed" || change === "changed";
}

/** How the operations of two dereferenced OpenAPI documents differ, apart from their wording. */
export function compare(from: unknown, to: unknown): readonly Difference[] {
  const [before, after] = [operationsIn(from), operationsIn(to)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    compareFacts(before.get(name) ?? noFacts, after.get(name) ?? noFacts),
  );
}

type Facts = ReadonlyMap<string, Fact>;

const noFacts: Facts = new Map();

function compareFacts(before: Facts, after: Facts): readonly Difference[] {
  const settled = new Set<string>();
  return [...new Map([...before, ...after])].flatMap(([id, fact]) => {
    const [was, is] = [before.get(id), after.get(id)];
    const change = changeOf(fact, was, is);
    // A part that only one of them has, or that is of another type, is told as a whole.
    const isTold = settled.has(fact.holder);
    if (isTold || change === "changed" || !was || !is) settled.add(id);
    if (isTold || change === undefined) return [];
    return {
      side: fact.side,
      change,
      what: `${fact.name}: ${wordsFor(fact, was, is)}`,
      from: (was ?? before.get(fact.holder))?.pointer ?? "",
      to: (is ?? after.get(fact.holder))?.pointer ?? "",
    };
  });
}

/** One thing that a document says. */
interface Fact {
  readonly side: Difference["side"];
  /** Of what it is said, by a name that does not depend on how the document is laid out. */
  readonly name: string;
  /** A keyword, mostly of JSON Schema; or "part", whose value is whether the part is required. */
  readonly aspect: string;
  readonly value: unknown;
  readonly pointer: string;
  /** The fact without which this one says nothing. */
  readonly holder: string;
}

/** A header's name means the same in upper and lower case. */
function idOf({ name, aspect }: Fact): string {
  return `${/ header /.test(name) ? name.toLowerCase() : name}: ${aspect}`;
}

function part(side: Fact["side"], name: string, place: Place, holder: string): Fact {
  const value = at(place, "required").value === true;
  return { side, name, aspect: "part", value, pointer: place.pointer, holder };
}

export const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** What a document says of each of its operations. */
function operationsIn(value: unknown): ReadonlyMap<string, Facts> {
  const document = { value, pointer: "" };
  const operations = membersOf(at(document, "paths")).flatMap((path) =>
    membersOf(path)
      .filter((member) => methods.includes(keyOf(member)))
      .map((operation) => {
        const name = `${keyOf(operation).toUpperCase()} ${keyOf(path)}`;
        const itself = part("request", name, operation, "");
        const facts = [
          itself,
          ...requestFacts([operation, path, document], idOf(itself)),
          ...responseFacts(operation, idOf(itself)),
        ];
        return [name, new Map(facts.map((fact) => [idOf(fact), fact]))] as const;
      }),
  );
  return new Map(operations);
}

type Levels = readonly [operation: Place, path: Place, document: Place];

function* requestFacts(levels: Levels, holder: string): Generator<Fact> {
  const [operation, path, document] = levels;
  // What an operation does not say for itself, its path or the document says for it.
  const inherited = (key: string) =>
    levels.map((level) => at(level, key)).find(({ value }) => value !== undefined) ?? operation;
  const common = { side: "request", name: "request", holder } as const;
  const servers = inherited("servers");
  const urls = membersOf(servers).map((it) => `${at(it, "url").value}`.replace(/\/$/, ""));
  yield { ...common, aspect: "server", value: urls, pointer: servers.pointer };
  const security = inherited("security");
  const value = credentialsIn(security, at(at(document, "components"), "securitySchemes"));
  yield { ...common, aspect: "authorization", value, pointer: security.pointer };

  for (const parameter of [path, operation].flatMap((it) => membersOf(at(it, "parameters")))) {
    const name = `request ${at(parameter, "in").value} ${at(parameter, "name").value}`;
    // OpenAPI describes these elsewhere, and ignores parameters of these names.
    if (/^request header (accept|content-type|authorization)$/i.test(name)) continue;
    const itself = part("request", name, parameter, holder);
    yield itself;
    yield* schemaFacts("request", name, at(parameter, "schema"), idOf(itself));
  }
  const body = at(operation, "requestBody");
  if (body.value === undefined) return;
  const itself = part("request", "request body", body, holder);
  yield itself;
  yield* contentFacts("request", "request body", body, idOf(itself));
}

function* responseFacts(operation: Place, holder: string): Generator<Fact> {
  for (const response of membersOf(at(operation, "responses"))) {
    const status = keyOf(response);
    const itself = part("response", `status ${status}`, response, holder);
    yield itself;
    yield* contentFacts("response", `${status} body`, response, idOf(itself));
    const headers = at(response, "headers");
    if (membersOf(headers).length === 0) continue;
    // A document that describes no headers at all differs in one point, not in every header.
    const all = part("response", `${status} headers`, headers, idOf(itself));
    yield all;
    for (const header of membersOf(headers)) {
      const one = part("response", `${status} header ${keyOf(header)}`, header, idOf(all));
      yield one;
      yield* schemaFacts("response", one.name, at(header, "schema"), idOf(one));
    }
  }
}

type FactsOf = (side: Fact["side"], name: string, place: Place, holder: string) => Generator<Fact>;

const contentFacts: FactsOf = function* (side, name, message, holder) {
  for (const media of membersOf(at(message, "content"))) {
    const type = keyOf(media);
    const itself = part(side, `${name} as ${type}`, media, holder);
    yield itself;
    const body = type === "application/json" ? name : name.replace(/body$/, `${type} body`);
    yield* schemaFacts(side, body, at(media, "schema"), idOf(itself));
  }
};

const schemaFacts: FactsOf = function* (side, name, schema, holder) {
  const keywords = withAllOf(schema).flatMap(membersOf);
  const named = (key: string) => keywords.filter((it) => keyOf(it) === key);
  const { pointer } = schema;
  const type = { side, name, aspect: "type", value: typesIn(named), pointer, holder };
  yield type;
  const within = idOf(type);
  for (const place of keywords.filter(restricts)) {
    yield { side, name, aspect: keyOf(place), ...place, holder: within };
  }
  for (const items of named("items")) yield* schemaFacts(side, `${name}[]`, items, within);

  const required = named("required").flatMap(membersOf);
  const fields = named("properties").flatMap(membersOf);
  const prefix = name.endsWith(" body") ? name.replace(/body$/, "field ") : `${name}.`;
  for (const field of fields) {
    const value = required.some((it) => it.value === keyOf(field));
    const itself = { ...part(side, prefix + keyOf(field), field, within), value };
    yield itself;
    yield* schemaFacts(side, itself.name, field, idOf(itself));
  }
  for (const { value: key, pointer } of required) {
    if (fields.some((field) => keyOf(field) === key)) continue;
    yield { ...part(side, `${prefix}${key}`, schema, within), value: true, pointer };
  }
};

/** A schema and the members of its `allOf`: how a schema is split is not what it says. */
function withAllOf(schema: Place): readonly Place[] {
  return [schema, ...membersOf(at(schema, "allOf")).flatMap(withAllOf)];
}

function typesIn(named: (keyword: string) => readonly Place[]): readonly string[] | undefined {
  const [type] = named("type");
  if (type === undefined) return undefined;
  const isNullable = named("nullable").some(({ value }) => value === true);
  const types = [type.value, isNullable ? "null" : []].flat().map(String);
  // An integer is a number, too.
  return [...new Set(types.includes("number") ? [...types, "integer"] : types)];
}

const readElsewhere = ["allOf", "items", "nullable", "properties", "required", "type"];

/** Whether a keyword forbids something by itself. */
function restricts(place: Place): boolean {
  const key = keyOf(place);
  const withoutEffect = key === "additionalProperties" || key === "unevaluatedProperties";
  return !readElsewhere.includes(key) && !isAnnotation(key) && place.value !== withoutEffect;
}

const annotations = new Set(
  `openapi description summary title example examples default deprecated externalDocs operationId
  tags contact license termsOfService bearerFormat $comment`.split(/\s+/),
);

/** Whether a key of a document allows nothing and forbids nothing. */
export function isAnnotation(key: string): boolean {
  return annotations.has(key) || key.startsWith("x-");
}

/** The ways to be let in: the security schemes, whatever they are named, and scopes of each way. */
function credentialsIn(security: Place, schemes: Place): readonly (readonly string[])[] {
  const ways = membersOf(security).map((way) =>
    membersOf(way).flatMap((scopes) => {
      const [type, scheme, where, name] = ["type", "scheme", "in", "name"].map(
        (key) => at(at(schemes, keyOf(scopes)), key).value,
      );
      const itself = type === "http" ? scheme : type === "apiKey" ? `${where} ${name}` : type;
      return [`${itself}`.toLowerCase(), ...membersOf(scopes).map(({ value }) => `${value}`)];
    }),
  );
  return ways.length > 0 ? ways : [[]];
}

type Said = Fact | undefined;

function changeOf(fact: Fact, was: Said, is: Said): Difference["change"] | undefined {
  const [from, to] = [was?.value, is?.value];
  const isSame = canonical(from) === canonical(to);
  switch (fact.aspect) {
    case "part":
      if (is === undefined) return "removed";
      if (was !== undefined) return isSame ? undefined : to ? "tightened" : "loosened";
      if (fact.name.startsWith("status 2")) return "changed";
      return to ? "tightened" : "added";
    case "server":
      // The client talks to the first server; a further one is merely on top.
      if (isSame) return undefined;
      return listIn(from).every((url, i) => url === listIn(to)[i]) ? "added" : "changed";
    case "authorization": {
      const isLetIn = (ways: unknown, others: unknown) =>
        listIn(ways).every((has) => listIn(others).some((asked) => isWithin(asked, has)));
      if (!isLetIn(from, to)) return "changed";
      return isLetIn(to, from) ? undefined : "loosened";
    }
    case "type":
    case "enum":
      if (isWithin(to, from)) return isWithin(from, to) ? undefined : "tightened";
      if (!isWithin(from, to)) return "changed";
      return fact.aspect === "enum" && to !== undefined ? "added" : "loosened";
  }
  if (isSame) return undefined;
  if (from === undefined) return "tightened";
  if (to === undefined) return "loosened";
  if (typeof from !== "number" || typeof to !== "number") return "changed";
  if (/^min|Minimum$/.test(fact.aspect)) return to > from ? "tightened" : "loosened";
  return /^max|Maximum$/.test(fact.aspect) ? (to < from ? "tightened" : "loosened") : "changed";
}

/** Whether a set of what is allowed lies within another; without a set, everything is allowed. */
function isWithin(inner: unknown, outer: unknown): boolean {
  if (outer === undefined || inner === undefined) return outer === undefined;
  const allowed = listIn(outer).map(canonical);
  return listIn(inner).every((it) => allowed.includes(canonical(it)));
}

function wordsFor({ aspect }: Fact, was: Said, is: Said): string {
  if (aspect === "part") {
    if (was === undefined) return is?.value ? "new and required" : "new";
    return is === undefined ? "gone" : `now ${is.value ? "required" : "optional"}`;
  }
  const [from, to] = [shown(was?.value), shown(is?.value)];
  if (from === undefined) return `${aspect} ${to} is new`;
  return to === undefined ? `${aspect} ${from} is gone` : `${aspect} ${from} → ${to}`;
}

function shown(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const list = value.map((it) => (Array.isArray(it) ? it.join(" ") || "none" : shown(it)));
  return list.join(" or ") || "none";
}

/** A value as text that is the same for all values that say the same. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (key, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(
          Object.entries(it)
            .filter(([name]) => key === "properties" || !isAnnotation(name))
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        )
      : it,
  );
}

/** A value in a document, and the JSON pointer to it. */
interface Place {
  readonly value: unknown;
  readonly pointer: string;
}

function at({ value, pointer }: Place, key: string): Place {
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  const token = key.replaceAll("~", "~0").replaceAll("/", "~1");
  return {
    value: isThere ? Reflect.get(value, key) : undefined,
    pointer: isThere ? `${pointer}/${token}` : pointer,
  };
}

function membersOf(place: Place): readonly Place[] {
  const { value } = place;
  return typeof value === "object" && value !== null
    ? Object.keys(value).map((key) => at(place, key))
    : [];
}

function keyOf({ pointer }: Place): string {
  const token = pointer.slice(pointer.lastIndexOf("/") + 1);
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
