import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { createClient } from "highlevel-product-collections";
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import { afterEach, describe, expect, it } from "vitest";
import { importFile } from "./import-csv.js";
import { startMock } from "./mock.js";
import { oauthTokens, type Tokens } from "./oauth-token.js";
import { sharedBudget } from "./shared-budget.js";
import { createBestSellers } from "./with-openapi-fetch.js";

// Each example, run.

const locationId = "6578278e879ad2646715ba9c";
const token = "a-token-of-the-sub-account";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Answers each request with what `answer` gives: a status and a body. */
async function serve(
  answer: (request: IncomingMessage) => Promise<[status: number, body: unknown]>,
) {
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const created = (body: unknown) => ({ data: { _id: "655b33a82209e60b6adb87a5", ...Object(body) } });

describe("many collections from a CSV file", () => {
  it("come out in order, and what failed can be fed in again", async () => {
    const slugs: string[] = [];
    let isTaken = true;
    const baseUrl = await serve(async (request) => {
      const body = Object(await json(request));
      slugs.push(body.slug);
      if (body.slug === "broken") return [500, {}];
      return isTaken && body.slug === "taken"
        ? [422, { message: ["slug taken"] }]
        : [201, created(body)];
    });
    const folder = mkdtempSync(join(tmpdir(), "highlevel-csv-"));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const file = (name: string) => join(folder, name);
    writeFileSync(
      file("all.csv"),
      'name,slug,title\n"A, with a comma",a,\nB,taken,"Title ""B"""\nC,has space,\nD,broken,\nE,e,\n',
    );
    const highlevel = createClient({ locationId, token, baseUrl });

    const results = await importFile(highlevel, file("all.csv"));

    expect(results.map(({ row }) => row.slug)).toEqual(["a", "taken", "has space", "broken", "e"]);
    expect(results.map((result) => "collection" in result)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(slugs.sort()).toEqual(["a", "broken", "e", "taken"]);
    expect(readFileSync(file("all.unknown.csv"), "utf8")).toMatch(
      /^name,slug,title,error\r\nD,broken,,/,
    );

    isTaken = false;
    slugs.length = 0;
    const again = await importFile(highlevel, file("all.failed.csv"));
    expect(slugs).toEqual(["taken"]);
    expect(
      again.map((result) => ("collection" in result ? result.collection.seo : "failed")),
    ).toEqual([{ title: 'Title "B"' }, "failed"]);
  });
});

describe("a token provider over OAuth", () => {
  it("refreshes what is expired or rejected, once for all calls, and saves what it gets", async () => {
    let refreshes = 0;
    const tokenUrl = await serve(async (request) => {
      const form = new URLSearchParams(await text(request));
      expect(form.get("refresh_token")).toBe(`refresh-${refreshes}`);
      expect(form.get("user_type")).toBe("Location");
      refreshes++;
      const access_token = `access-token-${refreshes}`;
      return [200, { access_token, refresh_token: `refresh-${refreshes}`, expires_in: 86_399 }];
    });
    const baseUrl = await serve(async (request) =>
      request.headers.authorization === "Bearer access-token-2"
        ? [201, created(await json(request))]
        : [401, { message: "Invalid token" }],
    );
    let stored: Tokens = { accessToken: "access-token-0", refreshToken: "refresh-0", expiresAt: 0 };
    const provider = oauthTokens(
      { clientId: "id", clientSecret: "secret", tokenUrl },
      {
        load: async () => stored,
        save: async (tokens) => {
          stored = tokens;
        },
      },
    );
    const highlevel = createClient({ locationId, token: provider, baseUrl });

    const collections = await Promise.all(
      ["a", "b", "c"].map((slug) => highlevel.createProductCollection({ name: slug, slug })),
    );

    expect(collections.map(({ slug }) => slug)).toEqual(["a", "b", "c"]);
    expect(refreshes).toBe(2); // the expired one, and the one that the API rejected
    expect(stored).toMatchObject({ accessToken: "access-token-2", refreshToken: "refresh-2" });
  });
});

describe("a budget shared by many processes", () => {
  it("is one that the client takes as a limiter", async () => {
    const limiter = sharedBudget({});
    expect(() => createClient({ locationId, token, limiter })).not.toThrow();
  });

  it("makes calls of all clients wait for their places", async () => {
    const times: number[] = [];
    const baseUrl = await serve(async (request) => {
      times.push(Date.now());
      return [201, created(await json(request))];
    });
    // What Redis keeps for a fleet, memory keeps for this process; `npm run test:redis` has Redis.
    const limiter = new RateLimiterQueue(new RateLimiterMemory({ points: 2, duration: 1 }));
    const clients = [1, 2].map(() => createClient({ locationId, token, baseUrl, limiter }));
    await Promise.all(
      clients.flatMap((client) =>
        ["a", "b"].map((slug) => client.createProductCollection({ name: slug, slug })),
      ),
    );
    times.sort();
    expect(times).toHaveLength(4);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(0);
  });
});

describe("the contract's mock", { timeout: 60_000 }, () => {
  it("serves tests of one's own code, and bare openapi-fetch", async () => {
    const mock = await startMock();
    cleanUps.push(mock.stop);

    const highlevel = createClient({ locationId, token, baseUrl: mock.url });
    const collection = await highlevel.createProductCollection({ name: "Best Sellers", slug: "b" });
    expect(collection.name).toBe("Best Sellers");

    const bestSellers = await createBestSellers(mock.url, token, locationId);
    expect(bestSellers.slug).toBe("best-sellers");
  });
});
