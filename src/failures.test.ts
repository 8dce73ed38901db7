import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failures } from "../contract-tests/support/failures.js";
import { named } from "../contract-tests/support/named.js";
import {
  collection,
  deferred,
  makeClient,
  rejection,
  token,
} from "../contract-tests/support/servers.js";
import { type Fetch, HighLevelError } from "./index.js";
import { undiciFetch } from "./undici.js";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0); // no jitter, and so no wait where none is named
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Every way in which the failures are tried: each gives the options of a client that sends so. */
const ways: Record<string, (onAnswer: () => void) => { fetch?: Fetch }> = {
  "the platform's fetch"(onAnswer) {
    const { fetch } = globalThis;
    const spy = vi.spyOn(globalThis, "fetch");
    spy.mockImplementation((url, init) => telling(onAnswer, () => fetch(url, init)));
    return {};
  },
  undiciFetch: (onAnswer) => ({
    fetch: Object.assign(
      (...request: Parameters<Fetch>) => telling(onAnswer, () => undiciFetch(...request)),
      { tellsNeverSent: undiciFetch.tellsNeverSent },
    ),
  }),
};

async function telling<T>(onAnswer: () => void, send: () => Promise<T>): Promise<T> {
  const response = await send();
  onAnswer();
  return response;
}

describe.each(Object.entries(ways))(
  "with %s, an error says whether the collection may exist",
  (_, way) => {
    it.each(named(failures))("after %s", async (_, failure) => {
      const scene = await failure.start();
      const answered = deferred<void>();
      const client = makeClient(scene.baseUrl, {
        ...scene.options,
        ...way(() => answered.resolve()),
      });
      const given = (scene.given ?? collection) as typeof collection;
      const call = rejection(client.createProductCollection(given, scene.callOptions));
      await scene.act?.(answered.promise);
      const error = await call;
      if (!(error instanceof HighLevelError)) throw error;

      expect(error.name).toBe(failure.error);
      // The one promise: what the error says did not happen did not happen.
      if (!error.mayHaveCreated) expect(scene.createdCount()).toBe(0);
      expect(error.mayHaveCreated).toBe(failure.mayHaveCreated);
      expect(error.attempts).toBe(failure.attempts);
      if (scene.requestCount) expect(scene.requestCount()).toBe(failure.attempts);
      expect(scene.createdCount()).toBeLessThanOrEqual(1);

      const { status, words } = failure;
      const json = JSON.stringify(error);
      const shown = JSON.parse(json);
      expect(shown).toMatchObject({ name: failure.error, message: error.message });
      expect(shown.status).toBe(status);
      if (status !== undefined) expect(shown.headers).toHaveProperty("date");
      if (words !== undefined) {
        expect(error.message.endsWith(`: ${words}`)).toBe(true);
        expect(shown.headers).toMatchObject({ "x-request-id": "1b9d", "x-echo": "Bearer [token]" });
      }
      for (const text of [
        json,
        String(error),
        error.stack,
        inspect(error, { depth: 9, showHidden: true }),
      ]) {
        expect(text).not.toContain(token);
        expect(text).not.toMatch(/pit-(of|old|new)/);
      }
    });
  },
);

it("no failure is tried twice, and both answers are given", () => {
  const names = failures.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(failures.map(({ mayHaveCreated }) => mayHaveCreated)).size).toBe(2);
});
