import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { assert, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  makeClient,
  rawServer,
  rejection,
} from "../contract-tests/support/servers.js";
import { validateRequestBody, validateResponseBody } from "./contract.js";
import { type ClientEvent, type DriftEvent, UnexpectedResponseError } from "./index.js";

/** What the error of an answer shows of its body, which is less than 1 KiB or all of one letter. */
function parsedOrText(body: unknown): unknown {
  if (typeof body === "object" && !Buffer.isBuffer(body)) return body;
  const text = new TextDecoder().decode(Buffer.from(body as string));
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 1024);
  }
}

/** A client of a server that gives one answer, and what it tells of drift. */
async function clientOf(status: number, body?: unknown, headers?: Record<string, string>) {
  const server = await countingServer((response) => answer(response, status, body, headers));
  const drifts: DriftEvent[] = [];
  const client = makeClient(server.url, {
    maxRetries: 0,
    onEvent(event) {
      if (event.type === "drift") drifts.push(event);
    },
  });
  return { client, drifts, create: () => client.createProductCollection(collection) };
}

const html = "<!doctype html><title>Sign in</title>";
const json = JSON.stringify(created);

describe("an answer that no one promised is an UnexpectedResponseError", () => {
  it.each<[string, number, unknown, RegExp]>([
    ["an empty 201", 201, "", /without a `data` object; .* may have been created/],
    ["a 201 of white space", 201, " \n", /without a `data` object; .* may have been created/],
    ["a 201 of null", 201, "null", /without a `data` object; .* may have been created/],
    ["a 201 of []", 201, "[]", /without a `data` object; .* may have been created/],
    ["a 201 of a string", 201, '"created"', /without a `data` object; .* may have been created/],
    ["a 201 of a number", 201, "201", /without a `data` object; .* may have been created/],
    ["a 201 of true", 201, "true", /without a `data` object; .* may have been created/],
    ["a 201 of HTML", 201, html, /without a `data` object; .* may have been created/],
    [
      "a 201 of truncated JSON",
      201,
      json.slice(0, -1),
      /without a `data` object; .* may have been created/,
    ],
    ["a 201 of JSON twice", 201, json + json, /without a `data` object; .* may have been created/],
    [
      "a 201 of JSON with a comment",
      201,
      `${json} // created`,
      /without a `data` object; .* may have been created/,
    ],
    [
      "a 201 in UTF-16",
      201,
      Buffer.from(json, "utf16le"),
      /without a `data` object; .* may have been created/,
    ],
    [
      "a 201 that is compressed and does not say so",
      201,
      gzipSync(json),
      /without a `data` object; .* may have been created/,
    ],
    [
      "a 201 of nested arrays",
      201,
      "[".repeat(100_000),
      /without a `data` object; .* may have been created/,
    ],
    ["a 201 without data", 201, "{}", /without a `data` object/],
    ["a 201 with the collection itself", 201, created.data, /without a `data` object/],
    ["a 201 with data: null", 201, { data: null }, /without a `data` object/],
    ["a 201 with data: []", 201, { data: [created.data] }, /without a `data` object/],
    ["a 201 with data: a string", 201, { data: json }, /without a `data` object/],
    ["a 201 with data under __proto__", 201, `{"__proto__":${json}}`, /without a `data` object/],
    ["a 200 with the collection", 200, created, /does not document.*may have been created/],
    ["an empty 200", 200, "", /does not document.*may have been created/],
    ["a 202", 202, "{}", /does not document.*may have been created/],
    ["a 204", 204, "", /does not document.*may have been created/],
    ["a 206", 206, json, /does not document.*may have been created/],
    ["a 300", 300, "", /redirect/],
    ["a 301", 301, "", /redirect/],
    ["a 304", 304, "", /redirect/],
    ["a 399", 399, "", /redirect/],
    ["a 404 with a reason", 404, { message: "Forbidden" }, /does not document: Forbidden$/],
    ["a 404", 404, html, /does not document$/],
    ["a 421", 421, html, /does not document$/],
    ["a 451", 451, "", /does not document$/],
    ["a 500", 500, { message: "Oops" }, /does not document.*may have been created: Oops$/],
    ["a 503", 503, html, /does not document.*may have been created/],
    ["a 599", 599, "", /does not document.*may have been created/],
    ...[400, 401, 403, 422].flatMap((status): [string, number, unknown, RegExp][] => [
      [`a ${status} of HTML`, status, html, /without a JSON object/],
      [`an empty ${status}`, status, "", /without a JSON object/],
      [`a ${status} of null`, status, "null", /without a JSON object/],
      [`a ${status} of []`, status, '["No"]', /without a JSON object/],
      [`a ${status} of a string`, status, '"No"', /without a JSON object/],
    ]),
  ])("%s", async (_, status, body, message) => {
    const { create, drifts } = await clientOf(status, body, { "X-Request-Id": "1b9d" });
    const error = await rejection(create());
    assert(error instanceof UnexpectedResponseError);
    expect(error.status).toBe(status);
    expect(error.message).toMatch(message);
    expect(error.headers.get("x-request-id")).toBe("1b9d");
    expect(error.body).toEqual(parsedOrText(body));
    expect(error.mayHaveCreated).toBe(status < 400 || status >= 500);
    expect(error.attempts).toBe(1);
    expect(drifts).toEqual([]);
  });

  it("a redirect whose status a browser hides behind 0", async () => {
    const client = makeClient("http://127.0.0.1:1", { fetch: async () => ({ status: 0 }) });
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "UnexpectedResponseError",
      status: 0,
      message: expect.stringContaining("a redirect, never followed"),
      mayHaveCreated: true,
    });
  });

  it.each([
    [422, false],
    [200, true],
  ])("a %i with a collection in it that is not whole", async (status, mayHaveCreated) => {
    const head = `HTTP/1.1 ${status} Any\r\nContent-Length: ${json.length + 1}\r\n\r\n`;
    const server = await rawServer((socket) => socket.once("data", () => socket.end(head + json)));
    expect(
      await rejection(makeClient(server.url).createProductCollection(collection)),
    ).toMatchObject({
      name: "UnexpectedResponseError",
      status,
      message: expect.stringContaining("broke off"),
      mayHaveCreated,
    });
  });

  it.each([
    ["ASCII", "x".repeat(3000), "x".repeat(1024)],
    ["two bytes to a character", "é".repeat(3000), "é".repeat(512)],
    ["three bytes to a character", "€".repeat(3000), "€".repeat(341)],
    ["surrogate pairs", `x${"😀".repeat(3000)}`, `x${"😀".repeat(255)}`],
    ["no more than 1 KiB", html, html],
    [
      "bytes that are no UTF-8, the last of them cut",
      Buffer.from("a\xe9b\xc3", "latin1"),
      "a\uFFFDb\uFFFD",
    ],
  ])("that shows 1 KiB of the body at most: %s", async (_, body, shown) => {
    const { create } = await clientOf(500, body);
    expect(await rejection(create())).toMatchObject({ body: shown });
  });
});

// Node.js takes a 407 for its own (Fetch Standard, HTTP-network-or-cache fetch) and gives no answer.
it("a 407 is a ConnectionError that leaves open whether the collection was created", async () => {
  const { create } = await clientOf(407, html);
  const error = await rejection(create());
  expect(error).toMatchObject({ name: "ConnectionError", mayHaveCreated: true });
});

describe("an answer that is documented is an ApiError", () => {
  it.each<[string, number, unknown, unknown, string]>([
    ["a 400", 400, { statusCode: 400, message: "Bad Request" }, undefined, "400: Bad Request"],
    ["a 401", 401, { message: "Invalid token" }, undefined, "401: Invalid token"],
    ["a 422", 422, { message: ["a is taken", "b is bad"] }, undefined, "422: a is taken; b is bad"],
    ["an empty object", 400, {}, undefined, "400"],
    ["a 429 of an object", 429, { message: "Slow down" }, undefined, "429: Slow down"],
    ["a 403", 403, { message: "No access" }, undefined, "403: No access"],
    ["a 400 with an error alone", 400, { error: "Bad" }, undefined, "400: Bad"],
    ["a 429 of plain text", 429, "Slow down\n", "Slow down\n", "429: Slow down"],
    ["a 429 of HTML", 429, html, html, "429"],
    ["an empty 429", 429, "", undefined, "429"],
    ["a 429 of null", 429, "null", null, "429"],
    ["a 429 of []", 429, "[]", [], "429"],
    ["a 429 of a string", 429, '"Slow down"', "Slow down", "429: Slow down"],
    ["a 429 of truncated JSON", 429, '{"message":"Slow', '{"message":"Slow', "429"],
  ])("%s", async (_, status, body, shown, message) => {
    const { create, drifts } = await clientOf(status, body);
    const error = await rejection(create());
    const expected = typeof body === "object" ? body : shown;
    expect(error).toMatchObject({ name: "ApiError", status });
    expect(error).toHaveProperty("body", expected);
    expect(error).toHaveProperty("message", `HighLevel answered ${message}`);
    expect(drifts).toEqual([]);
  });

  it.each<[string, number, object, string[]]>([
    ["a 422 with a text for a message", 422, { message: "slug is taken" }, ["/message"]],
    [
      "a 422 with other things in the list",
      422,
      { message: ["a", 5, { b: 1 }] },
      ["/message/1", "/message/2"],
    ],
    ["a 400 with a list for a message", 400, { message: ["a", "b"] }, ["/message"]],
    [
      "a 401 with a text for its status",
      401,
      { statusCode: "401", message: null },
      ["/statusCode", "/message"],
    ],
    [
      "a 422 with a message that turns into no text",
      422,
      { message: [{ toString: null }] },
      ["/message/0"],
    ],
  ])("%s, which is drift as well", async (_, status, body, paths) => {
    const { create, drifts } = await clientOf(status, body);
    const error = await rejection(create());
    expect(error).toMatchObject({ name: "ApiError", status, body });
    expect(drifts).toMatchObject([{ status, body }]);
    expect(drifts[0]?.issues.map(({ path }) => path)).toEqual(paths);
  });

  it("whose message is shortened in the error's own", async () => {
    const { create } = await clientOf(400, { message: "x".repeat(10_000) });
    const error = await rejection(create());
    expect(String(error).length).toBeLessThan(400);
    expect(error).toMatchObject({ body: { message: "x".repeat(10_000) } });
  });
});

describe("a collection that was created is returned", () => {
  const { image, seo, ...bare } = created.data;

  it.each<[string, object, string[]]>([
    ["as the contract has it", created.data, []],
    ["with fields that the contract does not know", { ...created.data, products: [] }, []],
    ["without image and seo", bare, ["/data/image", "/data/seo"]],
    [
      "without a field",
      {},
      ["_id", "altId", "name", "slug", "image", "seo", "createdAt"].map((it) => `/data/${it}`),
    ],
    ["with a number for a name", { ...created.data, name: 5 }, ["/data/name"]],
    ["with null for seo", { ...created.data, seo: null }, ["/data/seo"]],
    ["with a list for seo.title", { ...created.data, seo: { title: [] } }, ["/data/seo/title"]],
    ["with a date that is none", { ...created.data, createdAt: "yesterday" }, ["/data/createdAt"]],
  ])("%s, and a drift event tells of each departure", async (_, data, paths) => {
    const { create, drifts } = await clientOf(201, { data });
    expect(await create()).toEqual(data);
    expect(drifts.flatMap(({ issues }) => issues.map(({ path }) => path))).toEqual(paths);
    expect(drifts).toHaveLength(paths.length === 0 ? 0 : 1);
    if (drifts[0]) expect(drifts[0]).toMatchObject({ status: 201, body: { data } });
  });

  it.each<[string, unknown, Record<string, string>]>([
    ["with the content type of HTML", json, { "Content-Type": "text/html" }],
    ["with no content type to speak of", json, { "Content-Type": "" }],
    [
      "with a content type that names another encoding",
      json,
      { "Content-Type": "application/json; charset=utf-16" },
    ],
    ["with a byte order mark", `\uFEFF${json}`, {}],
    ["compressed", gzipSync(json), { "Content-Encoding": "gzip" }],
    ["with white space around it", ` \r\n${json}\t\n`, {}],
  ])("%s", async (_, body, headers) => {
    const { create, drifts } = await clientOf(201, body, headers);
    expect(await create()).toEqual(created.data);
    expect(drifts).toEqual([]);
  });

  it("with U+FFFD in place of bytes that are no UTF-8", async () => {
    const [before, after] = json.split("Best Sellers");
    const bytes = Buffer.concat([
      Buffer.from(`${before}Caf`),
      Buffer.from([0xe9]),
      Buffer.from(json.slice(before?.length)),
    ]);
    expect(after).toBeDefined();
    const { create } = await clientOf(201, bytes);
    expect(await create()).toMatchObject({ name: "Caf\uFFFDBest Sellers" });
  });

  it("whole, where characters are cut between packets", async () => {
    const bytes = Buffer.from(JSON.stringify({ data: { ...created.data, name: "Ä€😀" } }));
    const inBytes = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const client = makeClient("http://127.0.0.1:1", {
      fetch: async () => new Response(inBytes, { status: 201 }),
    });
    expect(await client.createProductCollection(collection)).toMatchObject({ name: "Ä€😀" });
  });

  it("with a key __proto__ that changes no prototype", async () => {
    const evil = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},`;
    const { create, drifts } = await clientOf(201, json.replaceAll("{", evil));
    const returned = await create();
    expect(returned).toMatchObject(created.data);
    expect(Object.getPrototypeOf(returned)).toBe(Object.prototype);
    expect(returned).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("polluted");
    expect(drifts).toEqual([]);
  });
});

describe("an answer of the wrong length", () => {
  const reply = (length: number) =>
    rawServer((socket) =>
      socket.once("data", () =>
        socket.end(`HTTP/1.1 201 Created\r\nContent-Length: ${length}\r\n\r\n${json}`),
      ),
    );

  it.each([
    ["less than there is", json.length - 1, { name: "UnexpectedResponseError", status: 201 }],
    ["nothing", 0, { name: "UnexpectedResponseError", status: 201 }],
    ["a negative one", -1, { name: "ConnectionError" }],
  ])("that promises %s is no success", async (_, length, failure) => {
    const server = await reply(length);
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ ...failure, mayHaveCreated: true });
    expect(server.sockets).toHaveLength(1);
  });
});

describe("a collection that came whole is returned", () => {
  const head = `HTTP/1.1 201 Created\r\nContent-Length: ${json.length + 1}\r\n\r\n`;

  it.each<[string, (socket: Socket) => void]>([
    ["although the server hangs up before what it promised", (it) => it.end(head + json)],
    ["although nothing more comes in time", (it) => it.write(head + json)],
  ])("%s", async (_, onRequest) => {
    const server = await rawServer((socket) => socket.once("data", () => onRequest(socket)));
    const client = makeClient(server.url, { timeoutMs: 500 });
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(server.sockets).toHaveLength(1);
  });
});

describe("a 429, of which no body is promised, is an ApiError", () => {
  const head =
    "HTTP/1.1 429 Slow Down\r\nX-RateLimit-Remaining: 0\r\nContent-Length: 9\r\n\r\nSlow";

  it.each<[string, (socket: Socket) => void]>([
    ["although its body breaks off", (it) => it.end(head)],
    ["although its body does not end", (it) => it.write(head)],
  ])("%s", async (_, onRequest) => {
    const server = await rawServer((socket) => socket.once("data", () => onRequest(socket)));
    const client = makeClient(server.url, { timeoutMs: 500, maxRetries: 0 });
    expect(await rejection(client.createProductCollection(collection))).toMatchObject({
      name: "ApiError",
      status: 429,
      body: "Slow",
      rateLimit: { remaining: 0 },
      mayHaveCreated: false,
    });
  });
});

describe("what an answer says of the rate limit", () => {
  const none = {
    limit: undefined,
    remaining: undefined,
    intervalMs: undefined,
    dailyLimit: undefined,
    dailyRemaining: undefined,
  };
  const headers = {
    "X-RateLimit-Max": "100",
    "X-RateLimit-Remaining": "99",
    "X-RateLimit-Interval-Milliseconds": "10000",
    "X-RateLimit-Limit-Daily": "200000",
    "X-RateLimit-Daily-Remaining": "199999",
  };
  const all = {
    limit: 100,
    remaining: 99,
    intervalMs: 10_000,
    dailyLimit: 200_000,
    dailyRemaining: 199_999,
  };

  it.each<[string, Record<string, string>, object | undefined]>([
    ["everything", headers, all],
    ["nothing", {}, undefined],
    ["a part", { "X-RateLimit-Remaining": "0" }, { ...none, remaining: 0 }],
    [
      "a word in place of one number",
      { ...headers, "X-RateLimit-Max": "many" },
      { ...all, limit: undefined },
    ],
    ...["", "NaN", "-1", "1e3", "0x10", "1.5", "1,5", "Infinity", "1 000", "9".repeat(400)].map(
      (value): [string, Record<string, string>, undefined] => [
        `no number: ${value.slice(0, 10)}`,
        Object.fromEntries(Object.keys(headers).map((name) => [name, value])),
        undefined,
      ],
    ),
  ])("can be read after success and failure: %s", async (_, given, expected) => {
    const success = await clientOf(201, created, given);
    expect(success.client.rateLimit).toBeUndefined();
    expect(await success.create()).toEqual(created.data);
    expect(success.client.rateLimit).toEqual(expected);
    const failure = await clientOf(422, {}, given);
    expect(await rejection(failure.create())).toHaveProperty("rateLimit", expected);
    expect(failure.client.rateLimit).toEqual(expected);
  });
});

it("client.rateLimit is what an answer of a documented status last said", async () => {
  const said = [201, 503, 429, 422, 201].map((status, left) => ({ status, left }));
  const server = await countingServer((response, _, count) => {
    const { status, left } = said[count - 1] ?? { status: 500, left: -1 };
    answer(response, status, created, left < 4 ? { "X-RateLimit-Remaining": `${left}` } : {});
  });
  const client = makeClient(server.url, { maxRetries: 0 });
  const remaining: unknown[] = [];
  for (const _ of said) {
    await client.createProductCollection(collection).catch(() => {});
    remaining.push(client.rateLimit?.remaining);
  }
  expect(remaining).toEqual([0, 0, 2, 3, 3]);
});

describe("an onEvent that", () => {
  const fail = () => {
    throw new Error("The listener failed");
  };
  const drifting = { data: { ...created.data, seo: null } };
  const thenKey = "then";

  /** Does to an event, and to all in it, what can be done to an object. */
  function ruin(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) {
      ruin(Reflect.get(value, key));
      Reflect.set(value, key, "ruined");
      Reflect.deleteProperty(value, key);
    }
  }

  it.each<[string, (event: ClientEvent) => unknown]>([
    ["throws", fail],
    [
      "rejects",
      async () => {
        throw new Error("The listener failed");
      },
    ],
    ["never ends", () => new Promise(() => {})],
    ["ruins all that it is given", ruin],
    [
      "answers with what cannot be awaited",
      () => Object.defineProperty({}, thenKey, { get: fail }),
    ],
  ])("%s changes nothing, for the call or for who listens beside it", async (_, onEvent) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const heard: string[] = [];
    const beside: ClientEvent[] = [];
    // No vi.fn: it would handle the rejections that are to be found.
    const listener = (event: ClientEvent) => {
      heard.push(event.type);
      return onEvent(event);
    };
    const headers = { "X-RateLimit-Remaining": "5", "X-Request-Id": "1b9d" };
    const server = await countingServer((response, _, count) =>
      count === 1
        ? answer(response, 201, drifting, headers)
        : answer(response, 422, { message: "No" }, headers),
    );
    const client = makeClient(server.url, { onEvent: listener });
    const options = { onEvent: (event: ClientEvent) => void beside.push(event) };
    expect(await client.createProductCollection(collection, options)).toEqual(drifting.data);
    const error = await rejection(client.createProductCollection(collection, options));
    expect(error).toMatchObject({ name: "ApiError", status: 422, body: { message: "No" } });
    expect(error).toMatchObject({
      rateLimit: { remaining: 5 },
      message: expect.stringMatching(/: No$/),
    });
    expect(client.rateLimit).toMatchObject({ remaining: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["attempt", "drift", "attempt", "drift"]);
    expect(beside).toMatchObject([
      { type: "attempt", call: 1, status: 201, headers: { "x-request-id": "1b9d" } },
      { type: "drift", call: 1, status: 201, body: drifting },
      { type: "attempt", call: 2, status: 422, rateLimit: { remaining: 5 } },
      { type: "drift", call: 2, status: 422, issues: [{ path: "/message" }] },
    ]);
    for (const event of beside)
      expect(JSON.parse(JSON.stringify(event))).toEqual(withoutGaps(event));
    expect(unhandled).not.toHaveBeenCalled();
  });

  /** Without what is undefined, which JSON leaves out. */
  const withoutGaps = (event: object) => structuredClone(event);
});

describe("a validator", () => {
  it("keeps none of the errors that it found last", async () => {
    const { create } = await clientOf(422, { message: Array.from({ length: 1000 }, () => 5) });
    const error = await rejection(create());
    expect(error).toMatchObject({ status: 422 });
    expect(validateResponseBody[422].errors).toBeNull();
    const client = makeClient("http://127.0.0.1:1");
    await rejection(client.createProductCollection({} as never));
    expect(validateRequestBody.errors).toBeNull();
  });

  it("of a response is not asked where nobody listens", async () => {
    const validate = vi.spyOn(validateResponseBody as { 201: typeof validateRequestBody }, 201);
    onTestFinished(() => validate.mockRestore());
    const server = await countingServer((response) => answer(response, 201, { data: {} }));
    const client = makeClient(server.url);
    await client.createProductCollection(collection);
    expect(validate).not.toHaveBeenCalled();
    await client.createProductCollection(collection, { onEvent: () => {} });
    expect(validate).toHaveBeenCalledTimes(1);
  });
});
