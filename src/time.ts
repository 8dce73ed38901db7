/** What {@link inTime} rejects with when the time has run out. */
export const outOfTime = /* @__PURE__ */ Symbol("out of time");

/**
 * Does the work, unless the time runs out or the caller aborts first. Then the signal that the work is
 * given aborts; a fetch or a token provider that does not listen to it is left alone.
 */
export async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  callersSignal: AbortSignal | undefined,
): Promise<T> {
  callersSignal?.throwIfAborted();
  const own = new AbortController();
  let end = (_reason: unknown) => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => {
      own.abort(reason);
      reject(reason);
    };
  });
  // A signal of this work alone: Node.js warns of a signal with many listeners.
  const signal = callersSignal && AbortSignal.any([callersSignal]);
  const abort = () => end(signal?.reason);
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(() => end(outOfTime), ms);
  try {
    return await Promise.race([work(own.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Waits, unless the signal aborts first. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0) return;
  const forEver = () => new Promise<never>(() => {});
  await inTime(forEver, ms, signal).catch((reason: unknown) => {
    if (reason !== outOfTime) throw reason;
  });
}
