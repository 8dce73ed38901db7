import { describe, expect, it } from "vitest";
import { operationsOf, readContract } from "../scripts/lib/contract.js";
import { listen } from "../scripts/lib/listen.js";
import { ApiError, type ContractDrift } from "../src/index.js";
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

const documented = operationsOf(await readContract()).flatMap(({ operation }) =>
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

describe("an answer that departs from the contract", () => {
  const createdAt = "2024-02-22T09:27:19.728Z";
  const created = { _id: "1", altId: "2", name: "n", slug: "s", image: "i", seo: {}, createdAt };

  async function driftsOf(status: number, body: unknown): Promise<unknown[]> {
    const drifts: ContractDrift[] = [];
    const server = await listen((_, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    const { client } = recordingClient(server.url, undefined, {
      maxRetries: 0,
      onDrift: (drift) => drifts.push(drift),
    });
    await client.createProductCollection(collection).catch(() => {});
    server.close();
    return drifts.flatMap(({ issues }) => issues);
  }

  it("is no drift where it does not", async () => {
    expect(await driftsOf(201, { data: created })).toEqual([]);
  });

  it.each([
    [
      201,
      { data: { ...created, createdAt: "yesterday" } },
      "/data/createdAt",
      "must match format date-time",
    ],
    [201, { data: { ...created, _id: 1 } }, "/data/_id", "must be string"],
    [201, { data: { ...created, image: null } }, "/data/image", "must be string"],
    [201, { data: { ...created, seo: undefined } }, "/data/seo", "is required"],
    [201, { data: { ...created, seo: { title: 1 } } }, "/data/seo/title", "must be string"],
    [400, { statusCode: "400" }, "/statusCode", "must be number"],
    [401, { error: 1 }, "/error", "must be string"],
    [422, { message: "refused" }, "/message", "must be array"],
    [422, { message: ["refused", 1] }, "/message/1", "must be string"],
  ])("is reported: %i %j", async (status, body, path, message) => {
    expect(await driftsOf(status, body)).toEqual([{ path, message }]);
  });
});
