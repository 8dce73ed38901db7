import { connectionError } from "./connection.js";
import { TimeoutError, UnexpectedResponseError } from "./errors.js";
import type { Answer, Bounds, Fetch, OutgoingRequest } from "./exchange.js";
import { rateLimitIn } from "./rate-limit.js";
import { redactHeaders, redactText } from "./redact.js";
import { onAbort } from "./wait.js";

/** The most that is read of an answer. */
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends the request once, to its one address, and reads the answer to its end.
 *
 * @param tokens - The token to send, and before it those that the call has sent already.
 * @throws {@link ConnectionError} or {@link TimeoutError} if no whole answer came,
 * {@link UnexpectedResponseError} if it was too large, the signal's reason after an abort.
 */
export async function attempt(
  fetch: Fetch,
  { url, method, headers, body }: OutgoingRequest,
  tokens: readonly string[],
  { timeoutMs, signal }: Bounds,
): Promise<Answer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let stop = (_reason: unknown) => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = (reason) => {
      reject(reason);
      controller.abort(reason);
    };
  });
  const off = onAbort(signal, () => stop(signal?.reason));
  const timer = setTimeout(() => stop(new TimeoutError(timeoutMs)), timeoutMs);
  const init: RequestInit = {
    method,
    headers: { ...headers, Authorization: `Bearer ${tokens.at(-1)}` },
    body,
    signal: controller.signal,
    redirect: "manual",
  };
  try {
    // A fetch that does not look at its signal must not keep the call from ending.
    return await Promise.race([stopped, readToEnd(fetch(url, init), tokens, stopped)]);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error instanceof UnexpectedResponseError ? error : connectionError(error, tokens);
  } finally {
    clearTimeout(timer);
    off();
  }
}

async function readToEnd(
  coming: Promise<Response>,
  tokens: readonly string[],
  stopped: Promise<never>,
): Promise<Answer> {
  const response = await coming;
  const { status, headers } = response;
  const answer = (text: string): Answer => ({
    status,
    headers: () => redactHeaders(headers, tokens),
    rateLimit: () => rateLimitIn(headers),
    text: redactText(text, tokens),
  });
  const tooLarge = (text: string) => new UnexpectedResponseError("more than 1 MiB", answer(text));

  // Some platforms give no stream of the body.
  if (!response.body) {
    const text = await response.text();
    if (text.length > maxAnswerBytes) throw tooLarge(text);
    return answer(text);
  }
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  stopped.catch(cancel);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return answer(decoded(chunks, bytes));
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      cancel();
      throw tooLarge(decoded(chunks, bytes));
    }
  }
}

/** The text of all chunks together: to decode them one by one takes a slower decoder. */
function decoded(chunks: readonly Uint8Array[], bytes: number): string {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return new TextDecoder().decode(all);
}
