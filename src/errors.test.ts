import { assert, describe, expect, expectTypeOf, it } from "vitest";
import {
  ApiError,
  ConnectionError,
  HighLevelError,
  InvalidRequestError,
  TimeoutError,
  UnexpectedResponseError,
} from "./index.js";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  makeClient,
  rejection,
} from "./testing/servers.js";

/** The error of a call to a server that answers so. */
async function errorAfter(status: number, body: unknown = {}, given: unknown = collection) {
  const server = await countingServer((response) =>
    status ? answer(response, status, body) : undefined,
  );
  const timeoutMs = status === 0 ? 50 : undefined;
  const client = makeClient(server.url, { maxRetries: 0, timeoutMs });
  return rejection(client.createProductCollection(given as never));
}

async function refused() {
  const client = makeClient(`http://127.0.0.1:${await closedPort()}`, { maxRetries: 0 });
  return rejection(client.createProductCollection(collection));
}

const classes = [
  HighLevelError,
  InvalidRequestError,
  ApiError,
  UnexpectedResponseError,
  ConnectionError,
  TimeoutError,
];

describe("an error", () => {
  it.each<[string, () => Promise<unknown>, readonly unknown[], RegExp]>([
    [
      "InvalidRequestError",
      () => errorAfter(201, {}, { name: 5, slug: "a b" }),
      [InvalidRequestError],
      /^The collection breaks the contract and was not sent: \/name must be string; \/slug must match pattern /,
    ],
    [
      "ApiError",
      () => errorAfter(400, { message: "No such location" }),
      [ApiError],
      /^HighLevel answered 400: No such location$/,
    ],
    [
      "ApiError",
      () => errorAfter(401, { message: "Expired" }),
      [ApiError],
      /^HighLevel answered 401: Expired$/,
    ],
    [
      "ApiError",
      () => errorAfter(422, { message: ["slug is taken"] }),
      [ApiError],
      /^HighLevel answered 422: slug is taken$/,
    ],
    ["ApiError", () => errorAfter(429, ""), [ApiError], /^HighLevel answered 429$/],
    [
      "UnexpectedResponseError",
      () => errorAfter(503, ""),
      [UnexpectedResponseError],
      /^HighLevel answered 503, .*may have been created$/,
    ],
    [
      "UnexpectedResponseError",
      () => errorAfter(403, ""),
      [UnexpectedResponseError],
      /^HighLevel answered 403, /,
    ],
    [
      "ConnectionError",
      refused,
      [ConnectionError],
      /^No answer from HighLevel, nothing was created: .*ECONNREFUSED/,
    ],
    [
      "TimeoutError",
      () => errorAfter(0),
      [TimeoutError, ConnectionError],
      /^No complete answer within 50 ms; the collection may have been created$/,
    ],
  ])(
    "is a HighLevelError and a %s that says what happened",
    async (name, make, itsClasses, message) => {
      const error = await make();
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name, message: expect.stringMatching(message) });
      expect(String(error)).toMatch(new RegExp(`^${name}: `));
      expect(classes.filter((it) => error instanceof (it as never))).toEqual(
        classes.filter((it) => it === HighLevelError || itsClasses.includes(it)),
      );
    },
  );

  it("of a connection keeps what the platform said as its cause", async () => {
    const error = await refused();
    expect(error).toBeInstanceOf(ConnectionError);
    const chain: unknown[] = [];
    for (let it = error; it instanceof Error; it = it.cause) chain.push(it.message);
    expect(chain.length).toBeGreaterThan(1);
    expect(chain.at(-1)).toContain("ECONNREFUSED");
  });

  it("of a connection has a reason in its message even where the platform gave none", async () => {
    for (const thrown of [new Error(""), new Error("", { cause: new Error("") }), undefined, ""]) {
      const client = makeClient("http://127.0.0.1:1", { fetch: () => Promise.reject(thrown) });
      const error = await rejection(client.createProductCollection(collection));
      expect(String(error)).toMatch(/may have been created: \w/);
      expect(String(error)).not.toContain("undefined");
    }
  });

  it("after a failed first attempt is the last attempt's", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1
        ? answer(response, 429, "", { "Retry-After": "0" })
        : answer(response, 422, { message: ["Taken"] }),
    );
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ status: 422, body: { message: ["Taken"] } });
  });
});

describe("an ApiError", () => {
  it("has the body that the contract gives its status", async () => {
    const error = await errorAfter(422, {
      statusCode: 422,
      message: ["Taken"],
      error: "Unprocessable",
    });
    assert(error instanceof ApiError);
    expectTypeOf(error).toEqualTypeOf<ApiError>();
    expectTypeOf(error.status).toEqualTypeOf<400 | 401 | 403 | 422 | 429>();
    if (error.status === 429) expectTypeOf(error.body).toBeUnknown();
    if (error.status === 400) expectTypeOf(error.body.message).toEqualTypeOf<string | undefined>();
    if (error.status === 401) expectTypeOf(error.body.error).toEqualTypeOf<string | undefined>();
    assert(error.status === 422);
    expectTypeOf(error.body.message).toEqualTypeOf<string[] | undefined>();
    expect(error.body.message).toEqual(["Taken"]);
  });

  it("can be made by hand for a test of one's own", () => {
    const head = {
      headers: () => new Headers({ "X-Request-Id": "1b9d" }),
      rateLimit: () => undefined,
    };
    const error = new ApiError(422, { message: ["Taken"] }, head);
    expectTypeOf(error.status).toEqualTypeOf<422>();
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toBeInstanceOf(HighLevelError);
    expect(error.headers.get("x-request-id")).toBe("1b9d");
    // @ts-expect-error 418 is no status of the contract
    expect(new ApiError(418, {}, head).status).toBe(418);
  });
});

describe("a ConnectionError", () => {
  it("tells whether the request may have arrived", async () => {
    const error = await refused();
    assert(error instanceof ConnectionError);
    expectTypeOf(error.delivered).toEqualTypeOf<"no" | "unknown">();
    expect(error.delivered).toBe("no");
  });
});
