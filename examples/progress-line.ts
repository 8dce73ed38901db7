// A line that says how far many calls are: how many are done and failed, what they wait for, and when
// the last will be done.
//
//   const progress = createProgress(collections.length);
//   const highlevel = createClient({ locationId, token, onEvent: progress.onEvent });
//   const stop = show(() => progress.line({ done, failed, unknown }));

import type { ClientEvent, RateLimit } from "highlevel-product-collections";

/** How the calls ended so far. */
export interface Tally {
  readonly done: number;
  readonly failed: number;
  /** How many of them may have created their collection all the same. */
  readonly unknown: number;
}

const reasons = {
  budget: "the rate limit",
  retry: "the time to send again",
  token: "a token",
};

/**
 * @param total - How many there are to do.
 * @param doneBefore - How many an earlier run has done, which say nothing of this one's speed.
 */
export function createProgress(total: number, doneBefore = 0, now: () => number = Date.now) {
  const startedAt = now();
  let rateLimit: RateLimit | undefined;
  let waiting: { readonly for: string; readonly until: number | undefined } | undefined;
  let lastError: string | undefined;

  /** The slower of what was seen so far and of what the rate limit allows. */
  function secondsLeft(done: number): number | undefined {
    const left = total - done;
    const elapsed = now() - startedAt;
    const seen = done > doneBefore ? (elapsed / (done - doneBefore)) * left : undefined;
    const { limit, intervalMs } = rateLimit ?? {};
    const allowed = limit && intervalMs ? Math.floor(left / limit) * intervalMs : 0;
    return seen === undefined ? undefined : Math.max(seen, allowed) / 1000;
  }

  return {
    onEvent(event: ClientEvent): void {
      if (event.type === "waiting") {
        const until = event.ms === undefined ? undefined : now() + event.ms;
        waiting = { for: reasons[event.reason], until };
      } else if (event.type === "attempt") {
        waiting = undefined;
        lastError = event.error?.message;
        rateLimit = event.rateLimit ?? rateLimit;
      }
    },

    line({ done, failed, unknown }: Tally): string {
      const parts = [`${done} of ${total} done`];
      if (failed > 0) parts.push(`${failed} failed`);
      if (unknown > 0) parts.push(`${unknown} may exist`);
      if (done < total && waiting !== undefined) {
        const seconds = Math.ceil(((waiting.until ?? 0) - now()) / 1000);
        parts.push(`waiting ${seconds > 0 ? `${inWords(seconds)} ` : ""}for ${waiting.for}`);
      }
      if (done < total && lastError !== undefined) parts.push(lastError);
      const seconds = secondsLeft(done);
      if (done < total && seconds !== undefined) {
        parts.push(`the last in about ${inWords(Math.ceil(seconds))}`);
      }
      const { dailyRemaining = Number.POSITIVE_INFINITY } = rateLimit ?? {};
      if (total - done > dailyRemaining) parts.push(`${dailyRemaining} more today`);
      return parts.join(", ");
    },
  };
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}

/** Shows a line on the terminal, and keeps it up to date until it is stopped. */
export function show(line: () => string, stream = process.stderr): () => void {
  // A log file has no use for four lines in a second.
  const draw = () => stream.write(stream.isTTY ? `\r\x1b[K${line()}` : `${line()}\n`);
  const timer = setInterval(draw, stream.isTTY ? 250 : 10_000).unref();
  return () => {
    clearInterval(timer);
    draw();
    if (stream.isTTY) stream.write("\n");
  };
}
