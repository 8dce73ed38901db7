/** Counts what happened since a moment, and forgets what was before. */
export function createSlidingCount() {
  let moments: number[] = [];
  let first = 0;
  function forgetUntil(moment: number): void {
    while (first < moments.length && (moments[first] ?? 0) <= moment) first++;
    if (first > moments.length / 2) {
      moments = moments.slice(first);
      first = 0;
    }
  }
  return {
    add(now: number, since: number): void {
      forgetUntil(since);
      moments.push(now);
    },
    remove(moment: number): void {
      const at = moments.lastIndexOf(moment);
      if (at >= first) moments.splice(at, 1);
    },
    since(moment: number) {
      forgetUntil(moment);
      return { count: moments.length - first, oldest: moments[first] };
    },
  };
}
