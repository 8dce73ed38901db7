import { inspect } from "node:util";
import { build } from "esbuild";
import { assert, describe, expect, expectTypeOf, it } from "vitest";
import {
  answer,
  closedPort,
  collection,
  countingServer,
  makeClient,
  rejection,
} from "../contract-tests/support/servers.js";
import * as index from "./index.js";
import {
  AbortedError,
  ApiError,
  ConnectionError,
  HighLevelError,
  InvalidRequestError,
  TimeoutError,
  UnexpectedResponseError,
} from "./index.js";

/** The error of a call to a server that answers so; 0 stands for no answer. */
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

async function aborted() {
  const client = makeClient("http://127.0.0.1:1");
  const signal = AbortSignal.abort(new Error("The page was left"));
  return rejection(client.createProductCollection(collection, { signal }));
}

const classes = [
  HighLevelError,
  InvalidRequestError,
  ApiError,
  UnexpectedResponseError,
  ConnectionError,
  TimeoutError,
  AbortedError,
];

describe("an error", () => {
  it.each<[string, () => Promise<unknown>, readonly unknown[], RegExp, object]>([
    [
      "InvalidRequestError",
      () => errorAfter(201, {}, { name: 5, slug: "a b" }),
      [InvalidRequestError],
      /^The collection breaks the contract and was not sent: \/name must be string; \/slug must match pattern /,
      { mayHaveCreated: false, attempts: 0 },
    ],
    [
      "ApiError",
      () => errorAfter(400, { message: "No such location" }),
      [ApiError],
      /^HighLevel answered 400: No such location$/,
      { mayHaveCreated: false, attempts: 1, status: 400 },
    ],
    [
      "ApiError",
      () => errorAfter(401, { message: "Expired" }),
      [ApiError],
      /^HighLevel answered 401: Expired$/,
      { mayHaveCreated: false, attempts: 1, status: 401 },
    ],
    [
      "ApiError",
      () => errorAfter(403, { message: "The token does not have access to this location." }),
      [ApiError],
      /^HighLevel answered 403: The token does not have access to this location\.$/,
      { mayHaveCreated: false, attempts: 1, status: 403 },
    ],
    [
      "ApiError",
      () => errorAfter(422, { message: ["slug is taken"] }),
      [ApiError],
      /^HighLevel answered 422: slug is taken$/,
      { mayHaveCreated: false, attempts: 1, status: 422 },
    ],
    [
      "ApiError",
      () => errorAfter(422, { message: ["", "slug is taken", "", "name is too long"] }),
      [ApiError],
      /^HighLevel answered 422: slug is taken; name is too long$/,
      { mayHaveCreated: false, attempts: 1, status: 422 },
    ],
    [
      "ApiError",
      () => errorAfter(429, ""),
      [ApiError],
      /^HighLevel answered 429$/,
      { mayHaveCreated: false, attempts: 1, status: 429 },
    ],
    [
      "UnexpectedResponseError",
      () => errorAfter(503, ""),
      [UnexpectedResponseError],
      /^HighLevel answered 503, .*may have been created$/,
      { mayHaveCreated: true, attempts: 1, status: 503 },
    ],
    [
      "UnexpectedResponseError",
      () => errorAfter(503, { message: "Back at noon" }),
      [UnexpectedResponseError],
      /^HighLevel answered 503, .*may have been created: Back at noon$/,
      { mayHaveCreated: true, attempts: 1, status: 503 },
    ],
    [
      "UnexpectedResponseError",
      () => errorAfter(404, "No such page"),
      [UnexpectedResponseError],
      /^HighLevel answered 404, which the contract does not document: No such page$/,
      { mayHaveCreated: false, attempts: 1, status: 404 },
    ],
    [
      "ConnectionError",
      refused,
      [ConnectionError],
      /^No answer from HighLevel \(.*ECONNREFUSED.*\); nothing was created$/,
      { mayHaveCreated: false, attempts: 1 },
    ],
    [
      "TimeoutError",
      () => errorAfter(0),
      [TimeoutError, ConnectionError],
      /^No complete answer within 50 ms; the collection may have been created$/,
      { mayHaveCreated: true, attempts: 1 },
    ],
    [
      "AbortError",
      aborted,
      [AbortedError],
      /^The call was aborted; nothing was created$/,
      { mayHaveCreated: false, attempts: 0, cause: new Error("The page was left") },
    ],
  ])(
    "is a HighLevelError and a %s that says what happened",
    async (name, make, itsClasses, message, carried) => {
      const error = await make();
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name, message: expect.stringMatching(message), ...carried });
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
    const { cause } = JSON.parse(JSON.stringify(error));
    expect(cause).toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
  });

  it("of a connection has a reason in its message even where the platform gave none", async () => {
    for (const thrown of [new Error(""), new Error("", { cause: new Error("") }), undefined, ""]) {
      const client = makeClient("http://127.0.0.1:1", { fetch: () => Promise.reject(thrown) });
      const error = await rejection(client.createProductCollection(collection));
      expect(String(error)).toMatch(/HighLevel \(\w.*\); the collection may have been created$/);
      expect(String(error)).not.toContain("undefined");
    }
  });

  it("after a failed first attempt is the last attempt's, and counts both", async () => {
    const server = await countingServer((response, _, count) =>
      count === 1
        ? answer(response, 429, "", { "Retry-After": "0" })
        : answer(response, 422, { message: ["Taken"] }),
    );
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ status: 422, body: { message: ["Taken"] }, attempts: 2 });
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
    if (error.status === 403) expectTypeOf(error.body.message).toEqualTypeOf<string | undefined>();
    assert(error.status === 422);
    expectTypeOf(error.body.message).toEqualTypeOf<string[] | undefined>();
    expect(error.body.message).toEqual(["Taken"]);
  });

  it("names the wait of a 429, which may be longer than the client waits", async () => {
    const server = await countingServer((response) =>
      answer(response, 429, { message: "Too many" }, { "Retry-After": "3600" }),
    );
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({
      status: 429,
      retryAfterMs: 3_600_000,
      attempts: 1,
      message: "HighLevel answered 429; wait 3600 s: Too many",
    });
    expect(server.requests).toHaveLength(1);
  });
});

it("a 429 of a day's budget that is spent says so", async () => {
  const headers = { "Retry-After": "60", "X-RateLimit-Daily-Remaining": "0" };
  const server = await countingServer((response) => answer(response, 429, {}, headers));
  expect(await rejection(makeClient(server.url).createProductCollection(collection))).toMatchObject(
    { message: "HighLevel answered 429; the day's budget is spent" },
  );
});

/** One of each class, made by hand as in a test of a user's own code. */
function oneOfEach(its: typeof index) {
  const failure = { mayHaveCreated: true, attempts: 3, cause: new Error("The socket closed") };
  const headers = () => new Headers({ "X-Request-Id": "1b9d" });
  return {
    HighLevelError: new its.HighLevelError("It failed", failure),
    InvalidRequestError: new its.InvalidRequestError([{ path: "/name", message: "is required" }]),
    ApiError: new its.ApiError({
      status: 422,
      body: { message: ["Taken"] },
      headers: headers(),
      retryAfterMs: 20,
    }),
    UnexpectedResponseError: new its.UnexpectedResponseError("which is new", {
      status: 418,
      headers: headers(),
      body: { message: "A teapot" },
      attempts: 2,
    }),
    ConnectionError: new its.ConnectionError("No answer", failure),
    TimeoutError: new its.TimeoutError("No answer in time", failure),
    AbortedError: new its.AbortedError(failure),
  };
}

/** The lines by which a person or a program that reads a log tells one error from another. */
const linesIn = (text: string) => text.split("\n").filter((line) => !line.includes(" at "));

describe("every class of errors", () => {
  it("is tried here", () => {
    const exported = Object.keys(index).filter((name) => name.endsWith("Error"));
    expect(Object.keys(oneOfEach(index)).sort()).toEqual(exported.sort());
  });

  it("can be made from plain values, for a test of one's own", () => {
    const made = oneOfEach(index);
    expect(made.InvalidRequestError).toMatchObject({
      mayHaveCreated: false,
      attempts: 0,
      issues: [{ path: "/name", message: "is required" }],
    });
    expectTypeOf(made.ApiError.status).toEqualTypeOf<422>();
    expectTypeOf(made.ApiError.body.message).toEqualTypeOf<string[] | undefined>();
    expect(made.ApiError).toMatchObject({ mayHaveCreated: false, attempts: 1, retryAfterMs: 20 });
    expect(made.ApiError.headers.get("x-request-id")).toBe("1b9d");
    expect(made.UnexpectedResponseError).toMatchObject({ mayHaveCreated: false, attempts: 2 });
    for (const error of [made.ConnectionError, made.TimeoutError, made.AbortedError]) {
      expect(error).toMatchObject({ mayHaveCreated: true, attempts: 3 });
      expect(error.cause).toEqual(new Error("The socket closed"));
    }
    for (const error of Object.values(made)) expect(error).toBeInstanceOf(HighLevelError);
    const headers = new Headers();
    // @ts-expect-error 418 is not a status of the contract
    expect(new ApiError({ status: 418, body: {}, headers }).status).toBe(418);
  });

  const nameOf = (className: string) => (className === "AbortedError" ? "AbortError" : className);

  it.each(Object.entries(oneOfEach(index)))(
    "is called by its name in stacks, console.log and JSON.stringify: %s",
    (className, error) => {
      const name = nameOf(className);
      expect(error.name).toBe(name);
      expect(error.constructor.name).toBe(className);
      expect(error.stack).toMatch(new RegExp(`^${name}: `));
      expect(linesIn(inspect(error))[0]).toMatch(new RegExp(`^(${name}|${className})\\b`));
      const shown = JSON.parse(JSON.stringify(error));
      expect(shown).toMatchObject({ name, message: error.message, attempts: error.attempts });
      expect(shown).toHaveProperty("mayHaveCreated", error.mayHaveCreated);
      expect(shown).not.toHaveProperty("stack");
    },
  );

  it("shows status, words, headers and issues to a structured logger, and a cause by name", () => {
    const made = oneOfEach(index);
    const shown = (error: Error) => JSON.parse(JSON.stringify(error));
    const headers = { "x-request-id": "1b9d" };
    expect(shown(made.ApiError)).toMatchObject({ status: 422, headers, retryAfterMs: 20 });
    expect(shown(made.UnexpectedResponseError)).toMatchObject({ status: 418, headers });
    expect(shown(made.UnexpectedResponseError).message).toMatch(/: A teapot$/);
    expect(shown(made.InvalidRequestError).issues).toEqual(made.InvalidRequestError.issues);
    expect(shown(made.ConnectionError).cause).toEqual({
      name: "Error",
      message: "The socket closed",
    });
    for (const status of [made.ApiError, made.UnexpectedResponseError]) {
      expect(inspect(status)).toContain("1b9d");
    }
  });

  it.each([
    ["a text", "The page was left", "The page was left"],
    ["a number", 5, 5],
    ["a BigInt", 5n, "5"],
    ["null", null, null],
    ["a symbol", Symbol("left"), "Symbol(left)"],
    ["a list", ["The page was left"], undefined],
    ["an object", { code: "E_LEFT" }, { code: "E_LEFT" }],
    ["an object that holds others", { message: { of: 1 }, code: [1] }, {}],
  ])("can be written as JSON where the caller aborted with %s", (_, cause, shown) => {
    const error = new AbortedError({ mayHaveCreated: false, attempts: 0, cause });
    expect(error.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(error)).cause).toEqual(shown);
  });

  it("has as a cause what JSON can hold, and no function or list", () => {
    for (const cause of [() => {}, [1n], undefined]) {
      const error = new AbortedError({ mayHaveCreated: false, attempts: 0, cause });
      expect(error.toJSON()).toHaveProperty("cause", undefined);
    }
  });

  it("shows four causes, although an error may be its own cause", () => {
    const loop = new Error("The page was left");
    loop.cause = loop;
    const error = new AbortedError({ mayHaveCreated: false, attempts: 0, cause: loop });
    expect(JSON.stringify(error).match(/The page was left/g)).toHaveLength(4);
  });

  it("has no cause of its own where there is none", () => {
    const { UnexpectedResponseError: made } = oneOfEach(index);
    expect(Object.hasOwn(made, "cause")).toBe(false);
    expect(inspect(made)).not.toContain("cause");
  });

  it("is called what it is exported as when it was bundled and minified", async () => {
    const { outputFiles } = await build({
      entryPoints: ["src/index.ts"],
      bundle: true,
      minify: true,
      format: "esm",
      write: false,
    });
    const [{ text } = { text: "" }] = outputFiles;
    const bundled: typeof index = await import(
      `data:text/javascript;base64,${Buffer.from(text).toString("base64")}`
    );
    expect(bundled.ApiError).not.toBe(ApiError);
    for (const [className, error] of Object.entries(oneOfEach(bundled))) {
      expect(error.constructor.name).toBe(className);
      expect(error.name).toBe(nameOf(className));
      expect(error.stack).toMatch(new RegExp(`^${nameOf(className)}: `));
    }
  });
});
