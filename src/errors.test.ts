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

const call = { locationId, call: 1, attempts: 1 };

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
      ...call,
      mayHaveCreated: false,
      status: 422,
      reason: "slug is taken; name is long",
      body: { message: ["slug is taken", "name is long"] },
      headers: expect.objectContaining({ "content-type": "application/json" }),
      rateLimit: expect.any(Object),
    });
  });

  it("shows the headers of its response where it is printed", async () => {
    const error = await errorAfter(500, {}, { "X-Trace-Id": "7f3a" });
    expect(error).toMatchObject({ headers: { "x-trace-id": "7f3a" } });
    expect(inspect(error)).toContain("'x-trace-id': '7f3a'");
  });

  it("holds no token that a server echoes in a header", async () => {
    for (const status of [201, 422, 500]) {
      const error = await errorAfter(status, {}, { "X-Echo": `Bearer ${token}` });
      expect(error).toMatchObject({ headers: { "x-echo": "Bearer [token]" } });
      expect(inspect(error) + JSON.stringify(error)).not.toContain(token);
    }
  });

  it("says of which location and call it is, whatever went wrong", async () => {
    const { fetch, answerNext, breakNext } = fakeHighLevel();
    const client = createClient({ locationId, token, fetch, limiter: false });
    const limited = createClient({ locationId, token, fetch });
    answerNext(422);
    answerNext(500);
    breakNext({ sent: true });
    const aborted = { signal: AbortSignal.abort() };
    const broken = { ...collection, slug: "a b" };
    const errors = [
      await rejection(client.createProductCollection(collection)),
      await rejection(client.createProductCollection(collection)),
      await rejection(client.createProductCollection(collection)),
      await rejection(client.createProductCollection(collection, aborted)),
      await rejection(client.createProductCollection(broken)),
      await rejection(client.createProductCollection({ ...broken, toJSON: () => 1n } as never)),
    ];
    answerNext(200, { delayMs: 60_000 });
    errors.push(await rejection(client.createProductCollection(collection, { timeoutMs: 1 })));
    expect(errors).toMatchObject(errors.map((_, i) => ({ locationId, call: i + 1 })));
    const names = errors.map((error) => (error as Error).name);
    expect(new Set(names)).toEqual(
      new Set([
        "ApiError",
        "UnexpectedResponseError",
        "ConnectionError",
        "AbortError",
        "InvalidRequestError",
        "TimeoutError",
      ]),
    );

    answerNext(429, { headers: { "X-RateLimit-Daily-Remaining": "0" } });
    await rejection(limited.createProductCollection(collection));
    const stopped = await rejection(limited.createProductCollection(collection));
    expect(stopped).toMatchObject({ status: 429, attempts: 0, locationId, call: 2 });
    expect((stopped as Error).message).toMatch(
      /^HighLevel answered 429 to an earlier call, and this/,
    );
  });

  it("of a provider that is too slow says of which location and call it is", async () => {
    const provider = () => new Promise<string>(() => {});
    const client = createClient({ locationId, token: provider, timeoutMs: 1 });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "TimeoutError", locationId, call: 1, attempts: 0 });
  });

  it.each<[string, object, number, string]>([
    ["Retry-After", { "Retry-After": "7" }, 7000, "; try again in 7 s"],
    [
      "the window",
      { "X-RateLimit-Interval-Milliseconds": "2500", "X-RateLimit-Daily-Reset": "3600000" },
      2500,
      "; try again in 3 s",
    ],
    [
      "HighLevel's window",
      { "X-RateLimit-Interval-Milliseconds": "" },
      10_000,
      "; try again in 10 s",
    ],
    [
      "the day's reset",
      { "X-RateLimit-Daily-Remaining": "0", "X-RateLimit-Daily-Reset": "3599001" },
      3_599_001,
      "; the day's budget is spent; try again in 3600 s",
    ],
    [
      "a minute, where the day is spent and nobody says until when",
      { "X-RateLimit-Daily-Remaining": "0" },
      60_000,
      "; the day's budget is spent; try again in 60 s",
    ],
  ])("of a 429 says the wait that applies: %s", async (_, headers, retryAfterMs, words) => {
    const error = await errorAfter(429, undefined, headers);
    expect(error).toMatchObject({ retryAfterMs, message: `HighLevel answered 429${words}` });
  });

  it("of another status has a wait only if Retry-After names one", async () => {
    expect(await errorAfter(503, {}, { "Retry-After": "7" })).toMatchObject({ retryAfterMs: 7000 });
    const error = await errorAfter(503);
    expect(error).toMatchObject({ retryAfterMs: undefined });
    expect(error.message).not.toContain("try again");
  });

  it.each<[unknown, string | undefined]>([
    [{ message: "plain words" }, "plain words"],
    [{ message: ["one", "two"] }, "one; two"],
    [{ message: [{ message: "one" }, { message: ["two", "three"] }] }, "one; two; three"],
    [{ message: ["one", "", 5, {}, "two"] }, "one; two"],
    [{ error: { message: "nested" } }, "nested"],
    [{ message: "", error: "Unprocessable Entity" }, "Unprocessable Entity"],
    [{ errors: [{ message: "one" }, "two"] }, "one; two"],
    [["one", { message: "two" }], "one; two"],
    ["Forbidden\n", "Forbidden"],
    ["\n<html><title>Forbidden</title></html>", undefined],
    [{ message: 5 }, undefined],
    [{ message: [] }, undefined],
    [{ message: null, error: true }, undefined],
    [{}, undefined],
    [5, undefined],
    ["", undefined],
  ])("has the server's words alone as its reason: of %j", async (body, reason) => {
    const error = await errorAfter(403, body);
    expect(error).toMatchObject({ reason });
    expect(error.message).toMatch(reason ? new RegExp(`: ${reason}$`) : /^[^:]+$/);
  });

  it("ends in the first part of long words", async () => {
    const error = await errorAfter(400, { message: "x".repeat(500) });
    expect(error.message).toBe(`HighLevel answered 400: ${"x".repeat(300)}`);
    expect(error).toMatchObject({ reason: "x".repeat(500) });
  });

  it("has a message of one line", async () => {
    const error = await errorAfter(400, { message: "words\r\nof two lines\n" });
    expect(error.message).toBe("HighLevel answered 400: words of two lines");
  });

  it("is made of a body that is nested too deep to search it for words", async () => {
    const body = `${'{"message":['.repeat(30_000)}"deep"${"]}".repeat(30_000)}`;
    expect(await errorAfter(429, body)).toMatchObject({ status: 429, reason: undefined });
  });

  it("shows its causes as JSON: the name, the message, the code", async () => {
    const { fetch, breakNext } = fakeHighLevel();
    const client = createClient({ locationId, token, fetch, maxRetries: 0 });
    breakNext({ sent: true });
    const error = await rejection(client.createProductCollection(collection));
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: "ConnectionError",
      cause: {
        name: "TypeError",
        message: "fetch failed",
        cause: { name: "Error", message: "other side closed", code: "UND_ERR_SOCKET" },
      },
    });
  });

  it.each<[unknown, unknown]>([
    [undefined, { name: "AbortError", message: "This operation was aborted", code: 20 }],
    ["the user left", "the user left"],
    [null, undefined],
    [7n, "7"],
    [
      { message: "the user left", code: "E_LEFT" },
      { message: "the user left", code: "E_LEFT" },
    ],
  ])("shows the reason of an abort as JSON: %s", async (reason, cause) => {
    const client = createClient({ locationId, token, fetch: fakeHighLevel().fetch });
    const signal = AbortSignal.abort(reason);
    const error = await rejection(client.createProductCollection(collection, { signal }));
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "AbortError",
      message: "The call was aborted; nothing was created",
      locationId,
      call: 1,
      attempts: 0,
      mayHaveCreated: false,
      cause,
    });
  });

  it.each([
    [400, false],
    [408, true],
    [500, true],
  ])("of a %i, should the contract document it, says whether it may exist", (status, expected) => {
    const error = new ApiError(new Response(null, { status }), {}, call);
    expect(error.mayHaveCreated).toBe(expected);
  });

  it("of a response that the contract does not promise has its body, and of text the first part", async () => {
    const page = `<!doctype html>${"x".repeat(5000)}`;
    const error = await errorAfter(502, page);
    expect(error).toMatchObject({ name: "UnexpectedResponseError", body: page.slice(0, 1024) });
    expect(error.message).toBe(
      "HighLevel answered 502, which is not documented; the collection may have been created",
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
