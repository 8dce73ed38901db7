import type { Answer } from "./answer.js";
import { tooManyRequests } from "./documented.js";
import type { RateLimit } from "./rate-limit.js";
import { createSlidingCount } from "./sliding-count.js";

// What is known of one location's budget, and what follows from it. Every function takes the time as
// `now`, in milliseconds on a clock that only goes forward.

/** A budget of requests. */
export interface Budget {
  /** Requests in any window. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly intervalMs: number;
}

/** What an attempt told of the budget; a status of 0 where no answer came. */
export type BudgetNews = Pick<Answer, "status" | "rateLimit" | "retryAfterMs">;

/** A request that was given a place: it is under way until it has been learned from. */
export interface Place {
  readonly order: number;
  readonly givenAt: number;
  /** The spell of knowing in which it was given. */
  readonly spell: number;
  /** How many had been left unplaced when it was given. */
  readonly unplaced: number;
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
/** No true wait is longer, in milliseconds: a day's budget is there again after a day. */
const dayMs = 86_400_000;
/** No window is believed to be longer, in milliseconds: a call would wait for it in vain. */
const longestWindowMs = 3_600_000;
/**
 * What was under way for so long is lost, in milliseconds: on Workers a call may end without a word.
 * Elsewhere the default time limit has ended it by then.
 */
const lostAfterMs = 30_000;

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

  /** In the order in which they were given. */
  const underWay = new Set<Place>();
  /** How many are no longer under way without having told of which window they were. */
  let unplaced = 0;
  let nextOrder = 0;
  let heardAt = 0;
  let usedAt = 0;
  let closure: Closure | undefined;
  /** How many requests that went ahead to see were refused, one after the other. */
  let refusals = 0;
  const given = createSlidingCount();

  /** Knows nothing of the window any more; `few` requests are to find out. */
  function forget(few: number): void {
    spell++;
    allowance = few;
    underWayInSpell = 0;
    window = undefined;
  }

  /** Whether the place was under way until now. */
  function end(place: Place): boolean {
    const wasUnderWay = underWay.delete(place);
    if (wasUnderWay && place.spell === spell) underWayInSpell--;
    return wasUnderWay;
  }

  function endLost(now: number): void {
    for (const place of underWay) {
      if (now < place.givenAt + lostAfterMs) return;
      end(place);
    }
  }

  /** What the window leaves, once all that may have been sent into it has arrived. */
  function freeIn({ lowest, owed }: SeenWindow): number {
    return lowest - owed - underWay.size;
  }

  /** What the server's own count leaves. */
  function toldRoom(now: number): Room {
    if (closure !== undefined && now < closure.until) return { free: 0, at: closure.until };
    if (window !== undefined && isTold) {
      const free = freeIn(window);
      const endsAt = window.seenAt + intervalMs;
      if (free > 0 && now < heardAt + intervalMs) return { free, at: endsAt };
      if (free <= 0 && now < endsAt) return { free: 0, at: endsAt };
      // Spent until now, or idle for so long that others may have used it.
      forget(Math.min(Math.max(free, probe), firstFew));
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

  /** The window that an answer with this `remaining` is the first out of. */
  function openWindow(now: number, remaining: number, place: Place): void {
    window = {
      seenAt: now,
      order: place.order,
      lowest: remaining,
      lowestBefore: nextOrder,
      // Those that came back since it was sent may have been counted after it.
      owed: unplaced - place.unplaced,
    };
  }

  function learnRemaining(now: number, remaining: number, place: Place): void {
    isTold = true;
    heardAt = now;
    if (window === undefined) {
      // What was sent before may tell of the window before.
      if (place.spell === spell) openWindow(now, remaining, place);
      else unplaced++;
      return;
    }
    if (remaining > window.lowest) {
      // Sent after the lowest was heard, and more is left: that window is over.
      if (place.order >= window.lowestBefore) {
        openWindow(now, remaining, place);
        return;
      }
      unplaced++;
    } else if (place.order > window.order || remaining >= freeIn(window) - 1) {
      window.lowest = remaining;
      window.lowestBefore = nextOrder;
    } else {
      // A late answer out of the window before: of this one there cannot be so little left.
      return;
    }
    // So few were counted that a new window may have begun, hidden by those that are under way.
    if (limit - remaining <= underWay.size + window.owed + 1) window.seenAt = now;
  }

  /** There was no answer, or one that does not say what remains. */
  function learnNothing(now: number, status: number, place: Place): void {
    unplaced++;
    if (window !== undefined) {
      window.owed++;
    } else if (status === 0) {
      // A server that does not answer must not keep the others waiting for good.
      allowance = Math.min(allowance * 2, limit);
    } else if (place.spell === spell) {
      isTold = false;
      openWindow(now, limit, place);
    }
  }

  function learnRefusal(now: number, news: BudgetNews, place: Place): void {
    const { rateLimit, retryAfterMs } = news;
    const isForTheDay = rateLimit?.dailyRemaining === 0;
    if (place.spell !== spell && retryAfterMs === undefined && !isForTheDay) return;
    const endsAt = window === undefined ? 0 : window.seenAt + intervalMs;
    const windowEndsAt = endsAt > now ? endsAt : now + intervalMs;
    const namedMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, dayMs);
    // A wait that proved too short is not believed again.
    const isBelieved = place.spell !== spell || refusals++ === 0;
    const namedAt = now + (namedMs ?? 0);
    const until = isBelieved && namedMs !== undefined ? namedAt : Math.max(namedAt, windowEndsAt);
    closure = { news, isForTheDay, until: Math.max(until, closure?.until ?? 0) };
    forget(probe);
  }

  return {
    /** How many requests may be sent. */
    room(now: number): Room {
      endLost(now);
      const told = toldRoom(now);
      const own = ownRoom(now);
      return own.free < told.free ? own : told;
    },

    /** The 429 that stops all requests for now; undefined if there is none. */
    closure: (now: number) => (closure !== undefined && now < closure.until ? closure : undefined),

    /** How long a window is, as far as is known. */
    intervalMs: () => bound?.intervalMs ?? intervalMs,

    /** How many milliseconds pass until `ahead` requests have been let through. */
    passMs: (ahead: number) => {
      const slower = bound !== undefined && bound.intervalMs / bound.limit > intervalMs / limit;
      const { limit: most, intervalMs: ms } = slower ? bound : { limit, intervalMs };
      return Math.floor(ahead / most) * ms;
    },

    /** Takes a place, of those for which there is room. */
    take(now: number): Place {
      const place = { order: nextOrder++, givenAt: now, spell, unplaced };
      underWay.add(place);
      underWayInSpell++;
      usedAt = now;
      given.add(now, now - (bound?.intervalMs ?? intervalMs) * slack);
      return place;
    },

    /** Takes in what came of a place; undefined where nothing was sent. */
    learn(now: number, news: BudgetNews | undefined, place: Place): void {
      // A 429 counts, however late it comes.
      if (!end(place) && news?.status !== tooManyRequests) return;
      if (news === undefined) {
        given.remove(place.givenAt);
        return;
      }
      usedAt = now;
      const { status, rateLimit } = news;
      limit = rateLimit?.limit || limit;
      const told = rateLimit?.intervalMs ?? 0;
      if (told > 0 && told <= longestWindowMs) intervalMs = told;
      if (status !== tooManyRequests && status !== 0) refusals = 0;
      const remaining = remainingIn(rateLimit);
      if (status === tooManyRequests) learnRefusal(now, news, place);
      else if (remaining === undefined) learnNothing(now, status, place);
      else learnRemaining(now, Math.min(remaining, limit), place);
    },

    /** Whether nothing of it will matter any more. */
    isIdle(now: number): boolean {
      endLost(now);
      const until = Math.max(usedAt + intervalMs * slack, closure?.until ?? 0);
      return underWay.size === 0 && now > until;
    },
  };
}

/** What is left of the window, or of the day if that is less. */
function remainingIn(rateLimit: RateLimit | undefined): number | undefined {
  const { remaining, dailyRemaining } = rateLimit ?? {};
  return remaining === undefined ? undefined : Math.min(remaining, dailyRemaining ?? remaining);
}

interface SeenWindow {
  /** When it was first heard of: it began no later. */
  seenAt: number;
  /** The order of the request that it was heard from. */
  readonly order: number;
  /** The lowest `remaining` heard of it. */
  lowest: number;
  /** The order of the first request after that was heard. */
  lowestBefore: number;
  /** How many requests the server may have counted in it without saying so. */
  owed: number;
}
