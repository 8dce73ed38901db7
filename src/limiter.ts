import { defaultIntervalMs, isDaySpent, pauseMsIn, rateLimitIn } from "./rate-limit.js";
import { onAbort } from "./time.js";

/** The parts of a response that a limiter reads. */
export interface LimitedResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers, in which the server states the budget. */
  readonly headers: Headers;
}

/** What a limiter is told of a request. */
export interface LimiterContext {
  /** Takes the call out of the queue when it aborts. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the call was sent before: it then goes before the calls that wait. Default: false. */
  readonly isRetry?: boolean;
  /**
   * The longest wait in milliseconds that the call accepts from a 429 of an earlier call; if it asks for
   * more, that 429 is the call's answer. Default: no limit.
   */
  readonly maxWaitMs?: number;
  /** Called when the call has to wait, with the time in milliseconds if it is known. Default: none. */
  readonly onWait?: (ms: number | undefined) => void;
}

/**
 * Calls `send` once when the budget of `key` has room, and returns its answer. A limiter of your own
 * decides for itself when to call it.
 *
 * @param key - The location and the server, as `locationId@origin`.
 * @param send - Sends the request.
 */
export interface Limiter {
  <A extends LimitedResponse>(
    key: string,
    send: () => Promise<A>,
    context: LimiterContext,
  ): Promise<A>;
  /**
   * Whether it makes a call that was refused with a 429 wait as that 429 says, and lets it go first.
   * Otherwise the client waits before it calls the limiter again. Default: false.
   */
  readonly holdsRefused?: boolean;
}

/** The most requests in any interval of a given length. */
export interface Budget {
  /** The number of requests: a whole number, at least 1. */
  readonly limit: number;
  /** The length of the interval in milliseconds, more than 0. */
  readonly intervalMs: number;
}

/** HighLevel's budget, until a response states another. */
const defaultBudget: Budget = { limit: 100, intervalMs: defaultIntervalMs };

/** The most in flight before a response has stated what is left. */
const initialConcurrency = 10;

/**
 * Makes a limiter for the calls of this process. It counts each key's requests apart, and reads from the
 * answers what the server allows and what is left.
 *
 * @param bound - An upper bound; the server's figures apply where they are lower. Default: the server's
 * figures, and HighLevel's 100 requests in 10 seconds until a response states them.
 * @throws TypeError for a bound that lets nothing through.
 */
export function createLimiter(bound?: Budget): Limiter {
  if (bound && !(Number.isInteger(bound.limit) && bound.limit > 0 && bound.intervalMs > 0)) {
    throw new TypeError(
      "createLimiter: `limit` must be a whole number from 1 up, and `intervalMs` more than 0",
    );
  }
  const queues = new Map<string, ReturnType<typeof createQueue>>();
  let pruneAt = 1000;
  const limiter: Limiter = (key, send, context) => {
    if (queues.size >= pruneAt) {
      for (const [idle, { isIdle }] of queues) if (isIdle()) queues.delete(idle);
      pruneAt = Math.max(1000, queues.size * 2);
    }
    const queue = queues.get(key) ?? createQueue(bound);
    queues.set(key, queue);
    return queue.run(send, context);
  };
  return Object.assign(limiter, { holdsRefused: true });
}

/** The longest delay of `setTimeout`. */
const maxTimeoutMs = 2 ** 31 - 1;

/** A call that waits for its turn. */
interface Waiting extends LimiterContext {
  /** Starts the call, or ends it with the 429 that stops it. */
  readonly settle: (refusal?: LimitedResponse) => void;
}

function createQueue(bound: Budget | undefined) {
  let server = bound ?? defaultBudget;
  let inFlight = 0;
  /** When requests ended: the server counted each of them earlier than that. */
  const endedAt: number[] = [];
  /** The most in flight: as many as the server states are left. */
  let maxInFlight = initialConcurrency;
  let pausedUntil = 0;
  /** The 429 that stops all calls until `pausedUntil`; undefined if a spent budget does. */
  let refusal: LimitedResponse | undefined;
  const retries = new Set<Waiting>();
  const others = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isAnyWaiting = () => retries.size + others.size > 0;
  /** How long a request counts after it has ended. */
  const countedMs = () => Math.max(server.intervalMs, bound?.intervalMs ?? 0);

  /** When a budget has room for one more; Infinity if a request in flight has to end first. */
  function roomAt({ limit, intervalMs }: Budget): number {
    const free = limit - inFlight;
    if (free <= 0) return Infinity;
    const lastOfFullWindow = endedAt.at(-free);
    return lastOfFullWindow === undefined ? 0 : lastOfFullWindow + intervalMs;
  }

  /** When the next request may be sent; Infinity if a request in flight has to end first. */
  function opensAt(): number {
    if (inFlight >= maxInFlight) return Infinity;
    return Math.max(pausedUntil, roomAt(server), bound ? roomAt(bound) : 0);
  }

  /** Whether a 429 stops the call for longer than the call accepts. */
  function isStopped({ maxWaitMs = Infinity }: LimiterContext): boolean {
    const pauseMs = pausedUntil - performance.now();
    if (refusal === undefined || pauseMs <= 0) return false;
    return pauseMs > maxWaitMs || isDaySpent(refusal.headers);
  }

  /** Updates the budget from a response. */
  function report(answer: LimitedResponse): void {
    const now = performance.now();
    const { limit, intervalMs, remaining, dailyRemaining } = rateLimitIn(answer.headers);
    server = { limit: limit || server.limit, intervalMs: intervalMs || server.intervalMs };
    const isRefused = answer.status === 429;
    // A response to a request sent before the pause does not state what is left after it.
    if (now < pausedUntil && !isRefused) return;
    maxInFlight = Math.min(remaining ?? initialConcurrency, dailyRemaining ?? Infinity);
    if (!isRefused && maxInFlight > 0) return;
    const endsAt = now + pauseMsIn(answer.headers, server.intervalMs);
    maxInFlight = isRefused || dailyRemaining === 0 ? 1 : initialConcurrency; // the most in flight after the pause
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

  /** Takes a slot for a request, or returns the 429 that is the call's answer. */
  async function acquire(context: LimiterContext): Promise<LimitedResponse | undefined> {
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
    async run<A extends LimitedResponse>(
      send: () => Promise<A>,
      context: LimiterContext,
    ): Promise<A> {
      const refused = await acquire(context);
      if (refused !== undefined) return refused as A; // the response of an earlier `send`
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
    /** Whether the queue can be dropped: nothing in it affects a later request. */
    isIdle(): boolean {
      const countsUntil = (endedAt.at(-1) ?? 0) + countedMs();
      const isUsed = inFlight > 0 || isAnyWaiting();
      return !isUsed && performance.now() >= Math.max(pausedUntil, countsUntil);
    },
  };
}
