/** What became of the collection. */
export type Outcome = "created" | "not created" | "may have been created";

/** What an answer means for a caller. */
export interface Meaning {
  readonly outcome: Outcome;
  /** What to do now. */
  readonly advice: string;
}

const advice: Readonly<Record<number, string>> = {
  201: "Keep the id. Do not send the request again: it would create a second collection or be refused.",
  400: "Correct the request before you send it again.",
  401: "Get another token, then send the request again. It is safe to do so.",
  403: "Use a token of this location, or the location of this token. It is safe to send again.",
  422: "Correct the values that the answer names, then send the request again. It is safe to do so.",
  429: "Wait until the window has passed, or the day where the daily budget is spent, then send the same request again. It is safe to do so.",
};

const lookFirst =
  "Look in the location whether the collection is there before you send the request again.";

/**
 * What an answer means, by its status. Nothing was created where the contract documents the error, or
 * where the status is any 4xx; every other answer but the documented success leaves it open.
 */
export function meaningOf(status: number, isDocumented: boolean): Meaning {
  if (isDocumented && status >= 200 && status < 300) {
    return { outcome: "created", advice: advice[201] ?? "" };
  }
  if (isDocumented || (status >= 400 && status < 500)) {
    return {
      outcome: "not created",
      advice: advice[status] ?? "Correct the request before you send it again.",
    };
  }
  return { outcome: "may have been created", advice: lookFirst };
}

/** What it means that there was no answer, or none that can be read. */
export const noAnswer: Meaning = { outcome: "may have been created", advice: lookFirst };
