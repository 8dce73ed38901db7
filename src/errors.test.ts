import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ApiError, createClient, HighLevelError, InvalidRequestError } from "./index.js";
import { collection, locationId, rejection, token } from "./test-support/servers.js";
import { fakeHighLevel } from "./testing.js";

async function errorAfter(status: number, body?: unknown, headers = {}): Promise<HighLevelError> {
  const { fetch, answerNext } = fakeHighLevel();
  answerNext(status, { body, headers });
  const client = createClient({ locationId, token, fetch, maxRetries: 0 });
  return (await rejection(client.createProductCollection(collection))) as HighLevelError;
}

describe("an error", () => {
  it("is logged with its class, its message and what it knows", async () => {
    const error = await errorAfter(422, { message: ["slug is taken", "name is long"] });
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toBeInstanceOf(HighLevelError);
    expect(inspect(error)).toContain(
      "ApiError: HighLevel answered 422: slug is taken; name is long",
    );
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "ApiError",
      message: "HighLevel answered 422: slug is taken; name is long",
      mayHaveCreated: false,
      attempts: 1,
      status: 422,
      body: { message: ["slug is taken", "name is long"] },
      headers: expect.objectContaining({ "content-type": "application/json" }),
      rateLimit: expect.any(Object),
    });
  });

  it("of a 429 says how long to wait, and whether the day is spent", async () => {
    const later = await errorAfter(429, undefined, { "Retry-After": "7" });
    expect(later).toMatchObject({ retryAfterMs: 7000, message: "HighLevel answered 429" });
    const spent = await errorAfter(429, undefined, { "X-RateLimit-Daily-Remaining": "0" });
    expect(spent).toMatchObject({ rateLimit: { dailyRemaining: 0 }, retryAfterMs: undefined });
    expect(spent.message).toBe("HighLevel answered 429; the day's budget is spent");
    const stated = { "X-RateLimit-Daily-Remaining": "0", "X-RateLimit-Daily-Reset": "3600000" };
    expect((await errorAfter(429, undefined, stated)).message).toBe(
      "HighLevel answered 429; the day's budget is spent, and new in 3600000 ms",
    );
  });

  it.each([
    [{ message: "plain words" }, ": plain words"],
    [{ message: "words\r\nof two lines\n" }, ": words of two lines"],
    [{ message: 5 }, ""],
    [{ message: [] }, ""],
    [{ message: "x".repeat(500) }, `: ${"x".repeat(300)}`],
  ])("ends in the server's words, if %j has some", async (body, words) => {
    expect((await errorAfter(400, body)).message).toBe(`HighLevel answered 400${words}`);
  });

  it.each([
    [400, false],
    [408, true],
    [500, true],
  ])("of a %i, should the contract document it, says whether it may exist", (status, expected) => {
    const error = new ApiError(new Response(null, { status }), {}, 1);
    expect(error.mayHaveCreated).toBe(expected);
  });

  it("of a response that the contract does not promise has its body, and of text the first part", async () => {
    const page = `<!doctype html>${"x".repeat(5000)}`;
    const error = await errorAfter(502, page);
    expect(error).toMatchObject({ name: "UnexpectedResponseError", body: page.slice(0, 1024) });
    expect(error.message).toBe(
      "HighLevel answered 502, which the contract does not document; the collection may have been created",
    );
  });

  it("of a success without the collection has what came instead", async () => {
    const error = await errorAfter(201, "<!doctype html>");
    expect(error).toMatchObject({ mayHaveCreated: true, body: "<!doctype html>" });
    expect(error.message).toBe(
      "HighLevel answered 201, without a `data` object; the collection may have been created",
    );
  });

  it.each(["<html>", "", [], 5])("of a 422 whose body is %j is no ApiError", async (body) => {
    const error = await errorAfter(422, body);
    expect(error).toMatchObject({ name: "UnexpectedResponseError", mayHaveCreated: false });
    expect(error.message).toContain("without a JSON object");
  });

  it("of a collection that breaks the contract names every place", async () => {
    const { fetch } = fakeHighLevel();
    const client = createClient({ locationId, token, fetch });
    const broken = { slug: "best sellers", seo: { title: 1 } };
    const error = await rejection(client.createProductCollection(broken as never));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toMatch(
      /^The collection breaks the contract and was not sent: \/name is required; \/slug must match pattern .*; \/seo\/title must be string$/,
    );
  });
});
