import { describe, expect, inject, it } from "vitest";
import * as documented from "../generated/examples.js";
import * as generated from "../generated/probes.js";
import { applyChange, breachesOf } from "../scripts/generate/probes.js";
import { createJudge } from "../scripts/generate/validators.js";
import { operationsOf, readContract } from "../scripts/lib/contract.js";
import { ApiError, type ClientOptions, createClient, type Issue } from "../src/index.js";
import { collection, locationId, token } from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { issuesOf } from "../src/validate.js";
import { validRequest } from "./requests.js";

// The mock and the fake give every documented response as the contract promises it; the client reads each
// as its type says, and reports every departure.

const document = readContract();
const judge = createJudge(document);
const responses = operationsOf(document).flatMap(({ id, responses }) =>
  responses.map((response) => ({ id, ...response })),
);
const byId = (id: string) => {
  const shown = Object.values(documented).find(({ operation }) => operation.id === id);
  const probes = Object.values(generated).find(({ operation }) => operation.id === id);
  if (shown === undefined || probes === undefined) throw new Error(`generated/ lacks ${id}`);
  return { shown, request: validRequest(probes, { token, locationId }) };
};

describe.each(responses)("$id: a $status", ({ id, status, body, headers }) => {
  const { shown, request } = byId(id);
  const { operation, target } = request;
  const init = { method: operation.method, headers: request.headers, body: request.body ?? null };

  async function expectDocumented(response: Response): Promise<void> {
    expect(response.status).toBe(status);
    const text = await response.text();
    if (body) expect(issuesOf(operation.validateResponse[status], JSON.parse(text))).toEqual([]);
    if (body?.examples.length && status !== shown.success) {
      expect(JSON.parse(text)).toEqual(body.examples[0]);
    }
  }

  it("comes from the mock, with its headers", async () => {
    const prefer = { ...request.headers, Prefer: `code=${status}` };
    const response = await fetch(inject("mockUrl") + target, { ...init, headers: prefer });
    for (const [name, { example }] of headers) {
      expect(response.headers.get(name)).toBe(String(example));
    }
    await expectDocumented(response);
  });

  it("comes from the fake", async () => {
    const { fetch, answerNext } = fakeHighLevel();
    answerNext(status);
    await expectDocumented(await fetch(`http://fake${target}`, init));
  });
});

/** What a call comes to, and the drift that it reports. */
async function outcomeOf(options: Partial<ClientOptions>) {
  const drifts: Issue[] = [];
  const client = createClient({
    locationId,
    token,
    maxRetries: 0,
    onEvent(event) {
      if (event.type === "drift") drifts.push(...event.issues);
    },
    ...options,
  });
  const outcome = await client.createProductCollection(collection).catch((error) => error);
  return { outcome, drifts };
}

function expectRead(outcome: unknown, status: number, body: unknown): void {
  if (status < 300) {
    expect({ data: outcome }).toEqual(body);
  } else {
    expect(outcome).toBeInstanceOf(ApiError);
    expect(outcome).toMatchObject({ status, attempts: 1 });
    if (body !== undefined) expect((outcome as ApiError).body).toEqual(body);
  }
}

const { createProductCollection } = documented;
const read = responses
  .filter(({ id }) => id === createProductCollection.operation.id)
  .map(({ status, body }) => ({ status, body, example: body?.examples[0] }));

describe.each(read)("createProductCollection reads a $status", ({ status, example }) => {
  it("of the mock", async () => {
    const headers = { Prefer: `code=${status}` };
    const { outcome, drifts } = await outcomeOf({ baseUrl: inject("mockUrl"), headers });
    expectRead(outcome, status, example);
    expect(drifts).toEqual([]);
  });

  it("of the fake", async () => {
    const { fetch, answerNext } = fakeHighLevel();
    answerNext(status);
    const { outcome, drifts } = await outcomeOf({ fetch });
    const echo = { data: expect.objectContaining(collection) };
    expectRead(outcome, status, status < 300 ? echo : example);
    expect(drifts).toEqual([]);
  });
});

const departures = read.flatMap(({ status, body, example }) =>
  body === undefined
    ? []
    : breachesOf(document, judge, body, example)
        // Without its envelope there is no collection to return.
        .filter(({ place }) => place.split("/").length > (status < 300 ? 2 : 1))
        .flatMap(({ place, keyword, changes }) =>
          changes.map((change, index) => ({
            name: `${place} breaks ${keyword} in a ${status} (${index + 1})`,
            status,
            place,
            keyword,
            sent: applyChange(example, change),
          })),
        ),
);

it.each(departures)("reports drift: $name", async ({ status, sent, place, keyword }) => {
  const { fetch, answerNext } = fakeHighLevel();
  answerNext(status, { body: sent });
  const { outcome, drifts } = await outcomeOf({ fetch });
  expectRead(outcome, status, sent);
  expect(drifts).toContainEqual({ path: place, keyword, message: expect.any(String) });
});
