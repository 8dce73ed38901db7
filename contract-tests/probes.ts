import { answers, authorization, type Field, type Fields, request } from "./source-page.js";

// Everything that the contract refuses, one departure at a time, made from the source page's table and
// never from the document. Mock, client and any server that claims the contract are held to it.

/** A request that breaks the contract in one place. */
export interface Probe {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The status to refuse it with. */
  readonly status: 400 | 401 | 422;
  /**
   * Where the request departs from the contract, as Prism points at it or puts it in words; undefined
   * where no JSON can be read, so that the contract is not even asked.
   */
  readonly violation: { readonly place: string } | { readonly words: string } | undefined;
  /** Whether even a server that skips validation could create nothing. */
  readonly isHarmless: boolean;
}

/** The credentials and the location that the probes are made with. */
export interface ProbeContext {
  readonly locationId: string;
  readonly token: string;
}

/** A request that breaks nothing: the page's smallest example, for the location. */
export function validRequest({ locationId, token }: ProbeContext) {
  return {
    headers: {
      Authorization: authorization.header.replace("TOKEN", token),
      "Content-Type": request.mediaType,
      ...Object.fromEntries(
        Object.entries(request.headers).map(([name, { example }]) => [name, String(example)]),
      ),
    },
    body: { ...request.examples.minimal, altId: locationId },
  };
}

/** Every probe. */
export function probes(context: ProbeContext): Probe[] {
  return [
    ...probesOfFields(context),
    ...probesOfBodies(context),
    ...probesOfHeaders(context),
    ...probesOfTokens(context),
  ];
}

/** Values of every JSON type. */
const oneOfEachType: readonly unknown[] = ["text", 1, true, null, {}, ["text"]];

/** Values of every JSON type but the field's. */
export function mistyped({ type }: Pick<Field, "type">): readonly unknown[] {
  return oneOfEachType.filter((value) => {
    if (Array.isArray(value)) return type !== "array of strings";
    if (typeof value === "number") return type !== "number" && type !== "integer";
    return value === null || typeof value !== type;
  });
}

function probesOfFields(context: ProbeContext): Probe[] {
  const { headers, body } = validRequest(context);
  // A server that skips validation still makes no collection without what a collection has to have.
  const ofCollection = answers[201]?.body?.data?.fields ?? {};

  const walk = (fields: Fields, path: readonly string[]): Probe[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      const place = [...path, name];
      const probe = (what: string, value: unknown, isHarmless = false): Probe => ({
        name: what,
        headers,
        body: JSON.stringify(withValue(body, place, value)),
        status: 422,
        violation: { place: `body.${place.join(".")}` },
        isHarmless,
      });
      const isOfCollection = path.length === 0 && ofCollection[name]?.required === true;
      return [
        ...(field.required
          ? [probe(`a body without ${place.join(".")}`, undefined, isOfCollection)]
          : []),
        ...[...mistyped(field), ...(field.refused ?? [])].map((value) =>
          probe(`${JSON.stringify(value)} as ${place.join(".")}`, value),
        ),
        ...walk(field.fields ?? {}, place),
      ];
    });
  return walk(request.body, []);
}

/** The body with the value at the place, or without it; objects on the way are made. */
function withValue(body: object, [name = "", ...rest]: readonly string[], value: unknown): object {
  if (rest.length === 0) return { ...body, [name]: value };
  const fields = new Map<string, unknown>(Object.entries(body));
  return { ...body, [name]: withValue(Object(fields.get(name) ?? {}), rest, value) };
}

function probesOfBodies(context: ProbeContext): Probe[] {
  const { headers, body } = validRequest(context);
  const probe = { headers, status: 422, isHarmless: true } as const;
  const otherMediaTypes = [
    ["text/plain", JSON.stringify(body)],
    ["application/x-www-form-urlencoded", "altType=location"],
    ["application/xml", "<collection/>"],
  ] as const;
  return [
    ...[[], "text", 1, true].map((value) => ({
      ...probe,
      name: `${JSON.stringify(value)} as the body`,
      body: JSON.stringify(value),
      violation: { place: "body" },
    })),
    {
      ...probe,
      name: "no body",
      body: undefined,
      violation: { words: "Body parameter is required" },
    },
    {
      ...probe,
      name: "a body of malformed JSON",
      body: '{"altId":',
      status: 400,
      violation: undefined,
    },
    ...otherMediaTypes.map(([type, text]) => ({
      ...probe,
      name: `a body of ${type}`,
      headers: { ...headers, "Content-Type": type },
      body: text,
      violation: { words: `Supported content types: ${request.mediaType}` },
      // It may well hold a whole collection.
      isHarmless: false,
    })),
  ];
}

function probesOfHeaders(context: ProbeContext): Probe[] {
  const { headers, body } = validRequest(context);
  return Object.entries(request.headers).flatMap(([name, { required, refused = [] }]) => {
    const probe = (what: string, broken: Record<string, string>): Probe => ({
      name: what,
      headers: broken,
      body: JSON.stringify(body),
      status: 422,
      violation: { place: `header.${name.toLowerCase()}` },
      // The collection in it is a good one.
      isHarmless: false,
    });
    return [
      ...(required ? [probe(`no ${name}`, omit(headers, name))] : []),
      ...refused.map((value) =>
        probe(`${name} ${JSON.stringify(value)}`, { ...headers, [name]: value }),
      ),
    ];
  });
}

function probesOfTokens(context: ProbeContext): Probe[] {
  const { headers, body } = validRequest(context);
  const probe = (what: string, broken: Record<string, string>): Probe => ({
    name: what,
    headers: broken,
    body: JSON.stringify(body),
    status: 401,
    violation: { words: "Invalid security scheme used" },
    isHarmless: true,
  });
  return [
    probe("no token", omit(headers, "Authorization")),
    ...["Basic dXNlcjpwYXNz", "a-token-without-its-scheme"].map((value) =>
      probe(`"${value}" for a bearer token`, { ...headers, Authorization: value }),
    ),
  ];
}

function omit(from: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));
}
