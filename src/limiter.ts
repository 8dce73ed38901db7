import { defaultIntervalMs, isDaySpent, pauseMsIn, rateLimitIn } from "./rate-limit.js";
import { onAbort } from "./time.js";

/** What a limiter reads of an answer. */
export interface LimitedAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** With what the server says of the budget. */
  readonly headers: Headers;
}

/** What a limiter knows of a request. */
export interface LimiterContext {
  /** Aborted when the call is to wait no longer. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the call was refused before: it goes before those that wait. Default: false. */
  readonly isRetry?: boolean;
  /**
   * The longest that a 429 may stop the call, in milliseconds; one that is stopped for longer gets that
   * 429 for its answer. Default: as long as it takes.
   */
  readonly maxWaitMs?: number;
  /** Called when the call has to wait; with the milliseconds, where they are known. */
  readonly onWait?: (ms: number | undefined) => void;
}

/**
 * Calls `send` when the budget of `key` has room, and gives its answer. One of your own may do so when
 * it likes; it calls `send` once.
 *
 * @param key - The location and the server, as `locationId@origin`.
 */
export type Limiter = <A extends LimitedAnswer>(
  key: string,
  send: () => Promise<A>,
  context: LimiterContext,
) => Promise<A>;

/** A number of requests in any span of time. */
export interface Budget {
  /** How many requests, a whole number from 1 up. */
  readonly limit: number;
  /** In milliseconds. */
  readonly intervalMs: number;
}

/** HighLevel's budget, until an answer says otherwise. */
const defaultBudget: Budget = { limit: 100, intervalMs: defaultIntervalMs };

/** In flight before an answer has said what is left. */
const firstFew = 10;

/**
 * Makes a limiter for the calls of this process. It counts for each key by itself, and learns from the
 * answers what the server allows and what is left.
 *
 * @param bound - The most that it lets through; the server's figures apply where they are lower.
 * Default: what the server says, and until then HighLevel's 100 requests in 10 seconds.
 * @throws TypeError for a bound that lets nothing through.
 */
export function createLimiter(bound?: Budget): Limiter {
  if (bound && !(Number.isInteger(bound.limit) && bound.limit > 0 && bound.intervalMs > 0)) {
    throw new TypeError("createLimiter: `limit` must be a whole number, and both more than 0");
  }
  const queues = new Map<string, ReturnType<typeof createQueue>>();
  let tidyAt = 1000;
  return (key, send, context) => {
    if (queues.size >= tidyAt) {
      for (const [idle, { isIdle }] of queues) if (isIdle()) queues.delete(idle);
      tidyAt = Math.max(1000, queues.size * 2);
    }
    const queue = queues.get(key) ?? createQueue(bound);
    queues.set(key, queue);
    return queue.run(send, context);
  };
}

/** What `setTimeout` takes. */
const maxTimeoutMs = 2 ** 31 - 1;

/** A call that waits for its turn. */
interface Waiting extends LimiterContext {
  /** Starts the call, or ends it with the 429 that stops it. */
  readonly settle: (refusal?: LimitedAnswer) => void;
}

function createQueue(bound: Budget | undefined) {
  let server = bound ?? defaultBudget;
  let inFlight = 0;
  /** When requests ended. Whenever the server counted one, that was earlier. */
  const endedAt: number[] = [];
  /** The most in flight: what the server says is left. */
  let left = firstFew;
  let pausedUntil = 0;
  /** The 429 that stops all calls until `pausedUntil`, if it is a 429 that does. */
  let refusal: LimitedAnswer | undefined;
  const retries = new Set<Waiting>();
  const others = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isAnyWaiting = () => retries.size + others.size > 0;
  /** How long a request counts after it has ended. */
  const countedMs = () => Math.max(server.intervalMs, bound?.intervalMs ?? 0);

  /** When a budget has room for one more; Infinity where an answer in flight will tell. */
  function roomAt({ limit, intervalMs }: Budget): number {
    const free = limit - inFlight;
    if (free <= 0) return Infinity;
    const lastOfFullWindow = endedAt.at(-free);
    return lastOfFullWindow === undefined ? 0 : lastOfFullWindow + intervalMs;
  }

  /** When the next request may be sent; Infinity where an answer in flight will tell. */
  function opensAt(): number {
    if (inFlight >= left) return Infinity;
    return Math.max(pausedUntil, roomAt(server), bound ? roomAt(bound) : 0);
  }

  /** Whether a 429 stops the call for longer than it waits. */
  function isStopped({ maxWaitMs = Infinity }: LimiterContext): boolean {
    const pauseMs = pausedUntil - performance.now();
    if (refusal === undefined || pauseMs <= 0) return false;
    return pauseMs > maxWaitMs || isDaySpent(refusal.headers);
  }

  /** Takes over what an answer says of the budget. */
  function report(answer: LimitedAnswer): void {
    const now = performance.now();
    const { limit, intervalMs, remaining, dailyRemaining } = rateLimitIn(answer.headers);
    server = { limit: limit || server.limit, intervalMs: intervalMs || server.intervalMs };
    const isRefused = answer.status === 429;
    // An answer to a request from before a pause says nothing of the time after it.
    if (now < pausedUntil && !isRefused) return;
    left = Math.min(remaining ?? firstFew, dailyRemaining ?? Infinity);
    if (!isRefused && left > 0) return;
    const endsAt = now + pauseMsIn(answer.headers, server.intervalMs);
    left = isRefused || dailyRemaining === 0 ? 1 : firstFew; // after the pause so many find out
    if (endsAt < pausedUntil && dailyRemaining !== 0) return;
    pausedUntil = Math.max(pausedUntil, endsAt);
    refusal = isRefused ? answer : undefined;
    for (const call of [...retries, ...others]) if (isStopped(call)) call.settle(answer);
  }

  /** Starts the calls whose turn has come. */
  function wake(): void {
    clearTimeout(timer);
    for (;;) {
      const [next] = retries.size > 0 ? retries : others;
      if (next === undefined) return;
      const waitMs = opensAt() - performance.now();
      if (waitMs > 0) {
        if (waitMs < Infinity) timer = setTimeout(wake, Math.min(waitMs + 1, maxTimeoutMs));
        return;
      }
      inFlight++;
      next.settle();
    }
  }

  /** Takes a slot for a request, or gives the 429 that is the call's answer. */
  async function acquire(context: LimiterContext): Promise<LimitedAnswer | undefined> {
    if (isStopped(context)) return refusal;
    const now = performance.now();
    if (!isAnyWaiting() && opensAt() <= now) {
      inFlight++;
      return undefined;
    }
    context.onWait?.(pausedUntil > now ? pausedUntil - now : undefined);
    const { signal } = context;
    signal?.throwIfAborted();
    const queue = context.isRetry ? retries : others;
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, (reason) => {
        queue.delete(call);
        if (!isAnyWaiting()) clearTimeout(timer); // it would keep the process alive
        reject(reason);
      });
      const call: Waiting = {
        ...context,
        settle(refusal) {
          queue.delete(call);
          leave();
          resolve(refusal);
        },
      };
      queue.add(call);
      wake();
    });
  }

  return {
    async run<A extends LimitedAnswer>(
      send: () => Promise<A>,
      context: LimiterContext,
    ): Promise<A> {
      const refused = await acquire(context);
      if (refused !== undefined) return refused as A; // the answer of an earlier `send`
      try {
        const answer = await send();
        report(answer);
        return answer;
      } finally {
        const now = performance.now();
        inFlight--;
        endedAt.push(now);
        while ((endedAt[0] ?? now) <= now - countedMs()) endedAt.shift();
        wake();
      }
    },
    /** Whether nothing that counts would be lost by forgetting the queue. */
    isIdle(): boolean {
      const countsUntil = (endedAt.at(-1) ?? 0) + countedMs();
      const isUsed = inFlight > 0 || isAnyWaiting();
      return !isUsed && performance.now() >= Math.max(pausedUntil, countsUntil);
    },
  };
}
