import { type Budget, type BudgetNews, createBudget } from "./budget.js";
import { momentMs } from "./events.js";
import { isObject } from "./is-object.js";
import type { Place } from "./told-count.js";
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
  /** The place that this call had before, if it had one: such a call goes first. */
  readonly again?: unknown;
  /** The longest that a 429 may stop the call, in milliseconds. */
  readonly maxWaitMs?: number;
  /** Told of each wait of more than a moment. */
  readonly onWait?: ((wait: PlaceWait) => void) | undefined;
}

/** How soon a call looks again that waits for an answer under way, in milliseconds. */
const firstLookMs = 4;
/** The longest that a call waits without looking, in milliseconds; also a tenth of a window. */
const longestSleepMs = 1_000;
/** A call this late to look is gone, in milliseconds: on Workers its request may have ended. */
const graceMs = 2_000;

/** The budget is spent for longer than a call waits. */
export class BudgetSpent extends Error {
  /** The 429 that said so, with what is left of the wait that it named. */
  readonly news: BudgetNews;

  constructor(news: BudgetNews) {
    super("The rate limit is spent");
    this.news = news;
  }
}

/** A place, and what is needed to go on from it. */
export interface QueuedPlace {
  readonly place: Place;
  readonly number: number;
  readonly queue: Queue;
}

export interface Queue {
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

export function isQueued(place: unknown): place is QueuedPlace {
  return isObject(place) && "queue" in place;
}

/** The calls of one key that wait, in their order, and what is known of its budget. */
export function createQueue(bound: Budget | undefined): Queue {
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

  /** The number of a call: the one that it had with its place before, so that it goes first. */
  function numberFor(again: unknown): number {
    if (!isQueued(again)) return nextNumber++;
    // Those of a queue that was let go meanwhile go before all of this one.
    const number = again.number - (again.queue === queue ? 0 : 1e9);
    return waiting[aheadOf(number)]?.number === number ? nextNumber++ : number;
  }

  function leave(ticket: Ticket): void {
    const at = aheadOf(ticket.number);
    if (waiting[at] === ticket) waiting.splice(at, 1);
  }

  /** Lets those who are gone go, and gives how many waited before that. */
  function letGo(now: number): number {
    const { length } = waiting;
    while (waiting[0] && waiting[0].looksAt + graceMs < now) waiting.shift();
    return length;
  }

  /** Takes the ticket's place among those who wait, and gives how many are ahead. */
  function lineUp(ticket: Ticket, now: number): number {
    letGo(now);
    const ahead = aheadOf(ticket.number);
    if (waiting[ahead] !== ticket) waiting.splice(ahead, 0, ticket);
    return ahead;
  }

  /** Waits until the ticket's turn has come. */
  async function waitForTurn(ticket: Ticket, signal: AbortSignal | undefined, turn: Turn) {
    let isAnnounced = false;
    let toldUntil = performance.now() + momentMs;
    let knownAt = performance.now();
    for (;;) {
      const now = performance.now();
      const ahead = lineUp(ticket, now);
      const closure = budget.closure(now);
      if (closure && (closure.isForTheDay || closure.until - now > (turn.maxWaitMs ?? Infinity))) {
        const { news, isForTheDay, until } = closure;
        const isUnknown = isForTheDay && news.retryAfterMs === undefined;
        throw new BudgetSpent(isUnknown ? news : { ...news, retryAfterMs: Math.ceil(until - now) });
      }
      const { free, at } = budget.room(now);
      if (free > ahead) return;
      // The longer an answer takes, the less a little more matters.
      const lookMs = Math.max(firstLookMs, (now - knownAt) / 5) + ahead / 20;
      const ms = at === undefined ? undefined : Math.max(at - now, 0) + budget.passMs(ahead - free);
      // Places may come earlier than was known: others give theirs back, or a window has begun.
      const longestMs = Math.min(Math.max(budget.intervalMs() / 10, momentMs), longestSleepMs);
      const sleepMs = Math.ceil(Math.min(ms || lookMs, longestMs));
      const isNews = ms === undefined ? !isAnnounced && now > toldUntil : now + ms > toldUntil;
      if (isNews) {
        turn.onWait?.({ ahead, ms: ms === undefined ? ms : Math.ceil(ms) });
        isAnnounced = ms === undefined;
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
      const number = numberFor(turn.again);
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
    // Who only seems to be gone, after the process stood still, lines up again before it is next asked.
    isIdle: (now) => !letGo(now) && budget.isIdle(now),
  };
  return queue;
}
