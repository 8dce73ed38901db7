import type { RateLimit } from "./rate-limit.js";
import type { Issue } from "./validate.js";

/** The fields of every event. */
interface EventContext {
  /** Which of the client's calls it is, from 1 up. */
  readonly call: number;
  readonly locationId: string;
}

/** A request has ended: with an answer, or with an error and the status of half an answer, if one came. */
export interface AttemptEvent extends EventContext {
  readonly type: "attempt";
  /** Which of the call's requests it was, from 1 up. */
  readonly attempt: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  readonly status?: number;
  readonly rateLimit?: RateLimit;
  readonly error?: { readonly name: string; readonly message: string };
}

/** The call waits, for the rate limit or to send again what created nothing. */
export interface WaitingEvent extends EventContext {
  readonly type: "waiting";
  readonly reason: "rate limit" | "retry";
  /** For how many milliseconds, where that is known. */
  readonly ms: number | undefined;
}

/** The token was rejected with a 401, and the provider is asked for another. */
export interface RefreshingEvent extends EventContext {
  readonly type: "refreshing";
}

/** A usable response violates the contract. */
export interface DriftEvent extends EventContext {
  readonly type: "drift";
  readonly status: number;
  /** Where in the body, and how. */
  readonly issues: readonly Issue[];
  /** The whole body, parsed. */
  readonly body: unknown;
}

/** A client's event. It holds no token. */
export type ClientEvent = AttemptEvent | WaitingEvent | RefreshingEvent | DriftEvent;

/** A listener to events. What it throws or rejects with is ignored. */
export type EventListener = (event: ClientEvent) => unknown;

type WithoutContext<E> = E extends EventContext ? Omit<E, keyof EventContext> : never;

/** Tells those who listen; undefined where nobody does. */
export type Emit = ((event: WithoutContext<ClientEvent>) => void) | undefined;

/** Makes the {@link Emit} of one call. */
export function createEmit(
  listeners: readonly (EventListener | undefined)[],
  context: EventContext,
): Emit {
  const present = listeners.filter((listener) => listener !== undefined);
  if (present.length === 0) return undefined;
  return (event) => {
    for (const listener of present) {
      (async () => listener({ ...context, ...event }))().catch(() => {});
    }
  };
}
