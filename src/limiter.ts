import { defaultIntervalMs, isDaySpent, pauseMsIn, rateLimitIn } from "./rate-limit.js";
import { maxTimerMs, onAbort } from "./time.js";

/** The parts of a response that a limiter reads. */
export interface LimitedResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers, in which the server states the budget. */
  readonly headers: Headers;
}

/** Context passed to the limiter with each request. */
export interface LimiterContext {
  /** Takes the call out of the queue when it aborts. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the call was sent before: it then goes before the calls that wait. Default: false. */
  readonly isRetry?: boolean;
  /**
   * The longest wait in milliseconds that the call accepts from a 429; if it asks for more, that 429 is
   * the call's response. Default: no limit.
   */
  readonly maxWaitMs?: number;
  /**
   * Called when the call has to wait, with the milliseconds until the queue moves on if they are known.
   * Default: none.
   */
  readonly onWait?: (ms: number | undefined) => void;
  /**
   * Whether the request was sent, or may have been, once `send` has ended: one that was not sent does not
   * count. Default: it was.
   */
  readonly wasSent?: () => boolean;
}

/**
 * Calls `send` once when the budget of `key` has room, and returns its response. A limiter of your own
 * decides for itself when to call it.
 *
 * @param key - The location and the server, as `locationId@origin`.
 * @param send - Sends the request.
 */
export interface Limiter {
  <R extends LimitedResponse>(
    key: string,
    send: () => Promise<R>,
    context: LimiterContext,
  ): Promise<R>;
  /**
   * True if the limiter delays a call after a 429 and requeues it first; otherwise the client waits before
   * it calls the limiter again. Default: false.
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
 * responses what the server allows and what is left.
 *
 * @param bound - An upper bound; the server's figures apply where they are lower. Default: the server's
 * figures, and HighLevel's 100 requests in 10 seconds until a response states them.
 * @throws TypeError for a bound that lets nothing through.
 */
export function createLimiter(bound?: Budget): Limiter {
  const { limit, intervalMs } = bound ?? defaultBudget;
  // A text, such as one from the environment, would bound nothing.
  if (!(Number.isInteger(limit) && limit > 0 && Number.isFinite(intervalMs) && intervalMs > 0)) {
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
  /** The most in flight: as many as the server last stated are left. */
  let maxInFlight = initialConcurrency;
  /** Until when that holds where a response states nothing, as a gateway's does. */
  let statedUntil = 0;
  let pausedUntil = 0;
  /** The 429 that stops all calls until `pausedUntil`; undefined if a spent budget does. */
  let refusal: LimitedResponse | undefined;
  const retries = new Set<Waiting>();
  const others = new Set<Waiting>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer is due; Infinity without one. */
  let dueAt = Infinity;
  /** How far timers were ahead of `performance`: a test's fake timers may leave that one real. */
  let aheadMs = 0;

  const now = () => performance.now() + aheadMs;
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
    const pauseMs = pausedUntil - now();
    if (refusal === undefined || pauseMs <= 0) return false;
    return pauseMs > maxWaitMs || isDaySpent(refusal.headers);
  }

  /** Updates the budget from a response. */
  function report(response: LimitedResponse): void {
    const { limit, intervalMs, remaining, dailyRemaining } = rateLimitIn(response.headers);
    server = { limit: limit || server.limit, intervalMs: intervalMs || server.intervalMs };
    const isRefused = response.status === 429;
    // A response to a request sent before the pause does not state what is left after it.
    if (now() < pausedUntil && !isRefused) return;
    const left = isRefused ? 0 : Math.min(remaining ?? Infinity, dailyRemaining ?? Infinity);
    if (left === Infinity && now() < statedUntil) return;
    statedUntil = left > 0 ? now() + server.intervalMs : 0;
    maxInFlight = left > 0 && left < Infinity ? left : initialConcurrency;
    if (left > 0) return;
    if (isRefused || dailyRemaining === 0) maxInFlight = 1; // after the pause one request probes
    const endsAt = now() + pauseMsIn(response, server.intervalMs);
    if (endsAt < pausedUntil && dailyRemaining !== 0) return;
    pausedUntil = Math.max(pausedUntil, endsAt);
    refusal = isRefused ? response : undefined;
    for (const call of [...retries, ...others]) if (isStopped(call)) call.settle(response);
  }

  /** Starts the calls whose turn has come, and sets the timer for the next one. */
  function wake(): void {
    for (;;) {
      const [next] = retries.size > 0 ? retries : others;
      const at = next ? opensAt() : Infinity;
      if (next === undefined || at > now()) {
        setTimer(at);
        return;
      }
      inFlight++;
      next.settle();
    }
  }

  /** Keeps a timer for the same moment: calls that keep coming would put off one on a test's clock. */
  function setTimer(at: number): void {
    if (at === dueAt) return;
    clearTimeout(timer); // it would keep the process alive
    dueAt = at;
    if (at === Infinity) return;
    const delayMs = at - now() + 1;
    const onTime = () => {
      // Its moment has come, whatever `performance` says.
      if (delayMs <= maxTimerMs) aheadMs += Math.max(0, at - now());
      dueAt = Infinity;
      wake();
    };
    timer = setTimeout(onTime, Math.min(delayMs, maxTimerMs));
  }

  /** Takes a slot for a request, or returns the 429 that is the call's response. */
  async function acquire(context: LimiterContext): Promise<LimitedResponse | undefined> {
    if (isStopped(context)) return refusal;
    const waitMs = opensAt() - now();
    if (!isAnyWaiting() && waitMs <= 0) {
      inFlight++;
      return undefined;
    }
    context.onWait?.(waitMs > 0 && waitMs < Infinity ? waitMs : undefined);
    const { signal } = context;
    signal?.throwIfAborted();
    const queue = context.isRetry ? retries : others;
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, (reason) => {
        queue.delete(call);
        if (!isAnyWaiting()) setTimer(Infinity);
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
    async run<R extends LimitedResponse>(
      send: () => Promise<R>,
      context: LimiterContext,
    ): Promise<R> {
      const refused = await acquire(context);
      if (refused !== undefined) return refused as R; // the response of an earlier `send`
      try {
        const response = await send();
        report(response);
        return response;
      } finally {
        inFlight--;
        const endsAt = now();
        if (context.wasSent?.() ?? true) endedAt.push(endsAt);
        while ((endedAt[0] ?? endsAt) <= endsAt - countedMs()) endedAt.shift();
        wake();
      }
    },
    /** Whether the queue can be dropped: nothing in it affects a later request. */
    isIdle(): boolean {
      const countsUntil = (endedAt.at(-1) ?? 0) + countedMs();
      const isUsed = inFlight > 0 || isAnyWaiting();
      return !isUsed && now() >= Math.max(pausedUntil, countsUntil);
    },
  };
}
