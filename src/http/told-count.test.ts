import { describe, expect, it } from "vitest";
import { createToldCount, type Place } from "./told-count.js";

const limit = 50;
const intervalMs = 1_000;

/** The server's count in windows of a second that allow 50. */
function createCount() {
  const told = createToldCount();
  return {
    ...told,
    take: (now = 0) => told.take(now),
    room: (now: number) => told.room(now, intervalMs),
    /** An answer says that so many are left. */
    hear(now: number, remaining: number, place: Place): void {
      told.end(place);
      told.learnRemaining(now, remaining, place, limit);
    },
    /** An answer says nothing of it; a status of 0 where none came. */
    hearNothing(now: number, status: number, place: Place, most = limit): void {
      told.end(place);
      told.learnNothing(now, status, place, most);
    },
  };
}

/** A count that has heard at 0 of a window in which so many are left. */
function createKnowing(remaining: number) {
  const count = createCount();
  count.hear(0, remaining, count.take());
  return count;
}

const silentStatus = 201;

describe("before the first answer", () => {
  it("ten may be under way", () => {
    const count = createCount();
    expect(count.room(0)).toEqual({ free: 10, at: undefined });
    for (let i = 0; i < 10; i++) count.take();
    expect(count.room(0)).toEqual({ free: 0, at: undefined });
  });

  it("what ends makes room, and only once", () => {
    const count = createCount();
    const place = count.take();
    count.take();
    expect(count.end(place)).toBe(true);
    expect(count.end(place)).toBe(false);
    expect(count.room(0).free).toBe(9);
  });

  it.each([
    { most: 50, free: 11 },
    { most: 15, free: 6 },
  ])("one that was not answered doubles what may be sent, up to the limit of $most", (row) => {
    const count = createCount();
    const [place] = Array.from({ length: 10 }, () => count.take());
    if (place !== undefined) count.hearNothing(0, 0, place, row.most);
    expect(count.room(0)).toEqual({ free: row.free, at: undefined });
  });

  it("one that was not answered may have been counted after the first that was", () => {
    const count = createCount();
    const unanswered = count.take();
    const answered = count.take();
    count.hearNothing(5, 0, unanswered);
    count.hear(10, 40, answered);
    expect(count.room(10).free).toBe(39);
  });

  it("an answer that says nothing leaves all to our own count", () => {
    const count = createCount();
    count.hearNothing(10, silentStatus, count.take());
    expect(count.isTold()).toBe(false);
    expect(count.room(10)).toEqual({ free: Number.POSITIVE_INFINITY, at: undefined });
  });

  it("a window is taken to end a window's length from now", () => {
    expect(createCount().windowEndsAt(300, intervalMs)).toBe(1_300);
  });
});

describe("a window that an answer told of", () => {
  it("leaves what it said, until a window's length after", () => {
    const count = createKnowing(20);
    expect(count.isTold()).toBe(true);
    expect(count.room(10)).toEqual({ free: 20, at: 1_000 });
    expect(count.windowEndsAt(300, intervalMs)).toBe(1_000);
  });

  it("that is over is followed by another, which ends a window's length from now", () => {
    expect(createKnowing(20).windowEndsAt(1_000, intervalMs)).toBe(2_000);
  });

  it("leaves less by what is under way", () => {
    const count = createKnowing(20);
    const place = count.take(10);
    expect(count.isUnderWay()).toBe(true);
    expect(count.room(10).free).toBe(19);
    count.end(place);
    expect(count.isUnderWay()).toBe(false);
  });

  it("leaves less by what others have used of it since", () => {
    const count = createKnowing(40);
    count.hear(20, 10, count.take(10));
    expect(count.room(20)).toEqual({ free: 10, at: 1_000 });
  });

  it("is over where more is left after a later request", () => {
    const count = createKnowing(5);
    count.hear(20, 49, count.take(10));
    expect(count.room(20)).toEqual({ free: 49, at: 1_020 });
  });

  it("is not over where more is left after an earlier request, whose answer was overtaken", () => {
    const count = createCount();
    const overtaken = count.take();
    count.hear(10, 40, count.take());
    count.hear(11, 41, overtaken);
    expect(count.room(11)).toEqual({ free: 40, at: 1_010 });
  });

  it("leaves less by an overtaken answer of one that was counted last", () => {
    const count = createCount();
    const overtaken = count.take();
    count.hear(10, 40, count.take());
    count.hear(11, 39, overtaken);
    expect(count.room(11).free).toBe(39);
  });

  it("does not leave less by a late answer out of the window before", () => {
    const count = createCount();
    const late = count.take();
    count.hear(10, 49, count.take());
    count.hear(11, 2, late);
    expect(count.room(11)).toEqual({ free: 49, at: 1_010 });
  });

  it("is heard of no more once nothing was heard for its length: ten find out", () => {
    const count = createKnowing(40);
    expect(count.room(999)).toEqual({ free: 40, at: 1_000 });
    expect(count.room(1_000)).toEqual({ free: 10, at: undefined });
  });

  it("that is spent lets one find out when it is over", () => {
    const count = createKnowing(0);
    expect(count.room(999)).toEqual({ free: 0, at: 1_000 });
    expect(count.room(1_000)).toEqual({ free: 1, at: undefined });
  });
});

describe("a window may have begun since the first answer", () => {
  it("where all that it counted may be those under way", () => {
    const count = createKnowing(49);
    const place = count.take(500);
    count.take(500);
    count.hear(600, 48, place);
    expect(count.room(600)).toEqual({ free: 47, at: 1_600 });
  });

  it("where all that it counted may be those that were not answered", () => {
    const count = createKnowing(49);
    const [unanswered, answered] = [count.take(500), count.take(500)];
    count.hearNothing(590, 0, unanswered);
    count.hear(600, 48, answered);
    expect(count.room(600)).toEqual({ free: 47, at: 1_600 });
  });

  it("but not where it counted more than those", () => {
    const count = createKnowing(49);
    count.hear(600, 48, count.take(500));
    expect(count.room(600)).toEqual({ free: 48, at: 1_000 });
  });
});

describe("after a refusal", () => {
  /** A count that starts anew while a request is under way. */
  function createRefused() {
    const count = createCount();
    const before = count.take();
    count.startAnew();
    return { ...count, before };
  }

  it("one may be sent, however many ended that were sent before", () => {
    const count = createRefused();
    expect(count.room(0)).toEqual({ free: 1, at: undefined });
    count.end(count.before);
    expect(count.room(0)).toEqual({ free: 1, at: undefined });
    count.take();
    expect(count.room(0)).toEqual({ free: 0, at: undefined });
  });

  it("what was sent before is told apart from what is sent since", () => {
    const count = createRefused();
    expect(count.isOfThisSpell(count.before)).toBe(false);
    expect(count.isOfThisSpell(count.take())).toBe(true);
  });

  it.each<[string, (count: ReturnType<typeof createRefused>) => void]>([
    ["what is left", ({ hear, before }) => hear(10, 40, before)],
    ["nothing", ({ hearNothing, before }) => hearNothing(10, silentStatus, before)],
  ])("a late answer to what was sent before tells of no window: it says %s", (_, answer) => {
    const count = createRefused();
    answer(count);
    expect(count.room(10)).toEqual({ free: 1, at: undefined });
  });

  it("what came back before the next was sent does not count against its window", () => {
    const count = createRefused();
    count.hearNothing(5, silentStatus, count.before);
    count.hear(20, 30, count.take(10));
    expect(count.room(20).free).toBe(30);
  });
});

describe("what was under way for 30 seconds", () => {
  it("is lost, and not a moment sooner", () => {
    const count = createCount();
    count.take();
    count.take(1);
    count.endLost(29_999);
    expect(count.room(29_999).free).toBe(8);
    count.endLost(30_000);
    expect(count.room(30_000).free).toBe(9);
  });
});
