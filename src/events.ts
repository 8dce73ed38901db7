import type { RateLimit } from "./rate-limit.js";
import type { Issue } from "./validate.js";

/** The fields of every event. */
export interface EventContext {
  /** The number of the call, counted by the client from 1. */
  readonly call: number;
  /** The client's location. */
  readonly locationId: string;
}

/** A request begins; it is in flight until its `attempt` event. */
export interface SendingEvent extends EventContext {
  readonly type: "sending";
  /** The number of the request, counted by the call from 1. */
  readonly attempt: number;
}

/** A request has ended: with a response, or with an error. */
export interface AttemptEvent extends EventContext {
  readonly type: "attempt";
  /** The number of the request, counted by the call from 1. */
  readonly attempt: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** The HTTP status; absent if none arrived. */
  readonly status?: number;
  /** The budget as the response stated it; absent if no status arrived. */
  readonly rateLimit?: RateLimit;
  /** The error; absent if the response arrived complete. */
  readonly error?: { readonly name: string; readonly message: string };
}

/** The call waits: for the rate limit, or before it sends again after a failure that created nothing. */
export interface WaitingEvent extends EventContext {
  readonly type: "waiting";
  readonly reason: "rate limit" | "retry";
  /** How long, in milliseconds; undefined where that is not known. */
  readonly ms: number | undefined;
}

/** The token was rejected with a 401, and the provider is asked for another. */
export interface RefreshingEvent extends EventContext {
  readonly type: "refreshing";
}

/** A usable response violates the contract. */
export interface DriftEvent extends EventContext {
  readonly type: "drift";
  /** The HTTP status. */
  readonly status: number;
  /** Each violation, with its place in the body. */
  readonly issues: readonly Issue[];
  /** The whole body, parsed. */
  readonly body: unknown;
}

/** The call has ended. It is the last event of each call, and each has one. */
export interface FinishedEvent extends EventContext {
  readonly type: "finished";
  /** How long the call took, waits included, in milliseconds. */
  readonly ms: number;
  /** How many requests it sent. */
  readonly attempts: number;
  /** The error; absent if the collection was created. */
  readonly error?: {
    readonly name: string;
    readonly message: string;
    /** Whether the collection may exist in spite of the error. */
    readonly mayHaveCreated: boolean;
  };
}

/** An event of a client. It holds no token. */
export type ClientEvent =
  | SendingEvent
  | AttemptEvent
  | WaitingEvent
  | RefreshingEvent
  | DriftEvent
  | FinishedEvent;

/** A listener to a client's events. Its errors and rejections are ignored. */
export type EventListener = (event: ClientEvent) => unknown;

type WithoutContext<E> = E extends EventContext ? Omit<E, keyof EventContext> : never;

/** Emits an event; undefined without listeners. */
export type Emit = ((event: WithoutContext<ClientEvent>) => void) | undefined;

/** Makes the {@link Emit} of one call. */
export function createEmit(
  listeners: readonly (EventListener | undefined)[],
  context: EventContext,
): Emit {
  const present = listeners.filter((listener) => listener !== undefined);
  if (present.length === 0) return undefined;
  let isFinished = false;
  return (event) => {
    if (isFinished) return; // a custom limiter may report a wait when the call has ended
    isFinished = event.type === "finished";
    for (const listener of present) {
      (async () => listener({ ...context, ...event }))().catch(() => {});
    }
  };
}
