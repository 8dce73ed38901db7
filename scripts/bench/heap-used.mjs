import { setImmediate } from "node:timers/promises";

/** The bytes of the heap that are in use, once all garbage is collected. Needs --expose-gc. */
export async function heapUsed() {
  for (let times = 0; times < 5; times++) {
    await setImmediate();
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}
