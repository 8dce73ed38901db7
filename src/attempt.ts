import { connectionError } from "./connection.js";
import { TimeoutError, UnexpectedResponseError } from "./errors.js";
import type { Answer, Bounds, Fetch, OutgoingRequest } from "./exchange.js";
import { rateLimitIn } from "./rate-limit.js";
import { redactHeaders, redactText } from "./redact.js";

/** The most that is read of an answer. */
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends the request once, to its one address, and reads the answer to its end.
 *
 * @throws {@link ConnectionError} or {@link TimeoutError} if no whole answer came,
 * {@link UnexpectedResponseError} if it was too large, the signal's reason after an abort.
 */
export async function attempt(
  fetch: Fetch,
  { url, method, headers, body }: OutgoingRequest,
  token: string,
  { timeoutMs, signal }: Bounds,
): Promise<Answer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  const timer = setTimeout(() => controller.abort(new TimeoutError(timeoutMs)), timeoutMs);
  headers.set("Accept", "application/json");
  headers.set("Authorization", `Bearer ${token}`);
  try {
    const init = { method, headers, body, signal: controller.signal, redirect: "manual" } as const;
    return await readToEnd(await fetch(url, init), token, controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error instanceof UnexpectedResponseError ? error : connectionError(error, token);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

async function readToEnd(response: Response, token: string, signal: AbortSignal): Promise<Answer> {
  const { status, headers } = response;
  const answer = (text: string): Answer => ({
    status,
    headers: () => redactHeaders(headers, token),
    rateLimit: () => rateLimitIn(headers),
    text: redactText(text, token),
  });
  // Some platforms give no stream of the body.
  if (!response.body) return answer(await response.text());

  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) return answer(text + decoder.decode());
    text += decoder.decode(value, { stream: true });
    bytes += value.byteLength;
    if (bytes > maxAnswerBytes) {
      cancel();
      throw new UnexpectedResponseError("more than 1 MiB", answer(text));
    }
  }
}
