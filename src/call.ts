import type { Operation } from "../generated/operations.js";
import type { SuccessBody } from "./contract.js";
import { createEmit, type Emit, type EventContext } from "./events.js";
import { type CallOptions, type CheckedClientOptions, checkCallOptions } from "./options.js";
import { plainFetch } from "./plain.js";
import { type RateLimit, rateLimitIn } from "./rate-limit.js";
import { buildBody } from "./request.js";
import { type Result, readResponse } from "./response.js";
import { createTokens } from "./token.js";
import { createTransport } from "./transport.js";

/** A call in progress. */
export interface Call extends EventContext {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  readonly emit: Emit;
  /** How many requests it has sent. */
  attempts: number;
  /** The tokens that it has sent: a server may echo them. */
  readonly sentTokens: Set<string>;
}

/** What the calls of a client share, whatever their operation. */
export function createCalls(client: CheckedClientOptions) {
  const { locationId, baseUrl } = client;
  const send = createTransport({
    ...client,
    tokens: createTokens(client.token, client.timeoutMs),
    key: `${locationId}@${new URL(baseUrl).origin}`,
  });
  let calls = 0;
  let latest: Headers | undefined;

  return {
    /**
     * Begins a call: checks its options and its body.
     *
     * @returns What openapi-fetch sends, and the function that reads its result.
     * @throws {@link InvalidRequestError} | TypeError. Nothing is sent then.
     */
    start<O extends Operation>(operation: O, given: unknown, options: CallOptions | undefined) {
      const startedAt = performance.now();
      const context = { locationId, call: ++calls };
      // A listener that is no function is never told, and then refused below.
      const emit = createEmit([client.onEvent, options?.onEvent], context);
      // A literal: with a spread each call takes some 10 µs longer.
      const call: Call = {
        locationId,
        call: calls,
        emit,
        attempts: 0,
        sentTokens: new Set(),
        timeoutMs: client.timeoutMs,
        signal: undefined,
      };
      const finish = (error?: unknown) =>
        emit?.({
          type: "finished",
          ms: Math.round(performance.now() - startedAt),
          attempts: call.attempts,
          ...(error !== undefined && { error: summarize(error) }),
        });
      const failed = (error: unknown) => {
        finish(error);
        return error;
      };
      try {
        const { id, fixedHeaders } = operation;
        const own = checkCallOptions(id, options);
        call.timeoutMs = own.timeoutMs ?? client.timeoutMs;
        call.signal = own.signal;
        return {
          header: fixedHeaders as O["fixedHeaders"],
          body: buildBody(operation, given, call),
          init: {
            headers: { ...own.headers },
            parseAs: "text" as const, // a success that is not JSON must not lose its status
            fetch: plainFetch((request) => send(request, call)),
          },
          /** Reads the value at a field of the success. */
          async read<K extends keyof SuccessBody<O> & string>(sending: Promise<Result>, field: K) {
            try {
              const result = await sending;
              const { headers } = result.response;
              if (headers.has("X-RateLimit-Remaining")) latest = headers; // a gateway states no budget
              const value = readResponse(operation, result, field, call) as SuccessBody<O>[K];
              finish();
              return value;
            } catch (error) {
              throw failed(error);
            }
          },
        };
      } catch (error) {
        throw failed(error);
      }
    },
    rateLimit: (): RateLimit | undefined => latest && rateLimitIn(latest),
  };
}

/** An error as an event shows it. The token provider and a limiter may throw anything. */
function summarize(error: unknown) {
  const { name = "Error", message = String(error), mayHaveCreated = false } = Object(error);
  return { name, message, mayHaveCreated };
}
