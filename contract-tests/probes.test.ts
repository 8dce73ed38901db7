import { describe, expect, inject, it } from "vitest";
import { readContract } from "../scripts/lib/contract.js";
import { fixedFields } from "../src/contract.js";
import { createClient, type NewProductCollection } from "../src/index.js";
import { locationId, token } from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { endpoint, fieldProbes, type Probe, probes, validRequest } from "./probes.js";

const account = { token, locationId };
const all = [validRequest(account), ...probes(account)];

/** A server that claims the contract, and how it says where a body breaks it. */
interface Subject {
  readonly url: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly placesIn: (response: Response) => Promise<readonly string[]>;
}

const subjects: Readonly<Record<string, Subject>> = {
  "the mock": {
    url: inject("mockUrl"),
    fetch,
    placesIn: async ({ headers }) => violationsIn(headers),
  },
  "the fake": {
    url: readContract().servers?.[0]?.url ?? "",
    fetch: fakeHighLevel().fetch,
    placesIn: async (response) => {
      const { message }: { message: string[] } = await response.json();
      return message.map((words) => /^\/\S+/.exec(words)?.[0] ?? "");
    },
  },
};

describe.each(Object.entries(subjects))("%s", (_, { url, fetch, placesIn }) => {
  it.each(all.map((probe) => [probe.name, probe] as const))("answers %s", async (_, probe) => {
    const { headers, body, status, place } = probe;
    const response = await fetch(url + endpoint.path, { method: endpoint.method, headers, body });
    expect(response.status).toBe(status);
    if (place !== undefined && status === 422) expect(await placesIn(response)).toContain(place);
  });

  it("knows one method and one path", async () => {
    const { headers, body } = validRequest(account);
    const put = await fetch(url + endpoint.path, { method: "PUT", headers, body });
    expect(put.status).toBe(405);
    const elsewhere = await fetch(`${url}/elsewhere`, { method: endpoint.method, headers, body });
    expect(elsewhere.status).toBe(404);
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

  it("sends what breaks nothing", async () => {
    const { client, responses } = recordingClient();
    await client.createProductCollection(collectionIn(validRequest(account)));
    expect(responses.map(({ status }) => status)).toEqual([201]);
    expect(responses.flatMap(({ headers }) => violationsIn(headers))).toEqual([]);
  });

  const own = ["/altId", ...Object.keys(fixedFields).map((name) => `/${name}`)]; // added by the client
  const given = fieldProbes(account).filter(({ place }) => !own.includes(place ?? ""));
  it.each(given.map((probe) => [probe.name, probe] as const))("refuses %s", async (_, probe) => {
    const { client, responses } = recordingClient();
    const call = client.createProductCollection(collectionIn(probe));
    await expect(call).rejects.toMatchObject({
      name: "InvalidRequestError",
      issues: [{ path: probe.place }],
    });
    expect(responses).toEqual([]);
  });

  it.each([[[]], ["text"], [1], [null], [undefined]])("refuses %j", async (value) => {
    const { client, responses } = recordingClient();
    const call = client.createProductCollection(value as unknown as NewProductCollection);
    await expect(call).rejects.toMatchObject({ issues: [{ path: "", message: "must be object" }] });
    expect(responses).toEqual([]);
  });
});

function collectionIn({ body }: Probe): NewProductCollection {
  const { altId: _, ...collection } = JSON.parse(body);
  return collection;
}

/** The places in the body that Prism reports, as JSON pointers. */
function violationsIn(headers: Headers): string[] {
  const violations: readonly {
    readonly location: readonly string[];
    readonly message: string;
  }[] = JSON.parse(headers.get("sl-violations") ?? "[]");
  return violations.map(({ location: [_side, _part, ...place], message }) => {
    // Of what is missing, Prism points at the parent and names the child in its message.
    const missing = /required property '(.+)'/.exec(message)?.[1];
    return [...place, ...(missing ? [missing] : [])].map((key) => `/${key}`).join("");
  });
}
