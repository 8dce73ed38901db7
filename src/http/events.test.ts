import { describe, expect, it, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  makeClient,
  rejection,
  token,
} from "../../contract-tests/support/servers.js";
import { fakeClock } from "../../contract-tests/support/simulated.js";
import type { ClientEvent } from "../index.js";
import { createEmit, type HttpEvent } from "./events.js";

const fresh = "pit-9b7d2c44-1f3a-4e0d-8c55-7a6e9f0b1d22";
const url = "https://highlevel.test";

describe("the events of a call", () => {
  it("tell its whole story in order, and hold no token", async () => {
    fakeClock();
    const { seo: _, ...drifted } = created.data;
    const echo = { "X-Echo": `Bearer ${token}` };
    const answers = [
      () => new Response(JSON.stringify({ message: token }), { status: 401, headers: echo }),
      () => new Response("", { status: 429, headers: { "Retry-After": "3", ...echo } }),
      () => Response.json({ data: drifted }, { status: 201, headers: { "X-Echo": fresh } }),
    ];
    const passes = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const events: ClientEvent[] = [];
    const client = makeClient(url, {
      token: (rejected) => (rejected ? fresh : token),
      limiter: { waitForPlace: () => passes(events.length === 0 ? 500 : 0) },
      async fetch() {
        await passes(20);
        return answers.shift()?.() ?? Response.error();
      },
      onEvent: (event) => events.push(event),
    });
    vi.spyOn(Math, "random").mockReturnValue(0);
    const call = client.createProductCollection(collection);
    await vi.runAllTimersAsync();
    expect(await call).toEqual(drifted);
    vi.restoreAllMocks();

    const context = { call: 1, locationId: created.data.altId };
    const attempt = { ...context, type: "attempt", ms: 20 };
    expect(events).toEqual([
      { ...context, type: "waiting", reason: "budget" },
      { ...attempt, attempt: 1, status: 401, headers: expect.anything() },
      { ...context, type: "refreshing" },
      { ...attempt, attempt: 2, status: 429, headers: expect.anything() },
      { ...context, type: "waiting", reason: "retry", ms: 3_000 },
      { ...attempt, attempt: 3, status: 201, headers: expect.anything() },
      {
        ...context,
        type: "drift",
        status: 201,
        issues: [{ path: "/data/seo", message: "is required" }],
        body: { data: drifted },
      },
    ]);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    for (const secret of [token, fresh]) expect(JSON.stringify(events)).not.toContain(secret);
  });

  it("say what an attempt failed with, and no token with it", async () => {
    const events: ClientEvent[] = [];
    const client = makeClient(url, {
      fetch: () => Promise.reject(new Error(`No route for Bearer ${token}`)),
      onEvent: (event) => events.push(event),
    });
    const { message } = Object(await rejection(client.createProductCollection(collection)));
    expect(events).toMatchObject([
      { type: "attempt", attempt: 1, error: { name: "ConnectionError", message } },
    ]);
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it("join a header that came more than once, as the error's JSON does", async () => {
    const server = await countingServer((response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      answer(response, 422, {});
    });
    const events: ClientEvent[] = [];
    const client = makeClient(server.url, { onEvent: (event) => events.push(event) });
    const error = await rejection(client.createProductCollection(collection));
    const headers = { "set-cookie": "a=1, b=2" };
    expect(events).toMatchObject([{ type: "attempt", headers }]);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ headers });
  });

  it("count the client's calls, and say what the server says of the budget", async () => {
    const headers = { "X-RateLimit-Max": "100", "X-RateLimit-Remaining": "7" };
    const server = await countingServer((response) => answer(response, 201, created, headers));
    const events: ClientEvent[] = [];
    const client = makeClient(server.url, { onEvent: (event) => events.push(event) });
    for (let call = 0; call < 3; call++) await client.createProductCollection(collection);
    const rateLimit = { limit: 100, remaining: 7 };
    expect(events).toMatchObject([1, 2, 3].map((call) => ({ call, status: 201, rateLimit })));
  });
});

describe("a listener", () => {
  const spoil = (event: object) => {
    for (const name of Object.keys(event)) Reflect.set(event, name, "spoilt");
  };

  it.each<[string, (event: ClientEvent) => void]>([
    [
      "throws",
      () => {
        throw new Error("No disk");
      },
    ],
    ["rejects", () => Promise.reject(new Error("No disk"))],
    ["spoils its event", spoil],
    [
      "spoils what is in its event",
      (event) => {
        for (const value of Object.values(event)) if (typeof value === "object") spoil(value);
      },
    ],
  ])("that %s changes nothing, and the other hears all", async (_, listener) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const { image: _image, ...drifted } = created.data;
    const server = await countingServer((response) =>
      answer(response, 201, { data: drifted }, { "X-RateLimit-Remaining": "7" }),
    );
    const heard: ClientEvent[] = [];
    const client = makeClient(server.url, { onEvent: listener });
    const onEvent = (event: ClientEvent) => void heard.push(event);
    expect(await client.createProductCollection(collection, { onEvent })).toEqual(drifted);
    expect(heard).toMatchObject([
      { type: "attempt", status: 201, rateLimit: { remaining: 7 } },
      { type: "drift", issues: [{ path: "/data/image" }], body: { data: drifted } },
    ]);
    expect(client.rateLimit).toMatchObject({ remaining: 7 });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("of the client and one of the call each get events of their own", () => {
    const heard: HttpEvent[] = [];
    const listener = (event: HttpEvent) => void heard.push(event);
    createEmit([listener, undefined, listener], { call: 1, locationId: "one" })?.(() => ({
      type: "refreshing",
    }));
    expect(heard).toEqual(Array(2).fill({ call: 1, locationId: "one", type: "refreshing" }));
    expect(heard[0]).not.toBe(heard[1]);
  });

  it("that is not there costs nothing: no event is made", () => {
    expect(createEmit([undefined, undefined], { call: 1, locationId: "one" })).toBeUndefined();
  });
});

describe("a wait of more than a moment is told of", () => {
  const passes = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** The waits that a call tells of which waits so long for its token and its place. */
  async function waitsOf(tokenMs: number, placeMs: number) {
    const waits: string[] = [];
    const startedAt = performance.now();
    const client = makeClient(url, {
      limiter: { waitForPlace: () => passes(placeMs) },
      token: () => passes(tokenMs).then(() => token),
      fetch: async () => Response.json(created, { status: 201 }),
      onEvent: (event) => {
        if (event.type !== "waiting") return;
        waits.push(`${event.reason} at ${performance.now() - startedAt}`);
      },
    });
    const call = client.createProductCollection(collection);
    await vi.runAllTimersAsync();
    await call;
    expect(vi.getTimerCount()).toBe(0);
    return waits;
  }

  it("for the token, and for a place, after 100 ms; a shorter one is not", async () => {
    fakeClock();
    expect(await waitsOf(99, 99)).toEqual([]);
    expect(await waitsOf(101, 0)).toEqual(["token at 100"]);
    expect(await waitsOf(0, 101)).toEqual(["budget at 100"]);
    expect(await waitsOf(500, 500)).toEqual(["token at 100", "budget at 600"]);
  });

  it("for a place of the client's own limiter, with how long and how many are ahead", async () => {
    fakeClock();
    const { createLimiter } = await import("./limiter.js");
    const events: ClientEvent[] = [];
    const client = makeClient(url, {
      limiter: createLimiter({ limit: 1, intervalMs: 5_000 }),
      fetch: async () => Response.json(created, { status: 201 }),
      onEvent: (event) => events.push(event),
    });
    const calls = [1, 2, 3].map(() => client.createProductCollection(collection));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    const waits = events.filter((event) => event.type === "waiting");
    expect(waits).toContainEqual(
      expect.objectContaining({ call: 2, reason: "budget", ms: 5_100, ahead: 0 }),
    );
    expect(waits).toContainEqual(
      expect.objectContaining({ call: 3, reason: "budget", ms: 10_100, ahead: 1 }),
    );
    expect(waits.length).toBeLessThanOrEqual(4);
  });
});
