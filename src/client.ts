import createFetchClient from "openapi-fetch";
import { PlainRequest } from "./attempt.js";
import {
  fixedHeaders,
  type NewProductCollection,
  type ProductCollection,
  path,
  type paths,
} from "./contract.js";
import { createEmit } from "./events.js";
import {
  type CallOptions,
  type ClientOptions,
  checkedCallOptions,
  checkedClientOptions,
} from "./options.js";
import { type RateLimit, rateLimitIn } from "./rate-limit.js";
import { requestBody } from "./request.js";
import { readResponse } from "./response.js";
import { createTokens } from "./token.js";
import { createTransport } from "./transport.js";

/** Creates product collections in one location. */
export interface HighLevelClient {
  /**
   * Creates a product collection in the client's location.
   *
   * The collection is checked against the contract before anything is sent. A retry follows only a failure
   * that created nothing, so no collection is created twice.
   *
   * @param collection - The contract's request body without `altId` and `altType`, which the client
   * adds.
   * @returns The created collection.
   * @throws {@link InvalidRequestError} The collection breaks the contract; nothing was sent.
   * @throws {@link ApiError} HighLevel answered with an error that the contract documents.
   * @throws {@link UnexpectedResponseError} HighLevel answered what the contract does not promise.
   * @throws {@link ConnectionError} No complete answer.
   * @throws {@link TimeoutError} An attempt, or a question to the token provider, ran past `timeoutMs`.
   * @throws {@link AbortedError} The caller aborted.
   * @throws TypeError A bad option of the call, or a token that no header can carry. What a token
   * provider or a limiter throws is thrown as it is.
   */
  createProductCollection(
    collection: NewProductCollection,
    options?: CallOptions,
  ): Promise<ProductCollection>;
  /** The budget, as the answer to the latest call had it; undefined until an answer names a figure. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * Makes a client for one location. It costs microseconds and opens nothing; keep it, since its limiter
 * knows what was sent.
 *
 * @throws TypeError that names a bad option, and never shows the token.
 */
export function createClient(options: ClientOptions): HighLevelClient {
  const client = checkedClientOptions(options);
  const { locationId, baseUrl } = client;
  const api = createFetchClient<paths>({
    baseUrl,
    headers: { Accept: "application/json", ...client.headers },
    Request: PlainRequest as unknown as typeof Request, // openapi-fetch only constructs it
  });
  const send = createTransport({
    ...client,
    tokens: createTokens(client.token, client.timeoutMs),
    key: `${locationId}@${new URL(baseUrl).origin}`,
  });
  let calls = 0;
  let latest: Headers | undefined;

  return {
    async createProductCollection(collection, callOptions) {
      const { signal, timeoutMs, headers, onEvent } = checkedCallOptions(callOptions);
      const body = requestBody(collection, locationId);
      const emit = createEmit([client.onEvent, onEvent], { call: ++calls, locationId });
      const call = {
        timeoutMs: timeoutMs ?? client.timeoutMs,
        signal,
        emit,
        attempts: 0,
        tokens: new Set<string>(),
      };
      const result = await api.POST(path, {
        params: { header: fixedHeaders },
        headers: { ...headers },
        body,
        parseAs: "text", // a success that is not JSON must not lose its status
        // It is called with a PlainRequest, and of its answer is read what an Answer has.
        fetch: ((request: PlainRequest) =>
          send(request, call)) as unknown as typeof globalThis.fetch,
      });
      const { headers: answered } = result.response;
      if (answered.has("X-RateLimit-Remaining")) latest = answered; // a gateway's answer has none
      return readResponse(result, call.attempts, emit);
    },
    get rateLimit() {
      return latest && rateLimitIn(latest);
    },
  };
}
