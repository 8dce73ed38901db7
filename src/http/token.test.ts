import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  answer,
  collection,
  countingServer,
  created,
  deferred,
  makeClient,
  type Received,
  rejection,
  token,
} from "../../contract-tests/support/servers.js";
import type { ClientEvent } from "../events.js";
import { TimeoutError } from "./errors.js";
import { createTokens, type TokenProvider } from "./token.js";

const fresh = "pit-9b7d2c44-1f3a-4e0d-8c55-7a6e9f0b1d22";
const freshest = "pit-c3a1e877-6d2b-49f1-b0e4-2f8d5c7a9033";
const unauthorized = { statusCode: 401, message: "Invalid token", error: "Unauthorized" };

const tokenOf = ({ headers }: Received) => headers.authorization?.replace("Bearer ", "");

/** A server that lets one token in and answers 401 to any other. */
const serverFor = (accepted: string) =>
  countingServer((response, request) =>
    tokenOf(request) === accepted ? answer(response, 201) : answer(response, 401, unauthorized),
  );

/** A provider that keeps what it was asked, and gives what `give` says. */
function recorded(give: TokenProvider) {
  const asked: (string | undefined)[] = [];
  const provider: TokenProvider = (...rejected) => {
    asked.push(...(rejected.length === 0 ? [undefined] : rejected));
    return give(...rejected);
  };
  return { asked, provider };
}

describe("a token", () => {
  it("goes out as the bearer token of every call", async () => {
    const server = await serverFor(token);
    const client = makeClient(server.url);
    await client.createProductCollection(collection);
    await client.createProductCollection(collection);
    expect(server.requests.map((it) => it.headers.authorization)).toEqual([
      `Bearer ${token}`,
      `Bearer ${token}`,
    ]);
  });

  it("that is a string and rejected ends in ApiError 401 after one request", async () => {
    const server = await serverFor(fresh);
    const error = await rejection(makeClient(server.url).createProductCollection(collection));
    expect(error).toMatchObject({ name: "ApiError", status: 401, body: unauthorized });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a token provider", () => {
  it("is asked before every call, without an argument", async () => {
    const server = await countingServer((response) => answer(response, 201));
    let count = 0;
    const { asked, provider } = recorded(() => `${token}-${++count}`);
    const client = makeClient(server.url, { token: provider });
    await client.createProductCollection(collection);
    await client.createProductCollection(collection);
    expect(asked).toEqual([undefined, undefined]);
    expect(server.requests.map(tokenOf)).toEqual([`${token}-1`, `${token}-2`]);
  });

  it("may give anything with a `then`, which is called once", async () => {
    const server = await serverFor(token);
    const then = vi.fn((resolve: (token: string) => void) => resolve(token));
    const client = makeClient(server.url, { token: () => ({ then }) as never });
    await client.createProductCollection(collection);
    expect(then).toHaveBeenCalledTimes(1);
  });

  it("is not asked for a collection that breaks the contract", async () => {
    const server = await serverFor(token);
    const { asked, provider } = recorded(() => token);
    const client = makeClient(server.url, { token: provider });
    await rejection(client.createProductCollection({ name: "No slug" } as never));
    expect(asked).toEqual([]);
  });

  it.each([
    ["at once", async () => fresh],
    ["later", () => new Promise<string>((resolve) => setImmediate(resolve, fresh))],
    ["synchronously", () => fresh],
  ])(
    "is asked once more after a 401, and the request is sent once more: %s",
    async (_, another) => {
      const server = await serverFor(fresh);
      const { asked, provider } = recorded((rejected) => (rejected ? another() : token));
      const client = makeClient(server.url, { token: provider, maxRetries: 0 });
      expect(await client.createProductCollection(collection)).toEqual(created.data);
      expect(asked).toEqual([undefined, token]);
      expect(server.requests.map(tokenOf)).toEqual([token, fresh]);
      expect(server.requests[1]?.body).toBe(server.requests[0]?.body);
    },
  );

  it("that gives the rejected token again ends in ApiError 401 after one request", async () => {
    const server = await serverFor(fresh);
    const { asked, provider } = recorded(() => token);
    const client = makeClient(server.url, { token: provider });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ApiError", status: 401 });
    expect(asked).toEqual([undefined, token]);
    expect(server.requests).toHaveLength(1);
  });

  it("is not asked a second time for another in the same call", async () => {
    const server = await serverFor("a token that nobody gives");
    const { asked, provider } = recorded((rejected) => (rejected === token ? fresh : token));
    const client = makeClient(server.url, { token: provider, maxRetries: 5 });
    const error = await rejection(client.createProductCollection(collection));
    expect(error).toMatchObject({ name: "ApiError", status: 401 });
    expect(asked).toEqual([undefined, token]);
    expect(server.requests.map(tokenOf)).toEqual([token, fresh]);
  });

  it("that gave another is asked for another again in a later call", async () => {
    const server = await serverFor(fresh);
    const { asked, provider } = recorded((rejected) => (rejected ? fresh : token));
    const client = makeClient(server.url, { token: provider });
    for (let call = 0; call < 3; call++) await client.createProductCollection(collection);
    expect(asked).toEqual([undefined, token, undefined, token, undefined, token]);
  });

  it.each([
    [
      "throws",
      (error: Error) => {
        throw error;
      },
    ],
    ["rejects", (error: Error) => Promise.reject(error)],
  ])(
    "that %s rejects that call with its own error, and leaves the client usable",
    async (_, fail) => {
      const server = await serverFor(fresh);
      const error = new Error("The vault is sealed");
      let broken: "first" | "another" | "nothing" = "first";
      const client = makeClient(server.url, {
        token(rejected) {
          if (broken === (rejected ? "another" : "first")) return fail(error);
          return rejected ? fresh : token;
        },
      });
      expect(await rejection(client.createProductCollection(collection))).toBe(error);
      expect(server.requests).toHaveLength(0);
      broken = "another";
      expect(await rejection(client.createProductCollection(collection))).toBe(error);
      expect(server.requests).toHaveLength(1);
      broken = "nothing";
      expect(await client.createProductCollection(collection)).toEqual(created.data);
    },
  );

  it.each([undefined, null, 0, ""])(
    "that rejects with %o rejects the call with just that",
    async (reason) => {
      const server = await serverFor(token);
      const client = makeClient(server.url, { token: () => Promise.reject(reason) });
      expect(await rejection(client.createProductCollection(collection))).toBe(reason);
    },
  );

  it.each([
    ["with a line break", `${fresh}\n`],
    ["with a header after a line break", `${fresh}\r\nX-Injected: 1`],
    ["with a space", `${fresh} x`],
    ["with a character beyond ASCII", `${fresh}é`],
    ["with a null character", `${fresh}\0`],
    ["empty", ""],
    ["undefined", undefined],
    ["null", null],
    ["a number", 951],
    ["an object that holds one", { token: fresh }],
  ])("that gives a token %s rejects with a TypeError that does not show it", async (_, bad) => {
    const server = await serverFor("a token that nobody gives");
    const first = makeClient(server.url, { token: () => bad as never });
    const another = makeClient(server.url, { token: (it) => (it ? (bad as never) : token) });
    for (const client of [first, another]) {
      const error = await rejection(client.createProductCollection(collection));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/token that the provider gave/);
      expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(fresh);
    }
    expect(server.requests.map(tokenOf)).toEqual([token]);
  });
});

describe("calls in flight with an expired token", () => {
  const names = Array.from({ length: 50 }, (_, index) => `Collection ${index}`);

  it.each([
    ["answers at once", () => fresh],
    ["takes its time", () => new Promise<string>((resolve) => setTimeout(resolve, 20, fresh))],
  ])("share one question to a provider that %s, and all fifty succeed", async (_, another) => {
    const held: ServerResponse[] = [];
    const server = await countingServer((response, request) => {
      if (tokenOf(request) === fresh) return answer(response, 201);
      held.push(response);
      if (held.length === names.length) for (const it of held) answer(it, 401, unauthorized);
    });
    const { asked, provider } = recorded((rejected) => (rejected ? another() : token));
    const client = makeClient(server.url, { token: provider });
    const all = await Promise.all(
      names.map((name) => client.createProductCollection({ ...collection, name })),
    );
    expect(all).toHaveLength(50);
    expect(asked.filter((rejected) => rejected === token)).toHaveLength(1);
    for (const name of names) {
      const sent = server.requests.filter(({ body }) => JSON.parse(body).name === name);
      expect(sent.map(tokenOf)).toEqual([token, fresh]);
    }
  });

  it("all reject with the provider's error when it fails, and the next call asks anew", async () => {
    const held: ServerResponse[] = [];
    const server = await countingServer((response, request) => {
      if (tokenOf(request) === fresh) return answer(response, 201);
      held.push(response);
      if (held.length >= 3)
        for (const it of held) if (!it.headersSent) answer(it, 401, unauthorized);
    });
    const error = new Error("The vault is sealed");
    let sealed = true;
    const client = makeClient(server.url, {
      async token(rejected) {
        if (rejected && sealed) throw error;
        return rejected ? fresh : token;
      },
    });
    const three = [1, 2, 3].map(() => rejection(client.createProductCollection(collection)));
    expect(await Promise.all(three)).toEqual([error, error, error]);
    sealed = false;
    expect(await client.createProductCollection(collection)).toEqual(created.data);
  });

  it("ask no further when their 401 comes after the token was replaced", async () => {
    const held = deferred<ServerResponse>();
    const server = await countingServer((response, request, count) => {
      if (tokenOf(request) === fresh) answer(response, 201);
      else if (count === 1) held.resolve(response);
      else answer(response, 401, unauthorized);
    });
    let current = token;
    const { asked, provider } = recorded((rejected) => {
      if (rejected) current = fresh;
      return current;
    });
    const client = makeClient(server.url, { token: provider });
    const late = client.createProductCollection(collection);
    const response = await held.promise;
    await client.createProductCollection(collection);
    await client.createProductCollection(collection);
    answer(response, 401, unauthorized);
    expect(await late).toEqual(created.data);
    expect(asked.filter(Boolean)).toEqual([token]);
  });

  it("ask no further when their 401 comes after the token was replaced twice", async () => {
    const held = deferred<ServerResponse>();
    let accepted = fresh;
    const server = await countingServer((response, request, count) => {
      if (tokenOf(request) === accepted) answer(response, 201);
      else if (count === 1) held.resolve(response);
      else answer(response, 401, unauthorized);
    });
    let current = token;
    const { asked, provider } = recorded((rejected) => {
      if (rejected) current = rejected === token ? fresh : freshest;
      return current;
    });
    const client = makeClient(server.url, { token: provider });
    const late = client.createProductCollection(collection);
    const response = await held.promise;
    await client.createProductCollection(collection); // token is replaced by fresh
    accepted = freshest;
    await client.createProductCollection(collection); // fresh is replaced by freshest
    answer(response, 401, unauthorized);
    await late.catch(() => {}); // the questions are what this test is about
    expect(asked.filter(Boolean)).toEqual([token, fresh]);
  });

  it("ask for another where the one that others were told is the very one rejected", async () => {
    const server = await serverFor(freshest);
    const toldFresh = deferred<string>();
    const asking = deferred<void>();
    let current = token;
    const { asked, provider } = recorded((rejected) => {
      if (rejected === undefined) return current;
      if (rejected === fresh) return freshest;
      current = fresh;
      asking.resolve();
      return toldFresh.promise;
    });
    const client = makeClient(server.url, { token: provider });
    const first = rejection(client.createProductCollection(collection));
    await asking.promise;
    const second = client.createProductCollection(collection);
    await server.received(2);
    toldFresh.resolve(fresh);
    expect(await first).toMatchObject({ status: 401 });
    expect(await second).toEqual(created.data);
    expect(asked.filter(Boolean)).toEqual([token, fresh]);
  });

  it("get their token although the call that asked for it is aborted", async () => {
    const server = await serverFor(fresh);
    const another = deferred<string>();
    const asking = deferred<void>();
    const { asked, provider } = recorded((rejected) => {
      if (rejected === undefined) return token;
      asking.resolve();
      return another.promise;
    });
    const client = makeClient(server.url, { token: provider });
    const controller = new AbortController();
    const first = rejection(
      client.createProductCollection(collection, { signal: controller.signal }),
    );
    await asking.promise;
    const second = client.createProductCollection(collection);
    await server.received(2);
    controller.abort();
    expect(await first).toMatchObject({ cause: controller.signal.reason, mayHaveCreated: false });
    another.resolve(fresh);
    expect(await second).toEqual(created.data);
    expect(asked.filter(Boolean)).toEqual([token]);
  });
});

describe("a token provider that fails as the call is aborted", () => {
  it.each([
    ["at first", undefined],
    ["over another", token],
  ])("%s, is not heard of again", async (_, given) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const server = await serverFor(fresh);
    const controller = new AbortController();
    const provider = async (rejected?: string) => {
      if (rejected === undefined && given !== undefined) return given;
      controller.abort();
      throw new Error("no token");
    };
    const client = makeClient(server.url, { token: provider });
    const call = client.createProductCollection(collection, { signal: controller.signal });
    expect(await rejection(call)).toMatchObject({ name: "AbortError", mayHaveCreated: false });
    await new Promise((resolve) => setTimeout(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  });
});

it("an abort with a TimeoutError of another call is no timeout of the provider", async () => {
  const server = await serverFor(fresh);
  const controller = new AbortController();
  const { asked, provider } = recorded((rejected) =>
    rejected === undefined ? token : new Promise(() => {}),
  );
  let refreshing = 0;
  const onEvent = ({ type }: ClientEvent) => void (type === "refreshing" && refreshing++);
  const client = makeClient(server.url, { token: provider, onEvent });
  const { signal } = controller;
  const calls = [1, 2].map(() => rejection(client.createProductCollection(collection, { signal })));
  while (refreshing < 2) await new Promise(setImmediate);
  const reason = new TimeoutError("Another", { mayHaveCreated: true, attempts: 1 });
  controller.abort(reason);
  for (const call of calls) {
    expect(await call).toMatchObject({ name: "AbortError", mayHaveCreated: false, cause: reason });
  }
  expect(asked.filter((it) => it !== undefined)).toEqual([token]);
});

describe("a token provider that never answers", () => {
  const never = () => new Promise<string>(() => {});

  /** A clock that the test moves; sockets go on by themselves. */
  function fakeTimeouts() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
  }

  it("ends the call after timeoutMs: nothing was sent, and nothing created", async () => {
    fakeTimeouts();
    const client = makeClient("http://127.0.0.1:1", { token: never, timeoutMs: 5_000 });
    const call = rejection(client.createProductCollection(collection));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await call).toMatchObject({ name: "TimeoutError", mayHaveCreated: false, attempts: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  /** Calls with one provider, which hangs over another token until it is told not to. */
  async function hangingOver(calls: number) {
    fakeTimeouts();
    const server = await serverFor(fresh);
    let hangs = true;
    const { asked, provider } = recorded((rejected) => {
      if (rejected === undefined) return token;
      return hangs ? never() : fresh;
    });
    const answered = vi.fn();
    const client = makeClient(server.url, {
      token: provider,
      timeoutMs: 5_000,
      onEvent: ({ type }) => type === "refreshing" && answered(),
    });
    const start = () => rejection(client.createProductCollection(collection));
    const first = Array.from({ length: calls }, start);
    await vi.waitFor(() => expect(answered).toHaveBeenCalledTimes(calls));
    const heal = () => {
      hangs = false;
    };
    return { asked: () => asked.filter(Boolean), first, client, heal, answered };
  }

  it("over another is asked once for a wave of calls, and all end in time", async () => {
    const { asked, first } = await hangingOver(50);
    await vi.advanceTimersByTimeAsync(5_000);
    const failure = { name: "TimeoutError", mayHaveCreated: false, attempts: 1 };
    for (const it of await Promise.all(first)) expect(it).toMatchObject(failure);
    expect(asked()).toEqual([token]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("over another holds up no later call", async () => {
    const { asked, first, client, heal } = await hangingOver(2);
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all(first);
    heal();
    expect(await client.createProductCollection(collection)).toEqual(created.data);
    expect(asked()).toEqual([token, token]);
  });

  it("over another is asked anew by who came late to the question", async () => {
    const { asked, first, client, heal, answered } = await hangingOver(1);
    await vi.advanceTimersByTimeAsync(4_000);
    const late = client.createProductCollection(collection);
    await vi.waitFor(() => expect(answered).toHaveBeenCalledTimes(2));
    heal();
    expect(asked()).toEqual([token]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toEqual(created.data);
    expect(asked()).toEqual([token, token]);
    await Promise.all(first);
  });
});

describe("a question for another token, shared by calls that may wait 5 s,", () => {
  const context = { timeoutMs: 5_000, signal: undefined, attempts: 1 };

  /** Two calls that hold the rejected token, the first of which has asked for another. */
  async function asked(another: () => string | Promise<string>) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const provider = vi.fn<TokenProvider>((rejected) => (rejected ? another() : token));
    const tokens = createTokens(provider);
    const [first, second] = [await tokens.hold(context), await tokens.hold(context)];
    const replaced = first.replace?.(context).catch((error: unknown) => error);
    return {
      first: replaced,
      replaceSecond: () => second.replace?.(context),
      questions: () => provider.mock.calls.filter(([rejected]) => rejected === token).length,
    };
  }

  const never = () => new Promise<string>(() => {});

  it("is shared however long ago it was asked, once it is answered", async () => {
    const { first, replaceSecond, questions } = await asked(() => fresh);
    expect(await first).toMatchObject({ token: fresh });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await replaceSecond()).toMatchObject({ token: fresh });
    expect(questions()).toBe(1);
  });

  it("is shared by nobody once it has taken 5 s", async () => {
    const { first, replaceSecond, questions } = await asked(never);
    await vi.advanceTimersByTimeAsync(5_000);
    void replaceSecond()?.catch(() => {});
    expect(questions()).toBe(2);
    await vi.advanceTimersByTimeAsync(5_000);
    await first;
  });

  it.each([
    ["more than half of its time ends with it", 2_499, 1],
    ["half of its time asks anew", 2_500, 2],
    ["less than half of its time asks anew", 2_501, 2],
  ])("that hangs: who has waited for %s", async (_, laterMs, count) => {
    const { replaceSecond, questions } = await asked(never);
    await vi.advanceTimersByTimeAsync(laterMs);
    const second = rejection(replaceSecond() ?? Promise.resolve());
    await vi.advanceTimersByTimeAsync(5_000 - laterMs);
    expect(questions()).toBe(count);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await second).toMatchObject({ name: "TimeoutError", mayHaveCreated: false });
  });

  it("that hangs ends in an error that says for how long the call has waited", async () => {
    const { first } = await asked(never);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await first).toMatchObject({
      message: "The token provider gave no token within 5000 ms; nothing was created",
    });
  });
});

describe("an identity provider that is down", () => {
  it("is asked once for a wave of calls, however far apart their 401s come", async () => {
    const held: ServerResponse[] = [];
    const server = await countingServer((response) => void held.push(response));
    const error = new Error("The vault is sealed");
    const { asked, provider } = recorded((rejected) => {
      if (rejected) throw error;
      return token;
    });
    const client = makeClient(server.url, { token: provider });
    const calls = Array.from({ length: 20 }, () =>
      rejection(client.createProductCollection(collection)),
    );
    await server.received(20);
    for (const [i, response] of held.entries()) {
      answer(response, 401, unauthorized);
      await Promise.race(calls.slice(i));
    }
    expect(await Promise.all(calls)).toEqual(Array(20).fill(error));
    expect(asked.filter(Boolean)).toEqual([token]);
  });
});
