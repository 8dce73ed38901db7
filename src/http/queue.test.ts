import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { rejection } from "../../contract-tests/support/servers.js";
import { fakeClock } from "../../contract-tests/support/simulated.js";
import type { Budget, BudgetNews } from "./budget.js";
import { createQueue, type PlaceWait, type Queue, type QueuedPlace } from "./queue.js";

const silent: BudgetNews = { status: 201, rateLimit: undefined, retryAfterMs: undefined };

/** A 429 that names a wait. */
const refusal = (retryAfterMs: number): BudgetNews => ({ ...silent, status: 429, retryAfterMs });

/** An answer that says what is left of 50 in a second. */
const left = (remaining: number): BudgetNews => ({
  ...silent,
  rateLimit: {
    limit: 50,
    remaining,
    intervalMs: 1_000,
    dailyLimit: undefined,
    dailyRemaining: undefined,
  },
});

beforeEach(fakeClock);

/** A queue whose budget is used up, and the place that uses it. */
async function usedUp(bound: Budget) {
  const queue = createQueue(bound);
  queue.learn(silent, await queue.waitForPlace(undefined));
  let place = await queue.waitForPlace(undefined);
  for (let taken = 2; taken < bound.limit; taken++) place = await queue.waitForPlace(undefined);
  return { queue, place };
}

/** A queue that a 429 has closed for so long. */
async function closed(retryAfterMs: number) {
  const queue = createQueue(undefined);
  queue.learn(refusal(retryAfterMs), await queue.waitForPlace(undefined));
  return queue;
}

/** A queue where ten are under way, and no answer has told of the budget yet. */
async function unanswered() {
  const queue = createQueue(undefined);
  const places: QueuedPlace[] = [];
  for (let i = 0; i < 10; i++) places.push(await queue.waitForPlace(undefined));
  return { queue, places };
}

/** Calls that line up, and the names of those that have their place. */
function lineOf(queue: Queue) {
  const served: string[] = [];
  const join = (name: string, signal?: AbortSignal) =>
    queue.waitForPlace(signal).then((place) => {
      served.push(name);
      return place;
    });
  return { served, join };
}

/** Lets the work set timers that never fire, as where a request has ended. */
function withoutTimers<T>(work: () => T): T {
  vi.stubGlobal("setTimeout", () => 0);
  onTestFinished(() => void vi.unstubAllGlobals());
  const done = work();
  vi.unstubAllGlobals();
  return done;
}

const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it("who is not to wait for what a 429 named is told what is left of it", async () => {
  const queue = await closed(60_000);
  await passes(2_000);
  expect(await rejection(queue.waitForPlace(undefined, { maxWaitMs: 1_000 }))).toMatchObject({
    news: { status: 429, retryAfterMs: 58_000 },
  });
});

describe("a call that comes again", () => {
  it.each([
    ["to a queue that was let go meanwhile", true],
    ["twice for one place, as a limiter around ours may", false],
  ])("%s holds nobody up", async (_, isLetGo) => {
    const bound = { limit: 5, intervalMs: 500 };
    const first = createQueue(bound);
    const places: QueuedPlace[] = [];
    for (let i = 0; i < 5; i++) places.push(await first.waitForPlace(undefined));
    for (const place of places) first.learn(silent, place);
    const queue = isLetGo ? createQueue(bound) : first;
    const onWait = vi.fn<(wait: PlaceWait) => void>();
    const calls = [...places, ...places].flatMap((again) => [
      queue.waitForPlace(undefined, { again, onWait }),
      queue.waitForPlace(undefined, { onWait }),
    ]);
    for (const call of calls) call.then((place) => queue.learn(silent, place));
    const ended = vi.fn();
    Promise.all(calls).then(ended);
    await passes(510 * 4);
    expect(ended).toHaveBeenCalled();
    expect(Math.max(...onWait.mock.calls.map(([{ ahead }]) => ahead))).toBeLessThan(calls.length);
  });
});

describe("a wait for a place is told of", () => {
  /** Waits, and keeps what it is told with how long that was after the beginning. */
  function listen(queue: Queue) {
    const startedAt = performance.now();
    const told: [number, PlaceWait][] = [];
    const onWait = (wait: PlaceWait) => void told.push([performance.now() - startedAt, wait]);
    const place = queue.waitForPlace(undefined, { onWait });
    return { told, place };
  }

  it("at once where it is known to be long, and once", async () => {
    const { told, place } = listen(await closed(5_000));
    await passes(5_000);
    await place;
    expect(told).toEqual([[0, { ahead: 0, ms: 5_000 }]]);
  });

  it("in whole milliseconds", async () => {
    const { queue } = await usedUp({ limit: 2, intervalMs: 333.3 });
    const { told, place } = listen(queue);
    await passes(1_000);
    await place;
    expect(told).toEqual([[0, { ahead: 0, ms: 340 }]]);
  });

  it("with those ahead, and the windows that they take", async () => {
    const { queue } = await usedUp({ limit: 2, intervalMs: 1_000 });
    for (let ahead = 0; ahead < 3; ahead++) void queue.waitForPlace(undefined);
    const { told } = listen(queue);
    await passes(1);
    expect(told).toEqual([[0, { ahead: 3, ms: 2_020 }]]);
  });

  it.each([
    [100, 0],
    [101, 1],
  ])("only where it is longer than a moment: %i ms are told %i times", async (ms, times) => {
    const { told, place } = listen(await closed(ms));
    await passes(ms);
    await place;
    expect(told).toHaveLength(times);
  });

  it("after a moment where only an answer can end it: once, and with no time", async () => {
    const { queue } = await unanswered();
    const { told } = listen(queue);
    await passes(100);
    expect(told).toEqual([]);
    await passes(5_000);
    expect(told).toEqual([[expect.any(Number), { ahead: 0, ms: undefined }]]);
    expect(told[0]?.[0]).toBeLessThanOrEqual(150);
  });

  it("again where a wait that was known is followed by one that only an answer can end", async () => {
    const queue = await closed(500);
    void queue.waitForPlace(undefined); // goes ahead when the queue opens, and is not answered
    const { told } = listen(queue);
    await passes(5_000);
    expect(told.map(([, { ms }]) => ms)).toEqual([expect.any(Number), undefined]);
  });

  it("without the windows of those who may go at once", async () => {
    const { queue, places } = await unanswered();
    const told: [number, number][] = [];
    for (let i = 0; i < 150; i++) {
      const onWait = ({ ms = 0 }: PlaceWait) => void told.push([i, ms]);
      void queue.waitForPlace(undefined, { onWait });
    }
    await passes(60);
    for (const place of places.slice(0, 1)) queue.learn(left(49), place); // 40 may go
    await passes(100);
    expect(told).not.toEqual([]);
    const windows = (i: number) => 1 + Math.floor(Math.max(0, i - 40) / 50);
    expect(told.filter(([i, ms]) => ms > windows(i) * 1_000)).toEqual([]);
  });

  it("again where it turns out to be longer", async () => {
    const { queue, places } = await unanswered();
    const { told } = listen(queue);
    await passes(200);
    for (const place of places.slice(0, 1)) queue.learn(refusal(4_000), place);
    await passes(1_000);
    expect(told.map(([, { ms }]) => ms)).toEqual([undefined, expect.any(Number)]);
  });
});

describe("those who wait", () => {
  it("look again within a tenth of a window, for places that are given back", async () => {
    const { queue, place } = await usedUp({ limit: 2, intervalMs: 2_000 });
    const { served, join } = lineOf(queue);
    void join("first");
    await passes(50);
    queue.learn(undefined, place);
    await passes(150);
    expect(served).toEqual(["first"]);
  });

  it("look less often the longer an answer takes", async () => {
    const { queue } = await unanswered();
    const set = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => set.mockRestore());
    void queue.waitForPlace(undefined);
    await passes(1_000);
    expect(set.mock.calls.length).toBeGreaterThan(10);
    expect(set.mock.calls.length).toBeLessThan(50);
  });

  it("look soon for the answer to the one that went ahead, however long the closure was", async () => {
    const queue = await closed(5_000);
    const { served, join } = lineOf(queue);
    const ahead = join("ahead");
    void join("next");
    await passes(5_000);
    expect(served).toEqual(["ahead"]);
    await passes(10);
    queue.learn(left(40), await ahead);
    await passes(10);
    expect(served).toEqual(["ahead", "next"]);
  });

  it("are not passed by a newcomer that finds room before they look", async () => {
    const { queue, place } = await usedUp({ limit: 2, intervalMs: 10_000 });
    const { served, join } = lineOf(queue);
    void join("first");
    await passes(100);
    queue.learn(undefined, place);
    void join("newcomer");
    await passes(1_000);
    expect(served).toEqual(["first"]);
  });

  it("keep the queue from being idle, even where all that was under way is lost", async () => {
    const { queue } = await unanswered();
    const { served, join } = lineOf(queue);
    void join("first");
    await passes(30_000);
    expect(served).toEqual([]); // it is yet to look
    expect(queue.isIdle(performance.now())).toBe(false);
    await passes(1_000);
    expect(served).toEqual(["first"]);
  });

  it("reject with the 429 that says the budget is spent for longer than they wait", async () => {
    const queue = await closed(5_000);
    expect(await rejection(queue.waitForPlace(undefined, { maxWaitMs: 4_999 }))).toMatchObject({
      message: "The rate limit is spent",
      news: refusal(5_000),
    });
  });
});

describe("a call that has stopped looking", () => {
  /** A queue with such a call in front, which is to look a second from now. */
  async function withStopped() {
    const used = await usedUp({ limit: 2, intervalMs: 10_000 });
    const { served, join } = lineOf(used.queue);
    const controller = new AbortController();
    const stopped = rejection(withoutTimers(() => join("stopped", controller.signal)));
    void join("next");
    return { ...used, served, join, stopped, controller };
  }

  it("is passed over once it is more than two seconds late", async () => {
    const { queue, place, served } = await withStopped();
    queue.learn(undefined, place);
    await passes(3_000);
    expect(served).toEqual([]);
    await passes(1_000);
    expect(served).toEqual(["next"]);
  });

  it("does not keep the queue from being idle", async () => {
    const queue = createQueue({ limit: 1, intervalMs: 1_000 });
    queue.learn(silent, await queue.waitForPlace(undefined));
    withoutTimers(() => void queue.waitForPlace(undefined));
    await passes(2_000);
    expect(queue.isIdle(performance.now())).toBe(false);
    await passes(2_000);
    expect(queue.isIdle(performance.now())).toBe(false); // lets it go
    expect(queue.isIdle(performance.now())).toBe(true);
  });

  it("is waited for where it only seems so, after the process stood still", async () => {
    const { queue } = await usedUp({ limit: 2, intervalMs: 1_000 });
    void queue.waitForPlace(undefined);
    expect(queue.isIdle(performance.now() + 60_000)).toBe(false);
    await passes(100); // its timer comes, and it lines up again
    expect(queue.isIdle(performance.now() + 60_000)).toBe(false);
  });

  it("takes no other's turn with it when it is aborted after that", async () => {
    const { queue, place, served, join, stopped, controller } = await withStopped();
    await passes(4_100);
    controller.abort();
    await stopped;
    queue.learn(undefined, place);
    void join("newcomer");
    await passes(1_000);
    expect(served).toEqual(["next"]);
  });
});
