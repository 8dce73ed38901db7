import type { Answer } from "./answer.js";
import { connectionError } from "./connection.js";
import { TimeoutError, UnexpectedResponseError } from "./errors.js";
import { rateLimitIn } from "./rate-limit.js";
import { redactHeaders, redactText } from "./redact.js";
import { bounded } from "./wait.js";

/** A fetch: the platform's, a proxy's, a tracer's, a test's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A request, complete but for the token. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What bounds an attempt. */
export interface Bounds {
  /** From sending to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the attempt when the caller wants no more of it. */
  readonly signal: AbortSignal | undefined;
}

/** The most that is read of an answer. */
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends the request once, to its one address, and reads the answer to its end.
 *
 * @throws {@link ConnectionError} or {@link TimeoutError} if no whole answer came,
 * {@link UnexpectedResponseError} if it was too large, the signal's reason after an abort.
 */
export function attempt(
  fetch: Fetch,
  { url, method, headers, body }: OutgoingRequest,
  token: string,
  { timeoutMs, signal }: Bounds,
): Promise<Answer> {
  async function exchange(signal: AbortSignal): Promise<Answer> {
    headers.set("Accept", "application/json");
    headers.set("Authorization", `Bearer ${token}`);
    try {
      const init = { method, headers, body, signal, redirect: "manual" } as const;
      return await readToEnd(await fetch(url, init), token);
    } catch (error) {
      throw error instanceof UnexpectedResponseError ? error : connectionError(error, token);
    }
  }
  return bounded(exchange, timeoutMs, () => new TimeoutError(timeoutMs), signal);
}

async function readToEnd(response: Response, token: string): Promise<Answer> {
  const { status, headers } = response;
  // Headers are slow to read, and most answers' are never looked at.
  const answer = (text: string): Answer => ({
    status,
    headers: () => redactHeaders(headers, token),
    rateLimit: () => rateLimitIn(headers),
    text: redactText(text, token),
  });
  // Some platforms give no stream of the body.
  if (!response.body) return answer(await response.text());

  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return answer(text + decoder.decode());
    text += decoder.decode(value, { stream: true });
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      reader.cancel().catch(() => {});
      throw new UnexpectedResponseError("with more than 1 MiB", answer(text));
    }
  }
}
