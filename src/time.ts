/** The longest delay of `setTimeout`. */
export const maxTimerMs = 2 ** 31 - 1;

/** The reason that {@link withTimeout} rejects with at the time limit. */
export const timedOut = /* @__PURE__ */ Symbol("timed out");

/**
 * Does the work, but rejects as soon as the time runs out or the caller aborts. The signal given to the
 * work then aborts too; a fetch, a token provider or a limiter that ignores it is not waited for.
 *
 * @param ms - Infinity for no time limit.
 */
export async function withTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  callersSignal: AbortSignal | undefined,
): Promise<T> {
  const own = new AbortController();
  let end = (_reason: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      own.abort(reason);
      reject(reason);
    };
  });
  const leave = onAbort(callersSignal, end);
  if (callersSignal?.aborted) end(callersSignal.reason);
  const timer = ms < Infinity ? setTimeout(() => end(timedOut), ms) : undefined;
  try {
    return await Promise.race([work(own.signal), ended]);
  } finally {
    clearTimeout(timer);
    leave();
  }
}

/** Waits, unless the signal aborts first. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const forEver = () => new Promise<never>(() => {});
  await withTimeout(forEver, ms, signal).catch((reason: unknown) => {
    if (reason !== timedOut) throw reason;
  });
}

const listeners = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();

/**
 * Calls the listener with the reason when the signal aborts. Calls with the same signal share one listener
 * to it: Node.js warns of many, and `AbortSignal.any` leaks on Node.js 20 and 22.
 *
 * @returns A function that removes the listener.
 */
export function onAbort(
  signal: AbortSignal | undefined,
  listener: (reason: unknown) => void,
): () => void {
  if (!signal) return () => {};
  const shared = listeners.get(signal) ?? new Set();
  listeners.set(signal, shared);
  if (shared.size === 0) signal.addEventListener("abort", notify);
  shared.add(listener);
  return () => {
    if (!shared.delete(listener) || shared.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener("abort", notify);
  };
}

function notify({ target }: Event): void {
  const signal = target as AbortSignal; // nothing else is listened to
  for (const tell of listeners.get(signal) ?? []) tell(signal.reason);
}
