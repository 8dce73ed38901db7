import type { RateLimit } from "./rate-limit.js";

/** What every event says. */
export interface EventContext {
  /** Which of the client's calls it is, from 1 up. */
  readonly call: number;
  readonly locationId: string;
}

/**
 * The call waits: always told before a `retry`; of a place or a token once the wait has lasted, or is
 * known to last, more than 100 ms. With the client's own limiter, what a 429 asks for is a place.
 */
export interface WaitingEvent extends EventContext {
  readonly type: "waiting";
  /**
   * For what: a place in the location's budget, the time to send again after a failure, or the token
   * provider.
   */
  readonly reason: "budget" | "retry" | "token";
  /** For how many milliseconds, where that is known. */
  readonly ms?: number | undefined;
  /** How many calls are ahead, where that is known. */
  readonly ahead?: number | undefined;
}

/** An attempt has ended: with an answer (`status`, `headers`, `rateLimit`) or without (`error`). */
export interface AttemptEvent extends EventContext {
  readonly type: "attempt";
  /** Which of the call's attempts it was, from 1 up. */
  readonly attempt: number;
  /** How long it took in milliseconds. */
  readonly ms: number;
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly error?: { readonly name: string; readonly message: string } | undefined;
}

/** The token was rejected with a 401, and the provider is asked for another. */
export interface RefreshingEvent extends EventContext {
  readonly type: "refreshing";
}

/** What the way of a request tells of. */
export type HttpEvent = WaitingEvent | AttemptEvent | RefreshingEvent;

/** An event without what all events of a call say. */
export type Happening<E> = E extends EventContext ? Omit<E, keyof EventContext> : never;

/** Tells those who listen; undefined where nobody does. The event is made anew for each of them. */
export type Emit<E> = ((make: () => Happening<E>) => void) | undefined;

/** Makes the {@link Emit} of a call. What a listener throws, or does to its event, changes nothing. */
export function createEmit<E extends EventContext>(
  listeners: readonly (((event: E) => unknown) | undefined)[],
  context: EventContext,
): Emit<E> {
  const present = listeners.filter((listener) => listener !== undefined);
  if (present.length === 0) return undefined;
  return (make) => {
    for (const listener of present) {
      (async () => listener({ ...context, ...make() } as unknown as E))().catch(() => {});
    }
  };
}

/** A wait for more than this is told of, in milliseconds. */
export const momentMs = 100;

/**
 * Does the work, and tells that the call waits for it if it takes more than a moment and has not told
 * so itself, with what it knows.
 */
export async function whileWaiting<T>(
  emit: Emit<HttpEvent>,
  reason: WaitingEvent["reason"],
  work: (onWait?: (known: Pick<WaitingEvent, "ms" | "ahead">) => void) => Promise<T>,
): Promise<T> {
  if (emit === undefined) return work();
  const tell = (known?: Pick<WaitingEvent, "ms" | "ahead">) => {
    clearTimeout(timer);
    emit(() => ({ type: "waiting", reason, ...known }));
  };
  const timer = setTimeout(tell, momentMs);
  try {
    return await work(tell);
  } finally {
    clearTimeout(timer);
  }
}
