import type { Operation } from "../generated/operations.js";
import type { SuccessBody } from "./contract.js";
import { createEmit, type Emit } from "./events.js";
import { type CallOptions, type CheckedClientOptions, checkedCallOptions } from "./options.js";
import { plainFetch } from "./plain.js";
import { type RateLimit, rateLimitIn } from "./rate-limit.js";
import { requestBody } from "./request.js";
import { type Result, readResponse } from "./response.js";
import { createTokens } from "./token.js";
import { createTransport } from "./transport.js";

/** A call in progress. */
export interface Call {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly emit: Emit;
  /** How many requests it has sent. */
  attempts: number;
  /** The tokens that it has sent: a server may echo them. */
  readonly tokens: Set<string>;
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
     * Checks the body and the options of a call.
     *
     * @returns What openapi-fetch sends, and the function that reads its result.
     * @throws {@link InvalidRequestError} | TypeError. Nothing is sent then.
     */
    start<O extends Operation>(operation: O, given: unknown, options: CallOptions | undefined) {
      const { id, fixedHeaders } = operation;
      const { timeoutMs = client.timeoutMs, signal, ...own } = checkedCallOptions(id, options);
      const body = requestBody(operation, given, locationId);
      const emit = createEmit([client.onEvent, own.onEvent], { call: ++calls, locationId });
      const call: Call = { timeoutMs, signal, emit, attempts: 0, tokens: new Set() };
      return {
        header: fixedHeaders as O["fixedHeaders"],
        body,
        init: {
          headers: { ...own.headers },
          parseAs: "text" as const, // a success that is not JSON must not lose its status
          fetch: plainFetch((request) => send(request, call)),
        },
        /** The object at a field of the success. */
        read<K extends keyof SuccessBody<O> & string>(result: Result, field: K) {
          const { headers } = result.response;
          if (headers.has("X-RateLimit-Remaining")) latest = headers; // a gateway states no budget
          return readResponse(operation, result, field, call) as SuccessBody<O>[K];
        },
      };
    },
    rateLimit: (): RateLimit | undefined => latest && rateLimitIn(latest),
  };
}
