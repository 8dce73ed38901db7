import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import * as generated from "../generated/probes.js";
import { operationsOf, readContract } from "../scripts/lib/contract.js";
import { createClient, InvalidRequestError, type NewProductCollection } from "../src/index.js";
import { locationId, token } from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { isObject } from "../src/validate.js";
import { arbitraryOf } from "./arbitrary.js";
import { validRequest } from "./requests.js";

// Random bodies, valid and not: mock, fake and client judge them alike.

const runs = Number(process.env.FAST_CHECK_RUNS ?? 300);
const document = readContract();
const mockUrl = inject("mockUrl");
const fake = fakeHighLevel();

const withBodies = operationsOf(document).flatMap(({ id, body }) => {
  const shown = Object.values(generated).find(({ operation }) => operation.id === id);
  return shown && body ? [{ id, shown, body }] : [];
});

describe.each(withBodies)("a random body of $id", ({ shown, body: { schema } }) => {
  const { operation, target, headers } = validRequest(shown, { token, locationId });

  it("is accepted by the mock and the fake, or refused by both", async () => {
    const accepted: boolean[] = [];
    await fc.assert(
      fc.asyncProperty(arbitraryOf(document, schema), async (value) => {
        const init = { method: operation.method, headers, body: JSON.stringify(value) };
        const mock = await fetch(mockUrl + target, init);
        const faked = await fake.fetch(`http://fake${target}`, init);
        await Promise.all([mock.text(), faked.text()]);
        expect([mock.ok, faked.ok]).toEqual([operation.validateBody?.(value), mock.ok]);
        accepted.push(mock.ok);
      }),
      { numRuns: runs },
    );
    expect(new Set(accepted)).toEqual(new Set([true, false]));
  });
});

describe("a random collection", () => {
  const { createProductCollection } = generated;
  const { operation } = createProductCollection;
  const [{ body }] = withBodies.filter(({ shown }) => shown === createProductCollection) as [
    (typeof withBodies)[number],
  ];
  const { target, headers } = validRequest(createProductCollection, { token, locationId });
  const client = createClient({ locationId, token, fetch: fake.fetch, limiter: false });

  it("is sent by the client where the mock accepts it, and refused otherwise", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOf(document, body.schema), async (value) => {
        const call = client.createProductCollection(value as NewProductCollection);
        const error = await call.catch((error: unknown) => error);
        const added = { [String(operation.locationField)]: locationId, ...operation.fixedFields };
        const sent = isObject(value) ? { ...value, ...added } : value;
        const init = { method: operation.method, headers, body: JSON.stringify(sent) };
        const mock = await fetch(mockUrl + target, init);
        await mock.text();
        expect(error instanceof InvalidRequestError).toBe(!mock.ok);
      }),
      { numRuns: runs },
    );
  });
});
