import type { Operation } from "../generated/operations.js";
import type { OperationProbes, Probe } from "../generated/probes.js";
import { isObject } from "../src/validate.js";

// The requests of the contract tests: for each operation one that breaks nothing, and for each probe one
// that breaks the contract in one place.

/** What a request breaks: nothing, a part of it, or who sends it. */
export type Breach =
  | "nothing"
  | "token"
  | "header"
  | "query"
  | "path"
  | "body"
  | "content type"
  | "JSON";

/** A request of the contract tests. */
export interface ContractRequest {
  /** Unlike any other's. */
  readonly name: string;
  readonly operation: Operation;
  readonly breaks: Breach;
  /** Where the body breaks the contract, as a JSON pointer; undefined if something else does. */
  readonly place?: string;
  /** The path and the query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether even a server that checks nothing could create or change nothing. */
  readonly isHarmless: boolean;
}

/** Who sends the requests. */
export interface Account {
  readonly token: string;
  readonly locationId: string;
}

/** The requests of an operation. */
export function requestsOf(
  shown: OperationProbes,
  account: Account,
): readonly [valid: ContractRequest, ...breaking: ContractRequest[]] {
  const { operation, isSecured, probes } = shown;
  const valid = validRequest(shown, account);
  const breaking = (breaks: Breach, what: string, change: Partial<ContractRequest>) => ({
    ...valid,
    name: `${operation.id}: ${what}`,
    breaks,
    ...change,
  });
  const { Authorization: _, "Content-Type": type, ...others } = valid.headers;
  const rest = type ? { ...others, "Content-Type": type } : others;
  const basic = { ...rest, Authorization: "Basic dXNlcjpwYXNz" };
  return withOwnNames([
    valid,
    ...(isSecured
      ? [
          breaking("token", "no token", { headers: rest, isHarmless: true }),
          breaking("token", "a password for a token", { headers: basic, isHarmless: true }),
        ]
      : []),
    ...(valid.body === undefined
      ? []
      : [
          breaking("JSON", "malformed JSON", { body: valid.body.slice(0, -1), isHarmless: true }),
          breaking("content type", "a body of another content type", {
            headers: { ...valid.headers, "Content-Type": "text/plain" },
          }),
        ]),
    ...probes.map((probe) => {
      const [part, place, keyword] = probe;
      const value = shownValue(probe);
      const where = part === "body" ? place || "the body" : `${part} ${place}`;
      const { isHarmless } = valid;
      return breaking(part, `${where} ${value} (${keyword})`, {
        ...requestWith(shown, account, probe),
        ...(part === "body" && {
          place,
          isHarmless: isHarmless || isWithoutLocation(shown, probe),
        }),
      });
    }),
  ]);
}

/** Numbers a request that has the name of an earlier one: a place may be wrong in several objects. */
function withOwnNames(requests: readonly [ContractRequest, ...ContractRequest[]]) {
  const named = new Map<string, number>();
  const [valid, ...others] = requests;
  const numbered = others.map((request) => {
    const nth = (named.get(request.name) ?? 0) + 1;
    named.set(request.name, nth);
    return nth === 1 ? request : { ...request, name: `${request.name} #${nth}` };
  });
  return [valid, ...numbered] as const;
}

/** A request that breaks nothing. */
export function validRequest(shown: OperationProbes, account: Account): ContractRequest {
  const { operation } = shown;
  return {
    name: `${operation.id}: a request that breaks nothing`,
    operation,
    breaks: "nothing",
    isHarmless: operation.method === "GET" || operation.method === "HEAD",
    ...requestWith(shown, account),
  };
}

/** The request that breaks nothing, but for what a probe breaks. */
function requestWith(shown: OperationProbes, account: Account, probe?: Probe) {
  const { operation, parameters, locations, isSecured } = shown;
  const { token, locationId } = account;
  const [part, place, , ...value] = probe ?? [];
  const values = parameters.map(([location, name, value]) => {
    const isLocation = locations.some(([at, it]) => at === location && it === name);
    return [location, name, isLocation ? locationId : value] as const;
  });
  const sent = [
    ...values.filter(([location, name]) => location !== part || name !== place),
    ...value.map((value) => [String(part), String(place), String(value)] as const),
  ];
  const sentIn = (location: string) =>
    sent.flatMap(([at, name, value]) => (at === location ? [[name, value]] : []));
  const path = sentIn("path").reduce(
    (path, [name, value = ""]) => path.replace(`{${name}}`, encodeURIComponent(value)),
    operation.path,
  );
  const query = new URLSearchParams(sentIn("query"));
  const body =
    part === "body" ? applyChange(bodyFor(shown, locationId), value) : bodyFor(shown, locationId);
  return {
    target: query.size > 0 ? `${path}?${query}` : path,
    headers: {
      Accept: "application/json",
      ...(isSecured && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...Object.fromEntries(sentIn("header")),
    },
    body: JSON.stringify(body) as string | undefined, // which the types of TypeScript leave out
  };
}

/** The valid body, for the location. */
function bodyFor({ body, locations }: OperationProbes, locationId: string): unknown {
  const fields = locations.flatMap(([part, name]) => (part === "body" ? [[name, locationId]] : []));
  return isObject(body) ? { ...body, ...Object.fromEntries(fields) } : body;
}

/** The body as a probe changes it; undefined where it leaves it out. */
function applyChange(body: unknown, [change]: readonly unknown[]): unknown {
  return isObject(body) && isObject(change) ? { ...body, ...change } : change;
}

/** No server makes anything of a body without a location. */
function isWithoutLocation({ locations }: OperationProbes, [, place, keyword]: Probe): boolean {
  const isLocation = locations.some(([part, name]) => part === "body" && place === `/${name}`);
  return place === ""
    ? keyword === "type" || keyword === "required"
    : isLocation && keyword === "required";
}

/** What a probe sends at its place, for its name. */
function shownValue([part, place, , ...value]: Probe): string {
  if (value.length === 0) return "left out";
  const keys = part === "body" ? place.split("/").slice(1) : [];
  const sent = keys.reduce<unknown>((at, key) => Object(at)[unescaped(key)], value[0]);
  return sent === undefined ? "left out" : JSON.stringify(sent).slice(0, 80);
}

function unescaped(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}
