import type { BudgetNews } from "./budget.js";
import { type Emit, type HttpEvent, whileWaiting } from "./events.js";
import type { RateLimiter } from "./limiter.js";
import { abortable } from "./wait.js";

/** What of a call matters while it waits for a place. */
export interface PlaceContext {
  readonly signal: AbortSignal | undefined;
  readonly maxWaitMs: number;
  readonly emit: Emit<HttpEvent>;
}

/** The places in one location's budget, whoever keeps it. */
export interface Places {
  /** Waits for a place; `again` is that of the call's last attempt. */
  readonly wait: (context: PlaceContext, again: unknown) => Promise<unknown>;
  /** Says what came of a place: the answer, or undefined where nothing was sent. */
  readonly learn: (news: BudgetNews | undefined, place: unknown) => void;
  /** Whether the waits after a 429 are kept here, and so not by each call on its own. */
  readonly keepsWaits: boolean;
}

/** Makes the {@link Places} of a client; without a limiter every request has its place at once. */
export function createPlaces(limiter: RateLimiter | false, key: string): Places {
  if (limiter === false) {
    return { wait: async () => undefined, learn: () => {}, keepsWaits: false };
  }
  const learn: Places["learn"] = (news, place) => {
    // What was created is returned, whatever a limiter makes of the answer.
    (async () => limiter.learn?.(key, news, place))().catch(() => {});
  };
  const wait: Places["wait"] = ({ signal, maxWaitMs, emit }, again) =>
    whileWaiting(emit, "budget", async (onWait) => {
      const place = (async () => limiter.waitForPlace(key, signal, { again, maxWaitMs, onWait }))();
      try {
        return await abortable(() => place, signal);
      } catch (error) {
        // A place that comes in spite of the abort is given back.
        place.then((late) => learn(undefined, late)).catch(() => {});
        throw error;
      }
    });
  return { wait, learn, keepsWaits: typeof limiter.learn === "function" };
}
