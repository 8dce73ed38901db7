import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  collection,
  created,
  locationId,
  makeClient,
} from "../../contract-tests/support/servers.js";
import { fakeClock } from "../../contract-tests/support/simulated.js";

const after = <T>(ms: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

interface Course {
  /** How long each place is in coming; the last counts for all that follow. */
  readonly placesMs: readonly number[];
  /** The same of the provider's answers. */
  readonly tokensMs: readonly number[];
  readonly statuses?: readonly number[];
}

/** What a call sends, asks and gives back, where places and tokens are so long in coming. */
async function courseOf({ placesMs, tokensMs, statuses = [201] }: Course) {
  const sent: (string | undefined)[] = [];
  const asked: (string | undefined)[] = [];
  const givenBack: unknown[] = [];
  let places = 0;
  const client = makeClient("https://highlevel.test", {
    limiter: {
      waitForPlace: () => after(placesMs[places] ?? placesMs.at(-1) ?? 0, `place ${++places}`),
      learn: (key, news, place) => {
        expect(key).toBe(`${locationId}@https://highlevel.test`);
        if (news === undefined) givenBack.push(place);
      },
    },
    async token(rejected) {
      const ms = tokensMs[asked.length] ?? tokensMs.at(-1) ?? 0;
      const question = asked.push(rejected);
      if (ms === Infinity) throw new Error("The provider failed");
      if (ms > 0) await after(ms, undefined);
      return `token-of-question-${question}`;
    },
    async fetch(_, { headers }) {
      const status = statuses[sent.length] ?? 201;
      sent.push(headers.authorization?.replace("Bearer token-of-question-", ""));
      return Response.json(status === 201 ? created : {}, { status });
    },
  });
  const call = client.createProductCollection(collection).catch((error) => error);
  await vi.runAllTimersAsync();
  return { outcome: await call, sent, questions: asked.length, places, givenBack };
}

describe("where its place was a second in coming, a call asks for its token again", () => {
  beforeEach(fakeClock);

  it.each([
    ["is not asked again before that", 999, 1],
    ["is asked again from then on", 1_000, 2],
  ])("the provider %s", async (_, placeMs, questions) => {
    const course = await courseOf({ placesMs: [placeMs], tokensMs: [0] });
    expect(course).toMatchObject({ sent: [String(questions)], questions, places: 1 });
    expect(course.givenBack).toEqual([]);
  });

  it.each([
    ["sends in its place with a token that comes in less than 20 ms", 19, 1, []],
    ["gives its place back, and waits for another, after 20 ms", 20, 2, ["place 1"]],
  ])("and %s", async (_, tokenMs, places, givenBack) => {
    const course = await courseOf({ placesMs: [2_000, 0], tokensMs: [0, tokenMs] });
    expect(course).toMatchObject({ sent: ["2"], questions: 2, places, givenBack });
  });

  it("and that once: what comes then is sent, however long the next place takes", async () => {
    const course = await courseOf({ placesMs: [2_000], tokensMs: [2_000] });
    expect(course).toMatchObject({ sent: ["2"], questions: 2, places: 2 });
    expect(course.givenBack).toEqual(["place 1"]);
  });

  it("but not in place of one that came after a 401, the last that it asks for", async () => {
    const statuses = [401, 201];
    const course = await courseOf({ placesMs: [0, 2_000], tokensMs: [0], statuses });
    expect(course).toMatchObject({ sent: ["1", "2"], questions: 2, places: 2, givenBack: [] });
  });

  it("and gives its place back where the provider fails: nothing is sent", async () => {
    const course = await courseOf({ placesMs: [2_000], tokensMs: [0, Infinity] });
    expect(course).toMatchObject({ sent: [], questions: 2, places: 1, givenBack: ["place 1"] });
    expect(course.outcome).toEqual(new Error("The provider failed"));
  });
});
