// Waiting that an abort ends at once, and that leaves neither timer nor listener behind.

/** A timer takes 31 bits, and fires at once for more. */
export const longestTimerMs = 2 ** 31 - 1;

/** Those who listen to a signal. */
const audiences = new WeakMap<AbortSignal, Set<() => void>>();

function tell(this: AbortSignal): void {
  for (const listener of audiences.get(this) ?? []) listener();
}

/**
 * Calls `listener` when the signal aborts, until the function that it gives is called. However many
 * calls share a signal, it has one listener: of more than ten Node.js warns.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  const audience = audiences.get(signal) ?? new Set<() => void>();
  audiences.set(signal, audience.add(listener));
  signal.addEventListener("abort", tell);
  return () => {
    audience.delete(listener);
    if (audience.size === 0) signal.removeEventListener("abort", tell);
  };
}

/** Waits for `work`, or until the signal aborts, whichever comes first. */
export function abortable<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
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
      timer = setTimeout(resolve, ms);
    });
  return abortable(slept, signal).finally(() => clearTimeout(timer));
}
