// Waiting that an abort ends at once, and that leaves neither timer nor listener behind.

/** A timer takes 31 bits, and fires at once for more. */
export const longestTimerMs = 2 ** 31 - 1;

/** What follows a signal for all calls that share it: of more than ten listeners Node.js warns. */
interface Follower {
  readonly signals: readonly AbortSignal[];
  readonly listeners: Set<() => void>;
  readonly notify: () => void;
}

const followers = new WeakMap<AbortSignal, Follower>();

function followerOf(signal: AbortSignal): Follower {
  let follower = followers.get(signal);
  if (follower === undefined) {
    const listeners = new Set<() => void>();
    const notify = () => {
      // Once each, although two signals tell of the same abort.
      for (const listener of listeners) {
        listeners.delete(listener);
        listener();
      }
    };
    follower = { signals: [signal, ...derivedFrom(signal)], listeners, notify };
    followers.set(signal, follower);
  }
  return follower;
}

/**
 * A signal of our own: a listener of the caller's can keep an event of its signal from ours. For a
 * signal of another realm, as jsdom's are, there is none, or on Node.js 20 one that never aborts: so
 * the caller's own is followed as well.
 */
function derivedFrom(signal: AbortSignal): AbortSignal[] {
  try {
    return [AbortSignal.any([signal])];
  } catch {
    return [];
  }
}

/** Calls `listener` when the signal aborts, until the function that it gives is called. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  const { signals, listeners, notify } = followerOf(signal);
  if (listeners.size === 0) for (const it of signals) follow(it, "addEventListener", notify);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    for (const it of signals) follow(it, "removeEventListener", notify);
  };
}

function follow(
  signal: AbortSignal,
  method: "addEventListener" | "removeEventListener",
  notify: () => void,
): void {
  try {
    signal[method]("abort", notify);
  } catch {
    // A signal that throws is not followed; it is looked at between the steps of a call.
  }
}

/** Waits for `work`, or until the signal aborts: then it rejects with the signal's reason. */
export function abortable<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work();
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const off = onAbort(signal, () => {
      off();
      reject(signal.reason);
    });
    // In a function of its own, so that work that throws at once rejects as well.
    (async () => work())().then(resolve, reject).then(off);
  });
}

/** Waits `ms` milliseconds, or until the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = () =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(ms, longestTimerMs));
    });
  return abortable(slept, signal).finally(() => clearTimeout(timer));
}
