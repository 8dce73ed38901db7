import { describe, expect, it } from "vitest";
import { createSlidingCount } from "./sliding-count.js";

/** A count of these moments, none of which is forgotten yet. */
function counted(...moments: number[]) {
  const count = createSlidingCount();
  for (const moment of moments) count.add(moment, Number.NEGATIVE_INFINITY);
  return count;
}

describe("a sliding count", () => {
  it("counts what came after a moment, and tells which was the oldest of it", () => {
    const count = counted(1, 2, 3);
    expect(count.since(0)).toEqual({ count: 3, oldest: 1 });
    expect(count.since(1)).toEqual({ count: 2, oldest: 2 });
    expect(count.since(3)).toEqual({ count: 0, oldest: undefined });
  });

  it("forgets what is removed: the latest of equal moments, and only once", () => {
    const count = counted(1, 2, 2, 3);
    count.remove(2);
    expect(count.since(1)).toEqual({ count: 2, oldest: 2 });
    count.remove(2);
    expect(count.since(1)).toEqual({ count: 1, oldest: 3 });
  });

  it.each([
    ["was never counted", 4],
    ["is forgotten already", 1],
  ])("is not changed by the removal of a moment that %s", (_, moment) => {
    const count = counted(1, 2, 3);
    count.since(1);
    count.remove(moment);
    expect(count.since(1)).toEqual({ count: 2, oldest: 2 });
  });

  it("of 10 000 moments is right at each of them, and does not keep what it forgets", () => {
    const count = createSlidingCount();
    const kept = keptBy(() => count.add(0, Number.NEGATIVE_INFINITY));
    const counts: number[] = [];
    for (let now = 1; now < 10_000; now++) {
      count.add(now, now - 10);
      counts.push(count.since(now - 10).count);
    }
    expect(counts.slice(0, 10)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    expect(new Set(counts.slice(10))).toEqual(new Set([10]));
    expect(kept?.length).toBeLessThanOrEqual(2_000);
  });
});

/** The array that the work adds to. */
function keptBy(work: () => void): readonly unknown[] | undefined {
  let kept: unknown[] | undefined;
  const { push } = Array.prototype;
  Array.prototype.push = function (this: unknown[], ...added) {
    kept = this;
    return Reflect.apply(push, this, added);
  };
  try {
    work();
  } finally {
    Array.prototype.push = push;
  }
  return kept;
}
