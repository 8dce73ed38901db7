import { type Operation, operationOf, readContract, type Schema } from "../scripts/lib/contract.js";

// Requests that break the contract, each in one place, derived from the document: a wrong type for each
// field, each required one absent, a value outside each enum and pattern, a wrong header, no token. The
// mock, the fake, the client and any server that claims the contract are held to them alike.

const { path, method, operation } = operationOf(readContract());

/** The operation's address. */
export const endpoint = { path, method: method.toUpperCase() };

/** A request, and the status that it is to be answered with. */
export interface Probe {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: 201 | 400 | 401 | 422;
  /** Where the body breaks the contract, as a JSON pointer; undefined if the body keeps to it. */
  readonly place?: string;
  /** Whether even a server that checks nothing could create nothing from it. */
  readonly isHarmless: boolean;
}

/** The token and the location that the probes use. */
export interface Account {
  readonly token: string;
  readonly locationId: string;
}

/** The contract's smallest example of a request, for the location. */
export function validBody(locationId: string): Readonly<Record<string, unknown>> {
  const { schema, examples = {} } = jsonOf(operation);
  const bodies = Object.values(examples).map(({ value }) => Object.entries(Object(value)));
  const [smallest = []] = bodies.sort((a, b) => a.length - b.length);
  if (schema.properties?.altId === undefined) throw new Error("The contract has no altId.");
  return { ...Object.fromEntries(smallest), altId: locationId };
}

/** A request that breaks nothing. */
export function validRequest({ token, locationId }: Account): Probe {
  const headers = (operation.parameters ?? []).map(({ name, example }) => [name, String(example)]);
  return {
    name: "a request that breaks nothing",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      ...Object.fromEntries(headers),
    },
    body: JSON.stringify(validBody(locationId)),
    status: 201,
    isHarmless: false,
  };
}

/** Every probe. */
export function probes(account: Account): Probe[] {
  return [
    ...tokenProbes(account),
    ...headerProbes(account),
    ...documentProbes(account),
    ...fieldProbes(account),
  ];
}

/** A token that is missing, or not a bearer's. */
export function tokenProbes(account: Account): Probe[] {
  const valid = validRequest(account);
  const { Authorization: _, ...others } = valid.headers;
  const probe = { ...valid, status: 401, isHarmless: true } as const;
  return [
    { ...probe, name: "no token", headers: others },
    {
      ...probe,
      name: "a password for a token",
      headers: { ...others, Authorization: "Basic dXNlcjpwYXNz" },
    },
  ];
}

function headerProbes(account: Account): Probe[] {
  const valid = validRequest(account);
  const probe = { ...valid, status: 422 } as const;
  const parameters = (operation.parameters ?? []).filter((it) => it.in === "header" && it.required);
  return [
    ...parameters.flatMap(({ name, schema }) => {
      const { [name]: _, ...others } = valid.headers;
      const isLimited = schema.enum !== undefined || schema.pattern !== undefined;
      return [
        { ...probe, name: `no header ${name}`, headers: others },
        ...(isLimited
          ? [{ ...probe, name: `another ${name}`, headers: { ...others, [name]: "another one" } }]
          : []),
      ];
    }),
    {
      ...probe,
      name: "a body of another type",
      headers: { ...valid.headers, "Content-Type": "text/plain" },
    },
  ];
}

function documentProbes(account: Account): Probe[] {
  const probe = { ...validRequest(account), status: 422, place: "", isHarmless: true } as const;
  return [
    ...[[], "text", 1, null].map((value) => ({
      ...probe,
      name: `${JSON.stringify(value)} for the body`,
      body: JSON.stringify(value),
    })),
    { ...probe, name: "malformed JSON", body: '{"altId":', status: 400 },
  ];
}

/** Requests whose body breaks the contract in one field. */
export function fieldProbes(account: Account): Probe[] {
  const valid = validRequest(account);
  const body = validBody(account.locationId);
  return breaches(jsonOf(operation).schema).map(({ name, place, value }) => ({
    ...valid,
    name,
    place: `/${place.join("/")}`,
    body: JSON.stringify(withValue(body, place, value)),
    status: 422,
    // No server makes a collection without a location or a name.
    isHarmless: value === undefined && /^(altId|name)$/.test(place.join("/")),
  }));
}

/** A value in one field, or its absence, that breaks a schema. */
export interface Breach {
  readonly name: string;
  readonly place: readonly string[];
  /** Undefined: the field is absent. */
  readonly value: unknown;
}

/** Every breach of an object's schema, at every depth. */
export function breaches(schema: Schema, within: readonly string[] = []): Breach[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const place = [...within, key];
    return [
      ...(schema.required?.includes(key) ? [breach(place, undefined)] : []),
      ...wrongValues(field).map((value) => breach(place, value)),
      ...wrongValues(field.items ?? {}).map((value) => breach([...place, "0"], value)),
      ...breaches(field, place),
    ];
  });
}

function breach(place: readonly string[], value: unknown): Breach {
  const what = value === undefined ? "no" : `${JSON.stringify(value)} for`;
  return { name: `${what} ${place.join(".")}`, place, value };
}

/** Values that a schema excludes: of each other type, and outside its enum, pattern or format. */
function wrongValues({ type, enum: values, pattern, format }: Schema): readonly unknown[] {
  const types = [type ?? []].flat();
  const candidates = ["no such value", "LOCATION", "66057f9d28536eae584ec04"];
  return [
    ...oneOfEachType.filter(
      (value) => types.length > 0 && !types.some((it) => isOfType(value, it)),
    ),
    ...candidates.filter((value) => values && !values.includes(value)),
    ...candidates.filter((value) => pattern && !new RegExp(pattern, "u").test(value)),
    ...(format === "date-time" ? ["yesterday"] : []),
  ];
}

const oneOfEachType = ["text", 1, true, null, {}, ["text"]] as const;

function isOfType(value: unknown, type: string): boolean {
  if (value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  if (typeof value === "number") return type === "number" || type === "integer";
  return typeof value === type;
}

/** A copy of the value with the field at the place set, or removed; missing objects are added. */
export function withValue(
  from: unknown,
  [key = "", ...rest]: readonly string[],
  value: unknown,
): object {
  if (key === "0") return [value]; // a list's only item
  const fields: Record<string, unknown> = { ...Object(from) };
  fields[key] = rest.length === 0 ? value : withValue(fields[key], rest, value);
  return fields;
}

function jsonOf({ requestBody }: Operation) {
  const json = requestBody.content["application/json"];
  if (json === undefined) throw new Error("The contract has no JSON request body.");
  return json;
}
