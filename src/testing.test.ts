import { afterEach, describe, expect, expectTypeOf, it, onTestFinished, vi } from "vitest";
import { createClient, createLimiter, type Fetch } from "./index.js";
import { type FakeHighLevel, fakeHighLevel } from "./testing.js";

const collection = { name: "Best Sellers", slug: "best-sellers" };
const locationId = "6578278e879ad2646715ba9c";
const url = "https://services.leadconnectorhq.com/products/collections";

/** A client of the fake, with a budget of its own. */
const clientOf = ({ fetch }: FakeHighLevel, options = {}) =>
  createClient({ locationId, token: "a-token", fetch, limiter: createLimiter(), ...options });

/** What the promise rejects with. */
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("It resolved"),
    (error: unknown) => error,
  );

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("fakeHighLevel", () => {
  it("echoes what was created, under ids that count up", async () => {
    const client = clientOf(fakeHighLevel());
    const seo = { title: "Best", description: "What sells best" };
    const full = { ...collection, image: "https://example.com/a.png", seo };
    const first = await client.createProductCollection(full);
    const second = await client.createProductCollection(collection);
    const third = await client.createProductCollection({
      ...collection,
      collectionId: "66057f9d28536eae584ec047",
    });
    expect(first).toMatchObject({ ...full, altId: locationId, _id: "000000000000000000000001" });
    expect(second).toMatchObject({
      ...collection,
      image: "",
      seo: {},
      _id: expect.stringMatching(/2$/),
    });
    expect(third._id).toBe("66057f9d28536eae584ec047");
  });

  it("gives no id twice, also none that a request named", async () => {
    const client = clientOf(fakeHighLevel());
    const named = [undefined, "000000000000000000000002", "000000000000000000000003", undefined];
    const ids: string[] = [];
    for (const collectionId of named) {
      const asked = { ...collection, ...(collectionId && { collectionId }) };
      ids.push((await client.createProductCollection(asked))._id);
    }
    expect(ids.map((id) => Number.parseInt(id, 16))).toEqual([1, 2, 3, 4]);
  });

  it("answers what the client takes for no drift", async () => {
    const events: unknown[] = [];
    const client = clientOf(fakeHighLevel(), {
      onEvent: (it: { type: string }) => events.push(it.type),
    });
    await client.createProductCollection(collection);
    expect(events).toEqual(["attempt"]);
  });

  it("shows the requests as it received them", async () => {
    const fake = fakeHighLevel();
    await clientOf(fake, { headers: { "X-Correlation-Id": "7" } }).createProductCollection(
      collection,
    );
    expect(fake.requests).toEqual([
      {
        method: "POST",
        url,
        headers: expect.objectContaining({
          authorization: "Bearer a-token",
          "x-correlation-id": "7",
        }),
        body: { altId: locationId, altType: "location", ...collection },
      },
    ]);
    await fake.fetch(url, { method: "POST", body: "no JSON" });
    expect(fake.requests[1]?.body).toBe("no JSON");
  });

  it("says what is wrong with a request that breaks the contract", async () => {
    const fake = fakeHighLevel();
    const response = await fake.fetch(url, {
      method: "POST",
      headers: { Authorization: "Bearer t", "Content-Type": "application/json" },
      body: JSON.stringify({ altId: "a", altType: "location", name: "n", slug: "a b" }),
    });
    expect([response.status, await response.json()]).toEqual([
      422,
      {
        statusCode: 422,
        message: ["Version must be 2021-07-28", "/slug must match pattern ^\\S*$"],
        error: "Unprocessable Entity",
      },
    ]);
  });

  const headers = {
    Authorization: "Bearer t",
    Version: "2021-07-28",
    "Content-Type": "application/json",
  };
  const body = JSON.stringify({ altId: "a", altType: "location", ...collection });
  const good = { method: "POST", headers, body };
  const notJson = { message: ["Content-Type must be application/json"] };

  it.each<[what: string, to: string, init: RequestInit, status: number, body: object]>([
    ["another path", `${url}/1`, good, 404, { message: "Not Found" }],
    ["another method", url, { ...good, method: "PUT" }, 405, { message: "Method Not Allowed" }],
    ["a body that is not JSON", url, { ...good, body: "{" }, 400, { message: "Bad Request" }],
    ["no body", url, { method: "POST", headers }, 422, { statusCode: 422 }],
    [
      "no token",
      url,
      { ...good, headers: { ...headers, Authorization: "" } },
      401,
      { statusCode: 401 },
    ],
    [
      "a token of another scheme",
      url,
      { ...good, headers: { ...headers, Authorization: "Basic Bearer t" } },
      401,
      { statusCode: 401 },
    ],
    [
      "another altType",
      url,
      { ...good, body: body.replace("location", "agency") },
      422,
      { message: ["/altType must be location"] },
    ],
    ...["text/plain", "x-application/json", "application/jsonl"].map(
      (type): [string, string, RequestInit, number, object] => [
        `the type ${type}`,
        url,
        { ...good, headers: { ...headers, "Content-Type": type } },
        422,
        notJson,
      ],
    ),
  ])("refuses %s", async (_what, to, init, status, expected) => {
    const response = await fakeHighLevel().fetch(to, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(expected);
  });

  it.each([
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/json ; charset=utf-8",
    "application/vnd.api+json",
  ])("takes a body of the type %s, and answers in JSON", async (type) => {
    const typed = { ...headers, "Content-Type": type };
    const response = await fakeHighLevel().fetch(url, { ...good, headers: typed });
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  it("takes a request without a signal, as workerd's is", async () => {
    class WithoutSignal extends Request {
      override get signal(): AbortSignal {
        return undefined as never;
      }
    }
    vi.stubGlobal("Request", WithoutSignal);
    expect((await fakeHighLevel().fetch(url, good)).status).toBe(201);
  });

  it("takes headers whose names are read as they were written, as happy-dom's are", async () => {
    const fake = fakeHighLevel();
    class KeepsNames extends Request {
      override get headers(): Headers {
        const { headers } = this.#given;
        return Object.assign(new Headers(), {
          [Symbol.iterator]: () => Object.entries(headers).values(),
        });
      }
      readonly #given: { readonly headers: Record<string, string> };
      constructor(...given: ConstructorParameters<typeof Request>) {
        super(...given);
        this.#given = { headers: { ...given[1]?.headers } as Record<string, string> };
      }
    }
    vi.stubGlobal("Request", KeepsNames);
    const { slug } = await clientOf(fake).createProductCollection(collection);
    expect(slug).toBe(collection.slug);
    expect(fake.requests[0]?.headers).toMatchObject({ version: "2021-07-28" });
  });

  it("is a fetch for the client and for everything else that takes one", () => {
    expectTypeOf(fakeHighLevel().fetch).toExtend<Fetch>();
    expectTypeOf(fakeHighLevel().fetch).toExtend<typeof globalThis.fetch>();
  });

  it("takes a Request, and an aborted signal as every fetch does", async () => {
    const fake = fakeHighLevel();
    expect((await fake.fetch(new Request(url))).status).toBe(405);
    const reason = new Error("no more");
    expect(await rejection(fake.fetch(url, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(fake.requests).toHaveLength(1);
  });
});

describe("its budget", () => {
  const post = (altId: string) => ({ method: "POST", body: JSON.stringify({ altId }) });
  const told = async (fake: FakeHighLevel, altId = "a") => {
    const { status, headers } = await fake.fetch(url, post(altId));
    return [
      status,
      headers.get("x-ratelimit-remaining"),
      headers.get("x-ratelimit-daily-remaining"),
    ];
  };

  it("counts down in all five headers, for each location", async () => {
    const fake = fakeHighLevel();
    const { headers } = await fake.fetch(url, post("a"));
    expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-")))).toEqual({
      "x-ratelimit-limit-daily": "200000",
      "x-ratelimit-daily-remaining": "199999",
      "x-ratelimit-interval-milliseconds": "10000",
      "x-ratelimit-max": "100",
      "x-ratelimit-remaining": "99",
    });
    expect(await told(fake)).toEqual([401, "98", "199998"]);
    expect(await told(fake, "b")).toEqual([401, "99", "199999"]);
  });

  it("answers 429 once it is spent, until the window has passed", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel({ limit: 2, intervalMs: 1_000, dailyLimit: 5 });
    const answers = [await told(fake), await told(fake), await told(fake)];
    vi.advanceTimersByTime(1_000);
    answers.push(await told(fake), await told(fake));
    vi.advanceTimersByTime(1_000);
    answers.push(await told(fake));
    expect(answers).toEqual([
      [401, "1", "4"],
      [401, "0", "3"],
      [429, "0", "2"],
      [401, "1", "1"],
      [401, "0", "0"],
      [429, "1", "0"],
    ]);
  });
});

describe("answerNext", () => {
  it.each([400, 401, 403, 422])(
    "answers the next request %i, as the contract has it",
    async (status) => {
      const fake = fakeHighLevel();
      fake.answerNext(status);
      const events: string[] = [];
      const client = clientOf(fake, { onEvent: (it: { type: string }) => events.push(it.type) });
      expect(await rejection(client.createProductCollection(collection))).toMatchObject({
        name: "ApiError",
        status,
        body: { statusCode: status },
        mayHaveCreated: false,
      });
      expect(events).toEqual(["attempt"]);
      await expect(client.createProductCollection(collection)).resolves.toMatchObject(collection);
    },
  );

  it("answers as many requests as it was called for, in order", async () => {
    const fake = fakeHighLevel();
    fake.answerNext(503);
    fake.answerNext(201, { body: '{"data":' });
    fake.answerNext(404, { body: { message: "Gone" }, headers: { "X-Trace": "1" } });
    const client = clientOf(fake);
    const errors = [1, 2, 3].map(() => rejection(client.createProductCollection(collection)));
    expect(await Promise.all(errors)).toMatchObject([
      { name: "UnexpectedResponseError", status: 503, mayHaveCreated: true },
      { name: "UnexpectedResponseError", status: 201, body: '{"data":' },
      { status: 404, message: expect.stringMatching(/: Gone$/) },
    ]);
    expect(fake.requests).toHaveLength(3);
  });

  it("names a wait in seconds by Retry-After, and a shorter one by the window", async () => {
    const fake = fakeHighLevel();
    fake.answerNext(429, { retryAfterMs: 3_000 });
    fake.answerNext(429, { retryAfterMs: 20 });
    const client = clientOf(fake, { maxRetries: 0, limiter: false });
    const errors = [1, 2].map(() => rejection(client.createProductCollection(collection)));
    expect(await Promise.all(errors)).toMatchObject([
      { status: 429, retryAfterMs: 3_000, rateLimit: { remaining: 0, intervalMs: 10_000 } },
      { status: 429, retryAfterMs: undefined, rateLimit: { remaining: 0, intervalMs: 20 } },
    ]);
  });

  it("still holds a request to the contract where it is to answer 201", async () => {
    const fake = fakeHighLevel();
    fake.answerNext(201);
    expect((await fake.fetch(url, { method: "POST" })).status).toBe(401);
  });

  it.each([200, 599])("takes %d, at the end of what an answer's status can be", async (status) => {
    const fake = fakeHighLevel();
    fake.answerNext(status);
    expect((await fake.fetch(url)).status).toBe(status);
  });

  it("sends a text as it is, and names no type where there is no body", async () => {
    const fake = fakeHighLevel();
    fake.answerNext(503, { body: "busy" });
    fake.answerNext(503);
    expect(await (await fake.fetch(url)).text()).toBe("busy");
    const empty = await fake.fetch(url);
    expect([await empty.text(), empty.headers.get("content-type")]).toEqual(["", null]);
  });

  it.each([0, 199, 600, 201.5])("refuses %d, which is not a status of an answer", (status) => {
    expect(() => fakeHighLevel().answerNext(status)).toThrow("must be from 200 to 599");
  });
});

it("takes what it is told when it is told it, and of its own properties alone", async () => {
  const how = { sent: true };
  const fake = fakeHighLevel(Object.create({ limit: 0 }));
  fake.breakNext(how);
  how.sent = false;
  expect(await rejection(fake.fetch(url))).toBeDefined();
  expect(fake.requests).toHaveLength(1);
  expect((await fake.fetch(url)).status).not.toBe(429);
});

it.each<[what: string, make: () => unknown, message: string]>([
  [
    "an option that it does not know",
    () => fakeHighLevel({ limt: 1 } as object),
    "fakeHighLevel: there is no option `limt`; the nearest is `limit`",
  ],
  [
    "a limit below 0",
    () => fakeHighLevel({ limit: -1 }),
    "fakeHighLevel: `limit` must be a number from 0 up",
  ],
  [
    "a break that does not say how",
    () => fakeHighLevel().breakNext({} as { sent: boolean }),
    "breakNext: `sent` must be true or false",
  ],
  [
    "a break with an option that it does not know",
    () => fakeHighLevel().breakNext({ snt: true } as object as { sent: boolean }),
    "breakNext: there is no option `snt`; the nearest is `sent`",
  ],
  [
    "a break after no time at all",
    () => fakeHighLevel().breakNext({ sent: true, delayMs: Number.NaN }),
    "breakNext: `delayMs` must be a number from 0 up",
  ],
])("a fake refuses %s", (_what, make, message) => {
  expect(make).toThrow(new TypeError(message));
});

describe("answerNext refuses at once what no answer can be", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);

  it.each<[what: string, status: number, answer: object, message: string]>([
    ["a 204 with a body", 204, { body: "x" }, "`body` must be left out of a 204"],
    ["a 205 with a body", 205, { body: "x" }, "`body` must be left out of a 205"],
    ["a 304 with a body", 304, { body: null }, "`body` must be left out of a 304"],
    ["a BigInt", 201, { body: { id: 1n } }, "`body` must be text, or what JSON can write"],
    ["a cycle", 201, { body: cycle }, "`body` must be text, or what JSON can write"],
    ["a function", 201, { body: () => {} }, "`body` must be text, or what JSON can write"],
    ["a header's name", 201, { headers: { "a b": "1" } }, "`headers` must be names and values"],
    ["a header's value", 201, { headers: { a: "1\n2" } }, "`headers` must be names and values"],
    [
      "a wait of NaN",
      429,
      { retryAfterMs: Number.NaN },
      "`retryAfterMs` must be a number from 0 up",
    ],
    [
      "an endless wait",
      429,
      { retryAfterMs: Infinity },
      "`retryAfterMs` must be a number from 0 up",
    ],
    ["a wait below 0", 429, { retryAfterMs: -1 }, "`retryAfterMs` must be a number from 0 up"],
    ["a wait in words", 429, { retryAfterMs: "1" }, "`retryAfterMs` must be a number from 0 up"],
    ["what it does not know", 201, { bdy: {} }, "there is no option `bdy`; the nearest is `body`"],
  ])("%s", async (_what, status, answer, message) => {
    const fake = fakeHighLevel();
    expect(() => fake.answerNext(status, answer)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        message: expect.stringContaining(`answerNext: ${message}`),
      }),
    );
    expect((await fake.fetch(url)).status).toBe(405); // it was not kept for the next request
  });

  it.each([204, 205, 304])("but a %i without a body is one", async (status) => {
    const fake = fakeHighLevel();
    fake.answerNext(status, { retryAfterMs: 0 });
    expect((await fake.fetch(url)).status).toBe(status);
  });
});

describe("breakNext", () => {
  it("breaks before the request is sent: the client sends it again", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.breakNext({ sent: false });
    const call = clientOf(fake).createProductCollection(collection);
    await vi.advanceTimersByTimeAsync(500);
    await expect(call).resolves.toMatchObject(collection);
    expect(fake.requests).toHaveLength(1);
  });

  it("breaks after the request was sent: the client never sends it again", async () => {
    const fake = fakeHighLevel();
    fake.breakNext({ sent: true });
    expect(await rejection(clientOf(fake).createProductCollection(collection))).toMatchObject({
      name: "ConnectionError",
      mayHaveCreated: true,
      attempts: 1,
    });
    expect(fake.requests).toHaveLength(1);
  });
});

it.each([
  [false, { message: "connect ECONNREFUSED", code: "ECONNREFUSED", syscall: "connect" }],
  [true, { message: "other side closed", code: "UND_ERR_SOCKET" }],
])("a connection breaks as that of Node.js's fetch does (sent: %o)", async (sent, cause) => {
  const fake = fakeHighLevel();
  fake.breakNext({ sent });
  const error = await rejection(fake.fetch(url));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: "fetch failed", cause, neverSent: !sent });
});

describe("under fake timers", () => {
  it("a 429 and its retry take no real time", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(429);
    const call = clientOf(fake).createProductCollection(collection);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(fake.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    await expect(call).resolves.toMatchObject(collection);
    expect(fake.requests).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a delay runs into the client's timeout, and ends there", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(201, { delayMs: 60_000 });
    const call = rejection(
      clientOf(fake, { timeoutMs: 1_000 }).createProductCollection(collection),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await call).toMatchObject({ name: "TimeoutError", mayHaveCreated: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a delay ends at once when the request is aborted", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(201, { delayMs: 60_000 });
    const controller = new AbortController();
    const call = rejection(fake.fetch(url, { signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(1);
    controller.abort("enough");
    expect(await call).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a delay does not begin when the abort comes right after the call", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(201, { delayMs: 60_000 });
    const controller = new AbortController();
    const call = rejection(fake.fetch(url, { signal: controller.signal }));
    controller.abort("enough");
    expect(await call).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a delay leaves no listener behind", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(201, { delayMs: 1 });
    const added = vi.spyOn(AbortSignal.prototype, "addEventListener");
    const removed = vi.spyOn(AbortSignal.prototype, "removeEventListener");
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const call = fake.fetch(url, { signal: new AbortController().signal });
    await vi.advanceTimersByTimeAsync(1);
    await call;
    const listeners = added.mock.calls.flatMap(([type, it], i) =>
      it?.toString().includes("listeners") ? [[added.mock.contexts[i], type, it]] : [],
    );
    expect(listeners).not.toEqual([]);
    expect(removed.mock.calls.map((args, i) => [removed.mock.contexts[i], ...args])).toEqual(
      expect.arrayContaining(listeners),
    );
  });

  it("a delay that is waited for ends in the answer", async () => {
    vi.useFakeTimers();
    const fake = fakeHighLevel();
    fake.answerNext(201, { delayMs: 2_000 });
    let isDone = false;
    const call = clientOf(fake)
      .createProductCollection(collection)
      .finally(() => {
        isDone = true;
      });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await expect(call).resolves.toMatchObject(collection);
  });
});
