import type { Call } from "./call.js";
import { AbortedError, ConnectionError, type HighLevelError, TimeoutError } from "./errors.js";
import type { Fetch } from "./options.js";
import { isNeverSent, isRefusal } from "./outcome.js";
import type { PlainRequest, PlainResponse } from "./plain.js";
import { rateLimitIn } from "./rate-limit.js";
import { redact, redactError } from "./redact.js";
import { timedOut, withTimeout } from "./time.js";

/**
 * Sends once and reads the whole response, so that one time limit covers both, and a body that is truncated
 * keeps its status and headers.
 *
 * @throws {@link ConnectionError} or {@link AbortedError} if no status arrived.
 */
export async function attempt(
  { url, init }: PlainRequest,
  token: string,
  call: Call,
  fetch: Fetch,
): Promise<PlainResponse> {
  call.attempts++;
  call.sentTokens.add(token);
  call.emit?.({ type: "sending", attempt: call.attempts });
  const startedAt = performance.now();
  let response: Response | undefined;
  let text = "";
  let error: HighLevelError | undefined;
  try {
    text = await withTimeout(
      async (signal) => {
        const headers = new Headers(init.headers);
        headers.set("Authorization", `Bearer ${token}`);
        redirect ??= supportedRedirect();
        response = await fetch(url, { ...init, headers, redirect, signal });
        return redact(await readText(response), call);
      },
      call.timeoutMs,
      call.signal,
    );
  } catch (thrown) {
    error = toError(thrown, response?.status, call);
  }
  call.emit?.({
    type: "attempt",
    attempt: call.attempts,
    ms: Math.round(performance.now() - startedAt),
    ...(response && { status: response.status, rateLimit: rateLimitIn(response.headers) }),
    ...(error && { error: { name: error.name, message: error.message } }),
  });
  if (response === undefined) throw error;
  const { ok, status, headers } = response;
  return {
    ok,
    status,
    headers,
    async text() {
      if (error) throw error;
      return text;
    },
  };
}

/** The error of a failed attempt, which says whether the collection may exist. */
function toError(thrown: unknown, status: number | undefined, call: Call): HighLevelError {
  const { signal, timeoutMs } = call;
  const isAborted = signal?.aborted === true; // `thrown` may then be any value: the abort's reason
  const isSent = isAborted || !isNeverSent(thrown);
  const mayHaveCreated = status === undefined ? isSent : !isRefusal(status);
  const failure = { ...call, mayHaveCreated, status };
  if (isAborted) return new AbortedError({ ...failure, cause: signal.reason });
  if (thrown === timedOut) {
    return new TimeoutError(`No complete response within ${timeoutMs} ms`, failure);
  }
  const cause = redactError(thrown, call);
  return new ConnectionError(`No complete response: ${innermostMessage(cause)}`, {
    ...failure,
    cause,
  });
}

/**
 * How a redirect is refused. workerd lacks "error"; with "manual", Node.js's fetch copies every request, a
 * sixth of a call.
 */
let redirect: "error" | "manual" | undefined;

/** Called at the first attempt, since the first `Request` loads Node.js's fetch, which takes 20 ms. */
function supportedRedirect(): "error" | "manual" {
  try {
    new Request("http://localhost", { redirect: "error" });
    return "error";
  } catch {
    return "manual";
  }
}

/** The largest body that is read. */
const maxBytes = 1024 * 1024;

async function readText(response: Response): Promise<string> {
  // The caller's own fetch may give no stream.
  const reader = response.body?.getReader?.();
  if (reader === undefined) return response.text();
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {});
      throw new Error("the response is larger than 1 MiB");
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The message or the code of the innermost cause. */
function innermostMessage({ message, code, cause }: Error & { readonly code?: string }): string {
  return cause instanceof Error ? innermostMessage(cause) : message || code || "the fetch failed";
}
