import type { Answer } from "./answer.js";
import { tooManyRequests } from "./documented.js";
import { isDaySpent, type RateLimit } from "./rate-limit.js";
import { createSlidingCount } from "./sliding-count.js";
import { createToldCount, type Place, type Room } from "./told-count.js";

// What is known of one location's budget, and what follows from it. What depends on the time takes it
// as `now`, in milliseconds on a clock that only goes forward.

/** A budget of requests. */
export interface Budget {
  /** Requests in any window. */
  readonly limit: number;
  /** Length of the window in milliseconds. */
  readonly intervalMs: number;
}

/** What an attempt told of the budget; a status of 0 where no answer came. */
export type BudgetNews = Pick<Answer, "status" | "rateLimit" | "retryAfterMs">;

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

/** What is sent a window apart may arrive less than a window apart. */
const slack = 1.02;
/** No true wait is longer, in milliseconds: a day's budget is there again after a day. */
const dayMs = 86_400_000;
/** No window is believed to be longer, in milliseconds: a call would wait for it in vain. */
const longestWindowMs = 3_600_000;

/**
 * Keeps what is known of one location's budget: by the server's count where answers tell of it, by our
 * own where they do not or where there is a bound, and by the 429 that stops all requests.
 *
 * @param bound - No more than this, whatever the server allows.
 */
export function createBudget(bound: Budget | undefined) {
  let { limit, intervalMs } = bound ?? highLevelBudget;
  let usedAt = 0;
  let closure: Closure | undefined;
  /** How many 429s have come since another answer. */
  let refusals = 0;
  const told = createToldCount();
  const given = createSlidingCount();

  /** What is left of the limit in any window, by our own count. */
  function ownRoom(now: number): Room {
    if (told.isTold() && bound === undefined) return { free: Infinity, at: undefined };
    const most = bound ?? { limit, intervalMs };
    const lengthMs = most.intervalMs * slack;
    const { count, oldest } = given.since(now - lengthMs);
    return { free: Math.max(0, most.limit - count), at: (oldest ?? now) + lengthMs };
  }

  function learnRefusal(now: number, news: BudgetNews, place: Place): void {
    const { rateLimit, retryAfterMs } = news;
    const isForTheDay = isDaySpent(rateLimit);
    const isOld = !told.isOfThisSpell(place);
    if (isOld && !retryAfterMs && !isForTheDay) return;
    const namedAt = now + Math.min(retryAfterMs ?? 0, dayMs);
    // A wait that proved too short is not believed again.
    const isBelieved = (isOld || refusals++ === 0) && retryAfterMs !== undefined;
    const until = isBelieved ? namedAt : Math.max(namedAt, told.windowEndsAt(now, intervalMs));
    closure = { news, isForTheDay, until: Math.max(until, closure?.until ?? 0) };
    told.startAnew();
  }

  /** The 429 that stops all requests for now; what is over is let go. */
  function closureAt(now: number): Closure | undefined {
    if (closure && now >= closure.until) closure = undefined;
    return closure;
  }

  return {
    /** How many requests may be sent. */
    room(now: number): Room {
      told.endLost(now);
      const until = closureAt(now)?.until;
      if (until !== undefined) return { free: 0, at: until };
      const theirs = told.room(now, intervalMs);
      const own = ownRoom(now);
      return own.free < theirs.free ? own : theirs;
    },

    closure: closureAt,

    /** How long a window is, as far as is known. */
    intervalMs: () => bound?.intervalMs ?? intervalMs,

    /** How many milliseconds pass until `ahead` requests have been let through. */
    passMs: (ahead: number) => {
      const passMs = (by: Budget) => Math.floor(ahead / by.limit) * by.intervalMs;
      return Math.max(passMs({ limit, intervalMs }), bound === undefined ? 0 : passMs(bound));
    },

    /** Takes a place, of those for which there is room. */
    take(now: number): Place {
      usedAt = now;
      given.add(now, now - (bound?.intervalMs ?? intervalMs) * slack);
      return told.take(now);
    },

    /** Takes in what came of a place; undefined where nothing was sent. */
    learn(now: number, news: BudgetNews | undefined, place: Place): void {
      // A 429 counts, however late it comes.
      if (!told.end(place) && news?.status !== tooManyRequests) return;
      if (news === undefined) {
        given.remove(place.givenAt);
        return;
      }
      usedAt = now;
      const { status, rateLimit } = news;
      limit = rateLimit?.limit || limit;
      const windowMs = rateLimit?.intervalMs ?? 0;
      if (windowMs > 0 && windowMs <= longestWindowMs) intervalMs = windowMs;
      if (status !== tooManyRequests && status !== 0) refusals = 0;
      const remaining = remainingIn(rateLimit);
      if (status === tooManyRequests) learnRefusal(now, news, place);
      else if (remaining === undefined) told.learnNothing(now, status, place, limit);
      else told.learnRemaining(now, Math.min(remaining, limit), place, limit);
    },

    /** Whether nothing of it will matter any more. */
    isIdle(now: number): boolean {
      told.endLost(now);
      const longestMs = Math.max(intervalMs, bound?.intervalMs ?? 0);
      const until = Math.max(usedAt + longestMs * slack, closure?.until ?? 0);
      return !told.isUnderWay() && now > until;
    },
  };
}

/** What is left of the window, or of the day if that is less. */
function remainingIn(rateLimit: RateLimit | undefined): number | undefined {
  const { remaining, dailyRemaining } = rateLimit ?? {};
  return remaining === undefined ? undefined : Math.min(remaining, dailyRemaining ?? remaining);
}
