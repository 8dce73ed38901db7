import { isDeepStrictEqual } from "node:util";
import {
  type Answer,
  answers,
  authorization,
  endpoint,
  type Field,
  type Fields,
  page,
  request,
} from "../source-page.js";

// Compares the OpenAPI document with the source page, both ways. Each is turned into what it says of
// each place (`request body.seo.title`), by aspect (`type`). Only the document's words, and the names
// that are ours, are left out. A keyword that nothing here knows counts as said, and so as invented.

/** What is said of one place, by aspect. */
type Facts = Readonly<Record<string, unknown>>;
type Places = Map<string, Facts>;

/** Where the document does not say what the source page says, a line each. */
export function findings(document: unknown): string[] {
  const [ours, theirs] = [documentPlaces(document), pagePlaces()];
  const settled: string[] = [];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((place) => {
    // What holds a place has been reported as a whole.
    if (
      settled.some((holder) => place.startsWith(holder) && /[ .]/.test(place[holder.length] ?? ""))
    )
      return [];
    const [said, stated] = [ours.get(place), theirs.get(place)];
    if (said !== undefined && stated !== undefined) return contradictions(place, said, stated);
    settled.push(place);
    return stated === undefined ? `${place} is not on the source page` : `${place} is missing`;
  });
}

function contradictions(place: string, said: Facts, stated: Facts): string[] {
  return [...new Set([...Object.keys(said), ...Object.keys(stated)])].flatMap((aspect) => {
    const [ours, theirs] = [said[aspect], stated[aspect]];
    if (isDeepStrictEqual(ours, theirs)) return [];
    const what = `${place}: ${aspect}`;
    if (theirs === undefined) return `${what} ${JSON.stringify(ours)} is not on the source page`;
    if (ours === undefined) return `${what} ${JSON.stringify(theirs)} is missing`;
    return `${what} is ${JSON.stringify(ours)}, and ${JSON.stringify(theirs)} on the source page`;
  });
}

const jsonBody = (owner: string) => `${owner} body`;

// The page.

function pagePlaces(): Places {
  const { type, scheme, bearerFormat, scopes } = authorization;
  const operation = `${endpoint.method} ${endpoint.path}`;
  return new Map<string, Facts>([
    ["document", {}],
    ["externalDocs", { url: page }],
    [`server ${endpoint.server}`, {}],
    [operation, {}],
    ...["the document", operation].map((owner): [string, Facts] => [
      `authorization of ${owner} by ${type} ${scheme}`,
      { bearerFormat, scopes },
    ]),
    ["request", { required: request.isBodyRequired }],
    ...pageFields("request header ", request.headers),
    [jsonBody("request"), { type: "object" }],
    ...pageFields(`${jsonBody("request")}.`, request.body),
    ...pageExamples("request", request.examples),
    ...Object.entries(answers).flatMap(([status, answer]) => pageAnswer(status, answer)),
  ]);
}

function pageAnswer(status: string, { headers, body, examples }: Answer): [string, Facts][] {
  return [
    [status, {}],
    ...pageFields(`${status} header `, headers),
    ...(body === undefined
      ? []
      : ([
          [jsonBody(status), { type: "object" }],
          ...pageFields(`${jsonBody(status)}.`, body),
        ] satisfies [string, Facts][])),
    ...pageExamples(status, examples),
  ];
}

function pageFields(prefix: string, fields: Fields): [string, Facts][] {
  return Object.entries(fields).flatMap(([name, field]): [string, Facts][] => {
    const { type, required, values, pattern, format } = field;
    const facts = { type, required, values, pattern, format, example: exampleOf(field) };
    return [[`${prefix}${name}`, facts], ...pageFields(`${prefix}${name}.`, field.fields ?? {})];
  });
}

/** A field's example; of an object, its fields' examples. */
function exampleOf({ example, fields }: Field): unknown {
  if (fields === undefined) return example;
  return Object.fromEntries(Object.entries(fields).map(([name, it]) => [name, exampleOf(it)]));
}

function pageExamples(owner: string, examples: Facts): [string, Facts][] {
  return Object.entries(examples).map(([name, value]) => [`${owner} example ${name}`, { value }]);
}

// The document.

function documentPlaces(document: unknown): Places {
  const places: Places = new Map();
  const add = (place: string, facts: Facts) => {
    places.set(places.has(place) ? `${place} again` : place, facts);
  };
  const root = object(document);
  add(
    "document",
    said(
      root,
      "openapi",
      "info",
      "tags",
      "components",
      "externalDocs",
      "servers",
      "security",
      "paths",
    ),
  );
  if (root.externalDocs !== undefined) add("externalDocs", said(root.externalDocs));
  for (const server of list(root.servers)) add(`server ${object(server).url}`, said(server, "url"));

  const schemes = object(object(root.components).securitySchemes);
  const required = new Set<string>();
  const addAuthorization = (owner: string, requirements: unknown) => {
    for (const requirement of list(requirements)) {
      const scopesByScheme = Object.entries(object(requirement));
      // An empty requirement lets everybody in.
      if (scopesByScheme.length === 0) add(`authorization of ${owner} by nothing`, {});
      for (const [name, scopes] of scopesByScheme) {
        required.add(name);
        const { type, scheme } = object(schemes[name]);
        const facts = { scopes, ...said(schemes[name], "type", "scheme") };
        add(`authorization of ${owner} by ${type} ${scheme}`, facts);
      }
    }
  };
  const addFields = (prefix: string, schema: unknown) => {
    const fields = object(object(schema).properties);
    const always = list(object(schema).required);
    for (const name of new Set([...Object.keys(fields), ...always.map(String)])) {
      add(`${prefix}${name}`, { required: always.includes(name), ...schemaFacts(fields[name]) });
      addFields(`${prefix}${name}.`, fields[name]);
    }
  };
  const addContent = (owner: string, content: unknown) => {
    for (const [mediaType, media] of Object.entries(object(content))) {
      const isJson = mediaType === request.mediaType;
      const place = isJson ? jsonBody(owner) : `${jsonBody(owner)} as ${mediaType}`;
      const { schema, examples } = object(media);
      add(place, both(schemaFacts(schema), said(media, "schema", "examples")));
      addFields(`${place}.`, schema);
      for (const [name, example] of Object.entries(object(examples)))
        add(`${owner} example ${name}`, said(example));
    }
  };
  const addHeader = (place: string, header: unknown) => {
    const facts = both(schemaFacts(object(header).schema), said(header, "name", "in", "schema"));
    add(place, { required: false, ...facts });
  };

  addAuthorization("the document", root.security);
  for (const [path, methods] of Object.entries(object(root.paths))) {
    for (const [method, it] of Object.entries(object(methods))) {
      const name = `${method.toUpperCase()} ${path}`;
      const operation = object(it);
      add(
        name,
        said(it, "operationId", "tags", "security", "parameters", "requestBody", "responses"),
      );
      // Another operation is one finding, not one for each of its parts.
      if (name !== `${endpoint.method} ${endpoint.path}`) continue;
      addAuthorization(name, operation.security);
      for (const parameter of list(operation.parameters)) {
        const { in: kind, name } = object(parameter);
        addHeader(`request ${kind} ${name}`, parameter);
      }
      add("request", said(operation.requestBody, "content"));
      addContent("request", object(operation.requestBody).content);
      for (const [status, response] of Object.entries(object(operation.responses))) {
        add(status, said(response, "headers", "content"));
        addContent(status, object(response).content);
        for (const [name, header] of Object.entries(object(object(response).headers)))
          addHeader(`${status} header ${name}`, header);
      }
    }
  }
  for (const name of Object.keys(schemes))
    if (!required.has(name)) add(`security scheme ${name}`, {});
  return places;
}

function schemaFacts(schema: unknown): Facts {
  const { type, enum: values, items } = object(schema);
  const ofItems = Object.entries(said(items, "type")).map(([key, it]) => [`items' ${key}`, it]);
  return {
    type: items === undefined ? type : `${type} of ${object(items).type}s`,
    values,
    ...said(schema, "type", "enum", "items", "properties", "required"),
    ...Object.fromEntries(ofItems),
  };
}

/** What an object of the document says, without its words, our extensions, and what is told apart. */
function said(it: unknown, ...apart: readonly string[]): Facts {
  const isWord = (key: string) => ["description", "summary"].includes(key) || key.startsWith("x-");
  return Object.fromEntries(
    Object.entries(object(it)).filter(([key]) => !isWord(key) && !apart.includes(key)),
  );
}

/** Both facts; what both say is kept twice. */
function both(first: Facts, second: Facts): Facts {
  const again = Object.entries(second).map(([key, it]) => [
    first[key] === undefined ? key : `${key} beside the schema's`,
    it,
  ]);
  return { ...first, ...Object.fromEntries(again) };
}

function object(it: unknown): Facts {
  return isObject(it) ? it : {};
}

function isObject(it: unknown): it is Facts {
  return typeof it === "object" && it !== null && !Array.isArray(it);
}

function list(it: unknown): readonly unknown[] {
  return Array.isArray(it) ? it : [];
}
