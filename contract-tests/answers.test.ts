import { describe, expect, inject, it } from "vitest";
import {
  type Response as DocumentedResponse,
  operationOf,
  readContract,
} from "../scripts/lib/contract.js";
import { ApiError, type ClientOptions, createClient, type Issue } from "../src/index.js";
import { collection, locationId, token } from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { breaches, withValue } from "./probes.js";

// The client reads every documented response as the contract promises it, from the mock and from the fake,
// and reports every departure.

const answers = Object.entries(operationOf(readContract()).operation.responses).map(
  ([code, response]) => ({ status: Number(code), response, example: exampleIn(response) }),
);

function exampleIn({ content }: DocumentedResponse): unknown {
  const [example] = Object.values(content?.["application/json"]?.examples ?? {});
  return example?.value;
}

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
  return { outcome, drifts, rateLimit: client.rateLimit };
}

function expectDocumented(outcome: unknown, status: number, example: unknown): void {
  if (status < 300) {
    expect({ data: outcome }).toEqual(example);
  } else {
    expect(outcome).toBeInstanceOf(ApiError);
    expect(outcome).toMatchObject({ status, attempts: 1 });
    if (example !== undefined) expect((outcome as ApiError).body).toEqual(example);
  }
}

describe.each(answers)("a documented $status", ({ status, response, example }) => {
  it("comes from the mock as the contract shows it", async () => {
    const { outcome, drifts, rateLimit } = await outcomeOf({
      baseUrl: inject("mockUrl"),
      headers: { Prefer: `code=${status}` },
    });
    expectDocumented(outcome, status, example);
    expect(drifts).toEqual([]);
    const figure = (name: string) => response.headers?.[`X-RateLimit-${name}`]?.example;
    expect(rateLimit).toEqual({
      limit: figure("Max"),
      remaining: figure("Remaining"),
      intervalMs: figure("Interval-Milliseconds"),
      dailyLimit: figure("Limit-Daily"),
      dailyRemaining: figure("Daily-Remaining"),
      dailyResetMs: figure("Daily-Reset"),
    });
  });

  it("comes from the fake as the contract shows it", async () => {
    const { fetch, answerNext } = fakeHighLevel();
    answerNext(status);
    const { outcome, drifts } = await outcomeOf({ fetch });
    const echo = { data: expect.objectContaining(collection) };
    expectDocumented(outcome, status, status < 300 ? echo : example);
    expect(drifts).toEqual([]);
  });
});

const departures = answers.flatMap(({ status, response, example }) =>
  breaches(response.content?.["application/json"]?.schema ?? {})
    // Without its envelope there is no collection to return.
    .filter(({ place }) => status >= 300 || place.length > 1)
    .map(({ name, place, value }) => ({
      name: `${name} in a ${status}`,
      status,
      body: withValue(example, place, value),
      path: `/${place.join("/")}`,
    })),
);

it.each(departures)("reports drift: $name", async ({ status, body, path }) => {
  const { fetch, answerNext } = fakeHighLevel();
  answerNext(status, { body });
  const { outcome, drifts } = await outcomeOf({ fetch });
  expectDocumented(outcome, status, body);
  expect(drifts).toEqual([{ path: expect.stringContaining(path), message: expect.any(String) }]);
});
