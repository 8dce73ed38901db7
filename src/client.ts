import createFetchClient from "openapi-fetch";
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
import { plainFetch, plainRequest } from "./plain.js";
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
   * The collection is checked against the contract before anything is sent. The client sends again only
   * after a failure that created nothing, so it never creates a collection twice.
   *
   * @param collection - The contract's request body without `altId` and `altType`, which the client adds.
   * @returns The created collection.
   * @throws {@link InvalidRequestError} The collection breaks the contract; nothing was sent.
   * @throws {@link ApiError} HighLevel answered with an error that the contract documents.
   * @throws {@link UnexpectedResponseError} HighLevel's response is not one that the contract documents.
   * @throws {@link ConnectionError} No complete response arrived.
   * @throws {@link TimeoutError} An attempt, or a token request, exceeded `timeoutMs`.
   * @throws {@link AbortedError} The caller's `signal` was aborted.
   * @throws TypeError An option of the call is invalid, or the token provider gave an invalid token. Errors
   * of the token provider and of the caller's limiter are passed on unchanged.
   */
  createProductCollection(
    collection: NewProductCollection,
    options?: CallOptions,
  ): Promise<ProductCollection>;
  /** The budget, from the response to the latest finished call; undefined until one states what remains. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * Makes a client for one location. Keep it rather than making one for each call: its limiter counts what
 * was sent.
 *
 * @throws TypeError that names the first invalid option, and never shows the token.
 */
export function createClient(options: ClientOptions): HighLevelClient {
  const client = checkedClientOptions(options);
  const { locationId, baseUrl } = client;
  const api = createFetchClient<paths>({
    baseUrl,
    headers: { Accept: "application/json", ...client.headers },
    Request: plainRequest,
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
      const { timeoutMs = client.timeoutMs, signal, ...own } = checkedCallOptions(callOptions);
      const body = requestBody(collection, locationId);
      const emit = createEmit([client.onEvent, own.onEvent], { call: ++calls, locationId });
      const call = { timeoutMs, signal, emit, attempts: 0, tokens: new Set<string>() };
      const result = await api.POST(path, {
        params: { header: fixedHeaders },
        headers: { ...own.headers },
        body,
        parseAs: "text", // a success that is not JSON must not lose its status
        fetch: plainFetch((request) => send(request, call)),
      });
      const { headers: answered } = result.response;
      if (answered.has("X-RateLimit-Remaining")) latest = answered; // a gateway's answer states no budget
      return readResponse(result, call.attempts, emit);
    },
    get rateLimit() {
      return latest && rateLimitIn(latest);
    },
  };
}
