// Waiting that an abort ends at once, and that leaves neither timer nor listener behind.

/** A timer takes 31 bits, and fires at once for more. */
export const longestTimerMs = 2 ** 31 - 1;

/** Waits for `work`, or until the signal aborts, whichever comes first. */
export async function abortable<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    // In a function of its own, so that work that throws at once rejects as well.
    (async () => work())()
      .then(resolve, reject)
      .then(() => signal.removeEventListener("abort", onAbort));
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
