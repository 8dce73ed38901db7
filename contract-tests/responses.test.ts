import { describe, expect, it } from "vitest";
import { operationsOf, readContract } from "../scripts/contract.js";
import { ApiError } from "../src/index.js";
import { recordingClient, useMock, violatedPlaces } from "./harness.js";

// Walked from the document: a response or an example that is added to it is tested without a word
// here, and fails if the client does not turn it into what the design says.

const mock = useMock();

const collection = { name: "Best Sellers", slug: "best-sellers" };
// The figures of HighLevel's rate-limit documentation.
const rateLimit = {
  limit: 100,
  remaining: 99,
  intervalMs: 10_000,
  dailyLimit: 200_000,
  dailyRemaining: 199_999,
};

const documented = operationsOf(readContract()).flatMap(({ operation }) =>
  Object.entries(operation.responses).flatMap(([code, { content }]) => {
    const examples = Object.entries(content?.["application/json"]?.examples ?? {});
    return examples.length === 0
      ? [{ status: Number(code), example: "no body", prefer: `code=${code}`, body: undefined }]
      : examples.map(([example, { value }]) => ({
          status: Number(code),
          example,
          prefer: `code=${code}, example=${example}`,
          body: value,
        }));
  }),
);

describe("a documented answer comes out of the client as the design says", () => {
  it.each(documented)("$status, $example", async ({ status, prefer, body }) => {
    const drifts: unknown[] = [];
    const { client, responses } = recordingClient(mock.url, prefer, {
      maxRetries: 0,
      onDrift: (drift) => drifts.push(drift),
    });

    const outcome = await client.createProductCollection(collection).catch((error) => error);

    expect(responses.map((response) => response.status)).toEqual([status]);
    expect(responses.flatMap(violatedPlaces)).toEqual([]);
    if (status < 300) {
      expect({ data: outcome }).toEqual(body);
    } else {
      expect(outcome).toBeInstanceOf(ApiError);
      expect(outcome).toMatchObject({ status, rateLimit });
      expect(outcome.body).toEqual(body);
    }
    expect(client.rateLimit).toEqual(rateLimit);
    expect(drifts).toEqual([]);
  });

  it("and there are the five that HighLevel documents", () => {
    const statuses = new Set(documented.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([201, 400, 401, 422, 429]);
  });
});
