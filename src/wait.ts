// Waiting that ends: for work, for a time, or for work within a time. None leaves a timer or a
// listener behind.

/** Waits for `work`, or until the signal aborts, whichever comes first. */
export async function abortable<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Waits `ms` milliseconds, or until the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = () =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
  try {
    await abortable(slept, signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for `work` until `ms` milliseconds have passed or the signal aborts. The work is given a
 * signal that tells it to stop; the wait ends even if it does not listen.
 *
 * @param late - Makes the error for running out of time.
 */
export function bounded<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  late: () => Error,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const timer = setTimeout(() => stop(late()), ms);
    const onAbort = () => stop(signal?.reason);
    signal?.addEventListener("abort", onAbort);

    const cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const stop = (reason: unknown) => {
      cleanUp();
      reject(reason);
      controller.abort(reason);
    };
    work(controller.signal).then(resolve, reject).then(cleanUp);
  });
}
