// The server's own count of what is sent: what its answers say is left. What depends on the time takes
// it as `now`, in milliseconds on a clock that only goes forward.

/** Whether there is room. */
export interface Room {
  /** How many requests may be sent now. */
  readonly free: number;
  /** When there will be room for more; undefined where an answer that is under way will tell. */
  readonly at: number | undefined;
}

/** A request that was given a place: it is under way until it has been learned from. */
export interface Place {
  readonly order: number;
  readonly givenAt: number;
  /** The spell of knowing in which it was given. */
  readonly spell: number;
  /** How many had been left unattributed when it was given. */
  readonly unattributed: number;
}

/** Sent before the first answer has said what is left. */
const firstFew = 10;
/** Sent to see whether a budget that was spent is there again. */
const probe = 1;
/**
 * What was under way for so long is lost, in milliseconds: on Workers a call may end without a word.
 * Elsewhere the default time limit has ended it by then.
 */
const lostAfterMs = 30_000;

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

/**
 * Keeps what answers say is left.
 *
 * A server counts in windows whose beginning it does not tell. A window has begun at the latest when
 * the first answer out of it arrives, so it has ended a window's length after that. Between the two,
 * the lowest `remaining` that was heard, less what is under way, is free.
 */
export function createToldCount() {
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
  let unattributed = 0;
  let nextOrder = 0;
  let heardAt = 0;

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

  /** The window that an answer with this `remaining` is the first out of. */
  function openWindow(now: number, remaining: number, place: Place): void {
    window = {
      seenAt: now,
      order: place.order,
      lowest: remaining,
      lowestBefore: nextOrder,
      // Those that came back since it was sent may have been counted after it.
      owed: unattributed - place.unattributed,
    };
  }

  /** An answer said what remains, out of `limit`. */
  function learnRemaining(now: number, remaining: number, place: Place, limit: number): void {
    isTold = true;
    heardAt = now;
    if (window === undefined) {
      // What was sent before may tell of the window before.
      if (place.spell === spell) openWindow(now, remaining, place);
      else unattributed++;
      return;
    }
    if (remaining > window.lowest) {
      // Sent after the lowest was heard, and more is left: that window is over.
      if (place.order >= window.lowestBefore) {
        openWindow(now, remaining, place);
        return;
      }
      unattributed++;
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
  function learnNothing(now: number, status: number, place: Place, limit: number): void {
    unattributed++;
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

  return {
    /** Whether answers say what remains. */
    isTold: () => isTold,

    /** What the server's count leaves. */
    room(now: number, intervalMs: number): Room {
      if (window !== undefined && isTold) {
        const free = freeIn(window);
        const endsAt = window.seenAt + intervalMs;
        if (free > 0 && now < heardAt + intervalMs) return { free, at: endsAt };
        if (now < endsAt) return { free: 0, at: endsAt };
        // Spent until now, or idle for so long that others may have used it.
        forget(Math.min(Math.max(free, probe), firstFew));
      }
      const free = window === undefined ? allowance - underWayInSpell : Infinity;
      return { free: Math.max(0, free), at: undefined };
    },

    /** When the window that is known ends; a window's length from now where none is. */
    windowEndsAt(now: number, intervalMs: number): number {
      const endsAt = window === undefined ? 0 : window.seenAt + intervalMs;
      return endsAt > now ? endsAt : now + intervalMs;
    },

    take(now: number): Place {
      const place = { order: nextOrder++, givenAt: now, spell, unattributed };
      underWay.add(place);
      underWayInSpell++;
      return place;
    },

    /** Whether the place was given in the spell that goes on. */
    isOfThisSpell: (place: Place) => place.spell === spell,
    isUnderWay: () => underWay.size > 0,
    end,
    endLost,
    learnRemaining,
    learnNothing,
    /** The budget was spent: one request is to find out when it is there again. */
    startAnew: () => forget(probe),
  };
}
