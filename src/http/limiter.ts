import type { Budget, BudgetNews, Place } from "./budget.js";
import { createBudget } from "./budget.js";
import { check, checkMs } from "./check.js";
import { isObject } from "./is-object.js";
import { sleep } from "./wait.js";

/** A wait for a place, as it is about to begin. */
export interface PlaceWait {
  /** How many calls are ahead. */
  readonly ahead: number;
  /** For how many milliseconds; undefined where an answer that is under way will tell. */
  readonly ms: number | undefined;
}

/** What a limiter may want to know of the call that asks for a place. */
export interface Turn {
  /** The place of the call's last attempt, if it was refused: such a call goes first. */
  readonly again?: unknown;
  /** The longest wait for a budget to come back, in milliseconds. */
  readonly maxWaitMs?: number;
  /** Told of each wait of more than a moment. */
  readonly onWait?: ((wait: PlaceWait) => void) | undefined;
}

/** Where a call waits until its location's budget has room for it. */
export interface RateLimiter {
  /**
   * Resolves when one more request may be sent for `key`: the location id, `@` and the server's
   * origin. What it resolves to comes back in `learn` as the place of that request.
   */
  waitForPlace(key: string, signal: AbortSignal | undefined, turn?: Turn): Promise<unknown>;
  /**
   * Told what came of each place: the answer, with a status of 0 where none came, or undefined where
   * nothing was sent. A limiter with this method keeps the waits after a 429 itself; for one without
   * it, each call waits on its own.
   */
  learn?(key: string, news: BudgetNews | undefined, place: unknown): void;
}

/** A wait for more than this is told of, in milliseconds. */
const momentMs = 100;
/** How soon those look again who wait for an answer to say how they go on, in milliseconds. */
const firstLookMs = 4;
/** The longest that a call waits without looking, in milliseconds; also a tenth of a window. */
const longestSleepMs = 1_000;
/** A call this late to look is gone, in milliseconds: on Workers its request may have ended. */
const graceMs = 2_000;
/** How often keys that have become idle are looked for, in milliseconds. */
const sweepEveryMs = 1_000;

/** The budget is spent for longer than a call waits. */
export class BudgetSpent extends Error {
  /** The 429 that said so. */
  readonly news: BudgetNews;

  constructor(news: BudgetNews) {
    super("The rate limit is spent");
    this.news = news;
  }
}

/**
 * Makes a limiter for the calls of this process, first come, first served for each key.
 *
 * It learns from every answer: it gives no more than the server says is left, and a 429 closes it
 * until the window that the answer names has passed; then one request goes ahead to see, the refused
 * one first. Where answers say nothing of what is left, it keeps to the limit in *any* window.
 *
 * Its only timers are those of the calls that wait, each its own. It keeps nothing of a key that was
 * idle for a window.
 *
 * @param bound - No more than this, whatever the server allows. Default: no bound; HighLevel's 100
 * requests in 10 seconds until an answer says otherwise.
 * @throws TypeError unless `limit` is a positive integer, and `intervalMs` positive and at most what
 * a timer takes (24 days).
 */
export function createLimiter(bound?: Budget): Required<RateLimiter> {
  if (bound !== undefined) {
    const { limit, intervalMs } = bound;
    check(Number.isInteger(limit) && limit > 0, "createLimiter: `limit`", "a positive integer");
    checkMs(intervalMs, "createLimiter: `intervalMs`");
  }
  const queues = new Map<string, Queue>();
  let sweptAt = 0;

  function queueFor(key: string): Queue {
    const now = performance.now();
    if (now > sweptAt + sweepEveryMs) {
      sweptAt = now;
      for (const [other, queue] of queues) if (queue.isIdle(now)) queues.delete(other);
    }
    const queue = queues.get(key) ?? createQueue(bound);
    queues.set(key, queue);
    return queue;
  }

  return {
    waitForPlace: (key, signal, turn) => queueFor(key).waitForPlace(signal, turn),
    learn(key, news, place) {
      if (!isQueued(place)) return;
      // It may have been swept since, and another be in its place.
      const queue = queues.get(key) ?? place.queue;
      queues.set(key, queue);
      queue.learn(news, place);
    },
  };
}

/** A place, and what is needed to go on from it. */
interface QueuedPlace {
  readonly place: Place;
  readonly number: number;
  readonly queue: Queue;
}

interface Queue {
  waitForPlace(signal: AbortSignal | undefined, turn?: Turn): Promise<QueuedPlace>;
  learn(news: BudgetNews | undefined, place: QueuedPlace): void;
  isIdle(now: number): boolean;
}

/** A call that waits. */
interface Ticket {
  /** Lower numbers go first. */
  readonly number: number;
  /** When it will look again. */
  looksAt: number;
}

function isQueued(place: unknown): place is QueuedPlace {
  return isObject(place) && "queue" in place;
}

/** The calls of one key that wait, in their order, and what is known of its budget. */
function createQueue(bound: Budget | undefined): Queue {
  const budget = createBudget(bound);
  const waiting: Ticket[] = [];
  let nextNumber = 0;

  /** How many wait that have a lower number. */
  function aheadOf(number: number): number {
    let low = 0;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((waiting[middle]?.number ?? number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function leave(ticket: Ticket): void {
    const at = aheadOf(ticket.number);
    if (waiting[at] === ticket) waiting.splice(at, 1);
  }

  /** Takes the ticket's place among those who wait, and gives how many are ahead. */
  function lineUp(ticket: Ticket, now: number): number {
    for (let first = waiting[0]; first && first.looksAt + graceMs < now; first = waiting[0]) {
      waiting.shift();
    }
    const ahead = aheadOf(ticket.number);
    if (waiting[ahead] !== ticket) waiting.splice(ahead, 0, ticket);
    return ahead;
  }

  /** Waits until the ticket's turn has come. */
  async function waitForTurn(ticket: Ticket, signal: AbortSignal | undefined, turn: Turn) {
    let isTold = false;
    let toldUntil = performance.now() + momentMs;
    let knownAt = performance.now();
    for (;;) {
      const now = performance.now();
      const ahead = lineUp(ticket, now);
      const closure = budget.closure(now);
      if (closure && (closure.isForTheDay || closure.until - now > (turn.maxWaitMs ?? Infinity))) {
        throw new BudgetSpent(closure.news);
      }
      const { free, at } = budget.room(now);
      if (free > ahead) return;
      // The longer an answer takes, the less a little more matters.
      const lookMs = Math.max(firstLookMs, (now - knownAt) / 5) + ahead / 20;
      const ms = at === undefined ? undefined : Math.max(at - now, 0) + budget.passMs(ahead);
      // Places may come earlier than was known: others give theirs back, or a window has begun.
      const longestMs = Math.min(Math.max(budget.intervalMs() / 10, momentMs), longestSleepMs);
      const sleepMs = Math.ceil(Math.min(ms || lookMs, longestMs));
      const isNews = ms === undefined ? !isTold && now > toldUntil : now + ms > toldUntil;
      if (isNews) {
        turn.onWait?.({ ahead, ms: ms === undefined ? ms : Math.ceil(ms) });
        isTold = true;
        toldUntil = now + (ms ?? 0) + momentMs;
      }
      ticket.looksAt = now + sleepMs;
      await sleep(sleepMs, signal);
      if (at !== undefined) knownAt = performance.now();
    }
  }

  const queue: Queue = {
    async waitForPlace(signal, turn = {}) {
      if (signal?.aborted) throw signal.reason;
      const number = isQueued(turn.again) ? turn.again.number : nextNumber++;
      const now = performance.now();
      if (waiting.length > 0 || budget.room(now).free === 0) {
        const ticket = { number, looksAt: now };
        try {
          await waitForTurn(ticket, signal, turn);
        } finally {
          leave(ticket);
        }
      }
      return { place: budget.take(performance.now()), number, queue };
    },
    learn: (news, { place }) => budget.learn(performance.now(), news, place),
    isIdle: (now) => waiting.length === 0 && budget.isIdle(now),
  };
  return queue;
}
