import { describe, expect, it } from "vitest";
import {
  type CallOptions,
  type ClientEvent,
  type ClientOptions,
  createClient,
  createLimiter,
  type FinishedEvent,
  type HighLevelClient,
  type Limiter,
  type NewProductCollection,
} from "./index.js";
import {
  collection,
  countingServer,
  created,
  locationId,
  makeClient,
  rejection,
  respond,
  token,
} from "./test-support/servers.js";
import {
  fixedWindows,
  seeded,
  setClock,
  settled,
  simulatedServer,
} from "./test-support/simulated.js";
import { fakeHighLevel } from "./testing.js";

const ms = expect.any(Number);
const context = { call: 1, locationId };

/** A client of the fake, and its events. */
function setUp(options: Partial<ClientOptions> = {}) {
  const fake = fakeHighLevel();
  const events: ClientEvent[] = [];
  const onEvent = (event: ClientEvent) => events.push(event);
  const client = createClient({ locationId, token, fetch: fake.fetch, onEvent, ...options });
  return { ...fake, client, events };
}

describe("events", () => {
  it("tell what a call does, in order, to the client's listener and the call's", async () => {
    const server = await countingServer((it, _, count) =>
      count === 1
        ? respond(it, 429, {}, { "X-RateLimit-Interval-Milliseconds": "20" })
        : respond(it, 201),
    );
    const [ofClient, ofCall]: [ClientEvent[], ClientEvent[]] = [[], []];
    const client = makeClient(server.url, { onEvent: (event) => ofClient.push(event) });
    await client.createProductCollection(collection, { onEvent: (event) => ofCall.push(event) });

    const rateLimit = expect.any(Object);
    expect(ofClient).toEqual([
      { ...context, type: "sending", attempt: 1 },
      { ...context, type: "attempt", attempt: 1, ms, status: 429, rateLimit },
      { ...context, type: "waiting", reason: "retry", ms },
      { ...context, type: "sending", attempt: 2 },
      { ...context, type: "attempt", attempt: 2, ms, status: 201, rateLimit },
      { ...context, type: "finished", ms, attempts: 2 },
    ]);
    expect(ofCall).toEqual(ofClient);
  });

  it("tell once of the wait after a 429 that the limiter holds", async () => {
    const { client, events, answerNext } = setUp();
    setClock();
    answerNext(429, { retryAfterMs: 2000 });
    await settled([client.createProductCollection(collection)]);
    const waits = events.filter(({ type }) => type === "waiting");
    expect(waits).toMatchObject([{ reason: "rate limit", ms }]);
  });

  it("tell of a wait for the rate limit", async () => {
    const { client, events } = setUp({ limiter: createLimiter({ limit: 1, intervalMs: 60_000 }) });
    await client.createProductCollection(collection);
    const controller = new AbortController();
    const call = client.createProductCollection(collection, {
      signal: controller.signal,
      onEvent: () => controller.abort(),
    });
    await rejection(call);
    expect(events.filter((event) => event.call === 2)).toMatchObject([
      { type: "waiting", reason: "rate limit", ms, locationId },
      { type: "finished" },
    ]);
  });

  it("tell of a request before it is sent", async () => {
    const types: string[] = [];
    const { client, events } = setUp({
      fetch: () => {
        types.push(...events.map(({ type }) => type));
        return Promise.resolve(Response.json(created, { status: 201 }));
      },
    });
    await client.createProductCollection(collection);
    expect(types).toEqual(["sending"]);
  });

  it("of a failed attempt have the error's name and message", async () => {
    const server = await countingServer((it) => it.socket?.destroy());
    const events: ClientEvent[] = [];
    const client = makeClient(server.url, { onEvent: (event) => events.push(event) });
    const error = await rejection(client.createProductCollection(collection));
    const { name, message } = error as Error;
    expect(events[1]).toMatchObject({ type: "attempt", error: { name, message } });
  });

  it.each<[string, (event: ClientEvent) => unknown]>([
    [
      "throws",
      () => {
        throw new Error("a listener's");
      },
    ],
    ["rejects", () => Promise.reject(new Error("a listener's"))],
    ["never ends", () => new Promise(() => {})],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
    ],
  ])("change nothing of a call if a listener %s", async (_, onEvent) => {
    const { client, events } = setUp();
    await expect(client.createProductCollection(collection, { onEvent })).resolves.toBeDefined();
    expect(events.map(({ type }) => type)).toEqual(["sending", "attempt", "finished"]);
  });
});

describe("the last event of a call", () => {
  /** The last event of one call, after it was checked that it is the only one of its kind. */
  async function lastEvent(
    options: Partial<ClientOptions> = {},
    prepare: (fake: ReturnType<typeof setUp>) => void = () => {},
    call = (client: HighLevelClient) => client.createProductCollection(collection),
  ): Promise<FinishedEvent> {
    const setup = setUp({ limiter: false, ...options });
    prepare(setup);
    await call(setup.client).catch(() => {});
    const last = setup.events.at(-1);
    expect(setup.events.filter(({ type }) => type === "finished")).toEqual([last]);
    return last as FinishedEvent;
  }

  it("is finished, without an error where the collection was created", async () => {
    expect(await lastEvent()).toEqual({ ...context, type: "finished", ms, attempts: 1 });
  });

  it("counts the whole call, waits included", async () => {
    setClock();
    const { client, events, answerNext } = setUp({ limiter: false });
    answerNext(429, { retryAfterMs: 2000 });
    answerNext(201, { delayMs: 300 });
    await settled([client.createProductCollection(collection)]);
    expect(events.at(-1)).toEqual({ ...context, type: "finished", ms: 2300, attempts: 2 });
  });

  it("comes before the caller goes on", async () => {
    const { client, events } = setUp();
    await client.createProductCollection(collection);
    expect(events.at(-1)?.type).toBe("finished");
  });

  const broken = (client: HighLevelClient) =>
    client.createProductCollection({ ...collection, slug: "a b" });
  const aborted = (client: HighLevelClient) =>
    client.createProductCollection(collection, { signal: AbortSignal.abort() });
  const mistyped = (client: HighLevelClient) =>
    client.createProductCollection(collection, { timeout: 1 } as CallOptions);
  const deaf: Limiter = () => Promise.reject(new Error("the queue is down"));

  it.each<[string, object, Parameters<typeof lastEvent>]>([
    [
      "a broken collection",
      { error: { name: "InvalidRequestError", mayHaveCreated: false } },
      [{}, undefined, broken],
    ],
    [
      "an unknown option",
      { error: { name: "TypeError", mayHaveCreated: false } },
      [{}, undefined, mistyped],
    ],
    [
      "an abort before",
      { error: { name: "AbortError", mayHaveCreated: false } },
      [{}, undefined, aborted],
    ],
    [
      "a provider that throws",
      { error: { name: "Error", message: "the vault is closed", mayHaveCreated: false } },
      [
        {
          token: () => {
            throw new Error("the vault is closed");
          },
        },
      ],
    ],
    [
      "a provider that rejects with a text",
      { error: { name: "Error", message: "closed", mayHaveCreated: false } },
      [{ token: () => Promise.reject("closed") }],
    ],
    [
      "a limiter that rejects",
      { error: { name: "Error", message: "the queue is down", mayHaveCreated: false } },
      [{ limiter: deaf }],
    ],
    [
      "an error",
      {
        attempts: 1,
        error: {
          name: "ApiError",
          message: "HighLevel answered 422: taken",
          mayHaveCreated: false,
        },
      },
      [{}, ({ answerNext }) => answerNext(422, { body: { message: ["taken"] } })],
    ],
    [
      "an error that is not documented",
      { attempts: 1, error: { name: "UnexpectedResponseError", mayHaveCreated: true } },
      [{}, ({ answerNext }) => answerNext(500)],
    ],
    [
      "a success without the collection",
      { attempts: 1, error: { name: "UnexpectedResponseError", mayHaveCreated: true } },
      [{}, ({ answerNext }) => answerNext(201, { body: {} })],
    ],
    [
      "a connection that breaks",
      { attempts: 1, error: { name: "ConnectionError", mayHaveCreated: true } },
      [{}, ({ breakNext }) => breakNext({ sent: true })],
    ],
    [
      "a time limit",
      { attempts: 1, error: { name: "TimeoutError", mayHaveCreated: true } },
      [{ timeoutMs: 1 }, ({ answerNext }) => answerNext(201, { delayMs: 60_000 })],
    ],
  ])("is finished after %s, and says whether it may exist", async (_, expected, setup) => {
    expect(await lastEvent(...setup)).toMatchObject({
      ...context,
      type: "finished",
      attempts: 0,
      ...expected,
    });
  });

  it("holds no token, whatever the provider throws", async () => {
    const setup = setUp({ limiter: false, token: () => token });
    setup.answerNext(401);
    setup.answerNext(500, { body: { message: `Bearer ${token}` } });
    let asked = 0;
    const provider = (rejected = token) => {
      if (asked++ === 0) return rejected;
      throw new Error(`cannot renew ${rejected}`);
    };
    const client = createClient({
      locationId,
      token: provider,
      fetch: setup.fetch,
      onEvent: (event) => setup.events.push(event),
    });
    const errors = [
      await rejection(client.createProductCollection(collection)),
      await rejection(setup.client.createProductCollection(collection)),
    ];
    expect(JSON.stringify([setup.events, errors])).not.toContain(token);
  });

  it("is the last, also where a limiter reports a wait later", async () => {
    let report = (_ms: number) => {};
    const limiter: Limiter = (_key, _send, { onWait = () => {} }) => {
      report = onWait;
      return new Promise(() => {});
    };
    const controller = new AbortController();
    const { client, events } = setUp({ limiter });
    const call = client.createProductCollection(collection, { signal: controller.signal });
    controller.abort();
    await rejection(call);
    report(1);
    expect(events.map(({ type }) => type)).toEqual(["finished"]);
  });
});

describe("a gauge of waiting calls and of those in flight", () => {
  it("ends at 0 after 500 calls with aborts, 429s and a spent day", async () => {
    setClock();
    const random = seeded(27);
    const server = simulatedServer({
      budget: { limit: 100, intervalMs: 10_000 },
      counter: fixedWindows(3000),
      latencyMs: () => 50 + random() * 200,
    });
    server.eat(50, 4);
    let underWay = 0;
    const fetch = async () => {
      underWay++;
      const { status, headers } = await server.send();
      underWay--;
      // From its 401st request on, the day is spent.
      const isSpent = server.arrivals.length > 400;
      if (isSpent) headers.set("X-RateLimit-Daily-Remaining", "0");
      const answer = isSpent ? 429 : status;
      const text = async () => JSON.stringify(answer === 201 ? created : {});
      return { ok: answer === 201, status: answer, headers, text } as Response;
    };

    const [waiting, inFlight, finished] = [new Set<number>(), new Set<number>(), new Set<number>()];
    let succeeded = 0;
    const onEvent = (event: ClientEvent) => {
      expect(finished).not.toContain(event.call);
      for (const calls of [waiting, inFlight]) calls.delete(event.call);
      if (event.type === "waiting") waiting.add(event.call);
      if (event.type === "sending") inFlight.add(event.call);
      if (event.type === "finished") finished.add(event.call);
      if (event.type === "finished" && !event.error) succeeded++;
    };
    const client = createClient({ locationId, token, fetch, onEvent });
    const calls = Array.from({ length: 500 }, (_, i) => {
      const controller = new AbortController();
      if (i % 5 === 0) setTimeout(() => controller.abort(), 1000 + random() * 40_000);
      const given: NewProductCollection = { ...collection, slug: i % 50 === 1 ? "a b" : `no-${i}` };
      return client.createProductCollection(given, { signal: controller.signal });
    });
    let counted: number[] = [];
    setTimeout(() => {
      counted = [underWay, inFlight.size, waiting.size];
    }, 20);
    const outcomes = await settled(calls);

    expect(counted).toEqual([10, 10, 480]); // and 10 are broken
    expect([waiting.size, inFlight.size, finished.size]).toEqual([0, 0, 500]);
    const fulfilled = outcomes.filter(({ status }) => status === "fulfilled");
    expect(succeeded).toBe(fulfilled.length);
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [`${outcome.reason.name} ${outcome.reason.attempts}`] : [],
    );
    for (const kind of [
      "InvalidRequestError 0",
      "AbortError 0",
      "AbortError 1",
      "ApiError 0",
      "ApiError 1",
    ]) {
      expect(failures).toContain(kind);
    }
    expect(server.statuses).toContain(429);
  });
});
