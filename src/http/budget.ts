import type { Answer } from "./answer.js";
import { tooManyRequests } from "./documented.js";
import type { RateLimit } from "./rate-limit.js";
import { longestTimerMs } from "./wait.js";

// What is known of one location's budget, and what follows from it. Every function takes the time as
// `now`, in milliseconds on a clock that only goes forward.

/** A budget of requests. */
export interface Budget {
  /** Requests in any window. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly intervalMs: number;
}

/** What an attempt told of the budget. */
export type BudgetNews = Pick<Answer, "status" | "rateLimit" | "retryAfterMs">;

/** A request that was given a place: it is under way until it has been learned from. */
export interface Place {
  readonly order: number;
  readonly givenAt: number;
  /** The spell of knowing in which it was given. */
  readonly spell: number;
  isUnderWay: boolean;
}

/** Whether there is room. */
export interface Room {
  /** How many requests may be sent now. */
  readonly free: number;
  /** When there will be room for more; undefined where an answer that is under way will tell. */
  readonly at: number | undefined;
}

/** A 429, and until when it stops all requests. */
export interface Closure {
  readonly until: number;
  readonly news: BudgetNews;
  /** Whether it was the day's budget that was spent. */
  readonly isForTheDay: boolean;
}

/**
 * HighLevel's budget of an app in a location.
 *
 * @see HighLevel's rate-limit documentation: 100 requests in 10 seconds.
 */
const highLevelBudget: Budget = { limit: 100, intervalMs: 10_000 };

/** Sent before the first answer has said what is left. */
const firstFew = 10;
/** Sent to see whether a budget that was spent is there again. */
const probe = 1;
/** What is sent a window apart may arrive less than a window apart. */
const slack = 1.02;

/**
 * Keeps what the answers of one location say of its budget.
 *
 * A server counts in windows whose beginning it does not tell. A window has begun at the latest when
 * the first answer out of it arrives, so it has ended a window's length after that. Between the two,
 * the lowest `remaining` that was heard, less what is under way, is free.
 *
 * @param bound - No more than this, whatever the server allows.
 */
export function createBudget(bound: Budget | undefined) {
  let { limit, intervalMs } = bound ?? highLevelBudget;
  /** Whether answers say what remains; if not, `limit` in any window is all there is to go by. */
  let isTold = false;

  // A spell is from the first request into an unknown window to the end of that window.
  let spell = 0;
  let allowance = firstFew;
  let underWayInSpell = 0;
  /** The window that the spell's first answer was out of; undefined before that answer. */
  let window: SeenWindow | undefined;

  let underWay = 0;
  let nextOrder = 0;
  let heardAt = 0;
  let usedAt = 0;
  let closure: Closure | undefined;
  const given = createSlidingCount();

  /** Knows nothing of the window any more; `few` requests are to find out. */
  function forget(few: number): void {
    spell++;
    allowance = few;
    underWayInSpell = 0;
    window = undefined;
  }

  /** What the server's own count leaves. */
  function toldRoom(now: number): Room {
    if (closure !== undefined && now < closure.until) return { free: 0, at: closure.until };
    if (window !== undefined && isTold) {
      const free = window.lowest - underWay;
      const endsAt = window.seenAt + intervalMs;
      if (free > 0 && now < heardAt + intervalMs) return { free, at: endsAt };
      if (free <= 0 && now < endsAt) return { free: 0, at: endsAt };
      // Spent until now, or idle for so long that others may have used it.
      forget(free > 0 ? firstFew : probe);
    }
    const free = window === undefined ? allowance - underWayInSpell : Number.POSITIVE_INFINITY;
    return { free: Math.max(0, free), at: undefined };
  }

  /** What is left of the limit in any window, by our own count. */
  function ownRoom(now: number): Room {
    if (isTold && bound === undefined) return { free: Number.POSITIVE_INFINITY, at: undefined };
    const most = bound ?? { limit, intervalMs };
    const lengthMs = most.intervalMs * slack;
    const { count, oldest } = given.since(now - lengthMs);
    return { free: Math.max(0, most.limit - count), at: (oldest ?? now) + lengthMs };
  }

  function learnWindow(now: number, remaining: number | undefined, place: Place): void {
    const { order, givenAt } = place;
    if (remaining === undefined) {
      // One answer in between that says nothing changes nothing.
      if (window !== undefined || place.spell !== spell) return;
      isTold = false;
      window = { seenAt: now, order, lowest: limit, lowestAt: now };
      return;
    }
    isTold = true;
    heardAt = now;
    if (window === undefined) {
      // What was sent before may tell of the window before.
      if (place.spell === spell) window = { seenAt: now, order, lowest: remaining, lowestAt: now };
    } else if (remaining > window.lowest && givenAt >= window.lowestAt) {
      // Sent after the lowest was heard, and more is left: that window is over.
      window = { seenAt: now, order, lowest: remaining, lowestAt: now };
    } else if (remaining <= window.lowest) {
      // A late answer out of the window before takes no more than its own place.
      window.lowest = order < window.order ? Math.max(remaining, window.lowest - 1) : remaining;
      window.lowestAt = now;
    }
  }

  return {
    /** How many requests may be sent. */
    room(now: number): Room {
      const told = toldRoom(now);
      const own = ownRoom(now);
      return own.free < told.free ? own : told;
    },

    /** The 429 that stops all requests for now; undefined if there is none. */
    closure: (now: number) => (closure !== undefined && now < closure.until ? closure : undefined),

    /** How many milliseconds pass until `ahead` requests have been let through. */
    passMs: (ahead: number) => {
      const slower = bound !== undefined && bound.intervalMs / bound.limit > intervalMs / limit;
      const { limit: most, intervalMs: ms } = slower ? bound : { limit, intervalMs };
      return Math.floor(ahead / most) * ms;
    },

    /** Takes a place, of those for which there is room. */
    take(now: number): Place {
      underWay++;
      underWayInSpell++;
      usedAt = now;
      given.add(now, now - (bound?.intervalMs ?? intervalMs) * slack);
      return { order: nextOrder++, givenAt: now, spell, isUnderWay: true };
    },

    /** Takes in what came of a place; undefined where there was no answer. */
    learn(now: number, news: BudgetNews | undefined, place: Place): void {
      if (!place.isUnderWay) return;
      place.isUnderWay = false;
      underWay--;
      if (place.spell === spell) underWayInSpell--;
      usedAt = now;
      if (news === undefined) {
        // A server that does not answer must not keep the others waiting for good.
        if (window === undefined) allowance = Math.min(allowance * 2, limit);
        return;
      }
      const { status, rateLimit, retryAfterMs } = news;
      limit = rateLimit?.limit || limit;
      const told = rateLimit?.intervalMs ?? 0;
      if (told > 0 && told <= longestTimerMs) intervalMs = told;
      if (status === tooManyRequests) {
        const isForTheDay = rateLimit?.dailyRemaining === 0;
        if (place.spell !== spell && retryAfterMs === undefined && !isForTheDay) return;
        const endsAt = window === undefined ? 0 : window.seenAt + intervalMs;
        const until =
          retryAfterMs === undefined
            ? endsAt > now
              ? endsAt
              : now + intervalMs
            : now + retryAfterMs;
        closure = { news, isForTheDay, until: Math.max(until, closure?.until ?? 0) };
        forget(probe);
      } else {
        learnWindow(now, remainingIn(rateLimit), place);
      }
    },

    /** Whether nothing of it will matter any more. */
    isIdle: (now: number) => now > Math.max(usedAt + intervalMs * slack, closure?.until ?? 0),
  };
}

/** What is left of the window, or of the day if that is less. */
function remainingIn(rateLimit: RateLimit | undefined): number | undefined {
  const { remaining, dailyRemaining } = rateLimit ?? {};
  return remaining === undefined ? undefined : Math.min(remaining, dailyRemaining ?? remaining);
}

interface SeenWindow {
  /** When it was first heard of: it began no later. */
  readonly seenAt: number;
  /** The order of the request that it was heard from. */
  readonly order: number;
  /** The lowest `remaining` heard of it, and when. */
  lowest: number;
  lowestAt: number;
}

/** Counts what happened since a moment, and forgets what was before. */
function createSlidingCount() {
  let moments: number[] = [];
  let first = 0;
  function forgetBefore(moment: number): void {
    while (first < moments.length && (moments[first] ?? 0) < moment) first++;
    if (first > 1_000 && first > moments.length / 2) {
      moments = moments.slice(first);
      first = 0;
    }
  }
  return {
    add(now: number, since: number): void {
      forgetBefore(since);
      moments.push(now);
    },
    since(moment: number) {
      forgetBefore(moment);
      return { count: moments.length - first, oldest: moments[first] };
    },
  };
}
