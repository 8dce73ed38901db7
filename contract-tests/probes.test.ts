import { describe, expect, inject, it } from "vitest";
import { baseUrl } from "../generated/operations.js";
import * as generated from "../generated/probes.js";
import { pointerKey } from "../scripts/lib/json.js";
import { createClient, InvalidRequestError, type NewProductCollection } from "../src/index.js";
import { locationId, token } from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { isObject } from "../src/validate.js";
import { type Breach, type ContractRequest, requestsOf } from "./requests.js";

// The mock and the fake are held to one status, and to the place in the body; a server that anybody runs, to
// what the contract leaves open: see index.ts.

const account = { token, locationId };
const all = Object.values(generated).map((shown) => ({
  shown,
  requests: requestsOf(shown, account),
}));
const requests = all.flatMap(({ requests }) => requests);

const refusalOf: Readonly<Record<Exclude<Breach, "nothing">, number>> = {
  token: 401,
  JSON: 400,
  "content type": 422,
  header: 422,
  query: 422,
  path: 422,
  body: 422,
};

/** A server that claims the contract, and how it says where a body breaks it. */
interface Subject {
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly placesIn: (response: Response) => Promise<readonly string[]>;
  /** Whether it checks what a request breaks. */
  readonly checks: (request: ContractRequest) => boolean;
}

const subjects: Readonly<Record<string, Subject>> = {
  "the mock": {
    url: inject("mockUrl"),
    fetch,
    placesIn: async ({ headers }) => violationsIn(headers),
    checks: () => true,
  },
  "the fake": {
    url: baseUrl,
    fetch: fakeHighLevel().fetch,
    placesIn: async (response) => {
      const { message }: { message: string[] } = await response.json();
      return message.map((words) => /^\/\S+/.exec(words)?.[0] ?? "");
    },
    // Of parameters it checks presence, enum and pattern.
    checks: ({ breaks, name }) =>
      !/^(header|query|path)$/.test(breaks) || /\((required|enum|const|pattern)\)$/.test(name),
  },
};

describe.each(Object.entries(subjects))("%s", (_, { url, fetch, placesIn, checks }) => {
  const checked = requests.filter(checks);
  it.each(checked.map((request) => [request.name, request] as const))("%s", async (_, request) => {
    const { operation, target, headers, body = null, breaks, place } = request;
    const response = await fetch(url + target, { method: operation.method, headers, body });
    if (breaks === "nothing") expect(response.ok).toBe(true);
    else expect(response.status).toBe(refusalOf[breaks]);
    if (place !== undefined) expect(await placesIn(response)).toContain(place);
  });

  it("knows no other path and no other method", async () => {
    for (const { operation, target, headers } of all.map(({ requests: [valid] }) => valid)) {
      const elsewhere = await fetch(`${url}/elsewhere`, { method: operation.method, headers });
      expect(elsewhere.status).toBe(404);
      const known = all.filter(({ shown }) => shown.operation.path === operation.path);
      const method = ["PATCH", "PUT", "DELETE", "POST", "GET"].find(
        (method) => !known.some(({ shown }) => shown.operation.method === method),
      );
      const response = await fetch(url + target, { method: method ?? "HEAD", headers });
      expect(response.status).toBe(405);
    }
  });
});

describe("the client", () => {
  function recordingClient() {
    const responses: Response[] = [];
    const client = createClient({
      ...account,
      baseUrl: inject("mockUrl"),
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        responses.push(response);
        return response;
      },
    });
    return { client, responses };
  }

  const shown = generated.createProductCollection;
  const [valid, ...others] = requestsOf(shown, account);
  const { fixedFields, locationField } = shown.operation;
  const added = [...Object.keys(fixedFields), locationField]; // by the client
  const given = others.filter(
    ({ breaks, place = "" }) => breaks === "body" && !added.includes(place.slice(1)),
  );

  it("sends what breaks nothing", async () => {
    const { client, responses } = recordingClient();
    await client.createProductCollection(collectionIn(valid));
    expect(responses.map(({ status }) => status)).toEqual([201]);
    expect(responses.flatMap(({ headers }) => violationsIn(headers))).toEqual([]);
  });

  it.each(given.map((request) => [request.name, request] as const))(
    "refuses %s, at its place",
    async (_, request) => {
      const { client, responses } = recordingClient();
      const call = client.createProductCollection(collectionIn(request));
      const error = await call.catch((error: unknown) => error);
      if (!(error instanceof InvalidRequestError)) throw error;
      const places = error.issues.map(({ path }) => path);
      // Of several schemas that it may keep to, a value is told of each.
      const isChoice = error.issues.some(({ keyword }) => /^(anyOf|oneOf|if)$/.test(keyword));
      if (isChoice) expect(places).toContain(request.place);
      else expect(new Set(places)).toEqual(new Set([request.place]));
      expect(responses).toEqual([]);
    },
  );
});

function collectionIn({ body }: ContractRequest): NewProductCollection {
  const value = body === undefined ? undefined : JSON.parse(body);
  if (!isObject(value)) return value as NewProductCollection;
  const { [String(generated.createProductCollection.operation.locationField)]: _, ...collection } =
    value;
  return collection as unknown as NewProductCollection;
}

/** The places in the body that Prism reports, as JSON pointers. */
function violationsIn(headers: Headers): string[] {
  const violations: readonly {
    readonly location: readonly string[];
    readonly message: string;
  }[] = JSON.parse(headers.get("sl-violations") ?? "[]");
  return violations.map(({ location: [_side, _part, ...place], message }) => {
    // Of what is missing, Prism points at the parent and names the child in its message.
    const missing =
      /required property '(.+)'/.exec(message) ?? /must have property (.+) when/.exec(message);
    return [...place, missing?.[1] ?? []]
      .flat()
      .map((key) => `/${pointerKey(key)}`)
      .join("");
  });
}
