import createFetchClient from "openapi-fetch";
import {
  fixedHeaders,
  type NewProductCollection,
  type ProductCollection,
  path,
  type paths,
} from "./contract.js";
import { createEmit } from "./http/events.js";
import { answerIn, fetchOf, fixedOptions } from "./http/openapi-fetch.js";
import { createPlaces } from "./http/place.js";
import type { RateLimit } from "./http/rate-limit.js";
import { createSend } from "./http/send.js";
import { createTokens } from "./http/token.js";
import {
  type CallOptions,
  type ClientOptions,
  checkedCallOptions,
  checkedClientOptions,
} from "./options.js";
import { requestBody } from "./request.js";
import { isDocumented, readResponse } from "./response.js";

/** Creates product collections in one location. */
export interface HighLevelClient {
  /**
   * Creates a product collection in the client's location.
   *
   * The collection is checked against the contract before anything is sent. It is sent again only
   * after what provably created nothing, so it is never created twice.
   *
   * @param collection - The contract's request body without `altId` and `altType`, which the client
   * adds.
   * @returns The created collection.
   * @throws {@link InvalidRequestError} The collection breaks the contract; nothing was sent.
   * @throws {@link ApiError} HighLevel refused it with a documented error; nothing was created.
   * @throws {@link UnexpectedResponseError} HighLevel answered what the contract does not promise.
   * @throws {@link ConnectionError} No answer.
   * @throws {@link TimeoutError} An attempt, or a question to the token provider, ran past `timeoutMs`.
   * @throws {@link AbortedError} The caller aborted.
   * @throws TypeError for a bad option of the call, or a token that no header can carry.
   */
  createProductCollection(
    collection: NewProductCollection,
    options?: CallOptions,
  ): Promise<ProductCollection>;
  /** What a documented answer last said of the budget; undefined until one says something. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * Makes a client for one location. It costs microseconds and opens nothing: an app with many
 * locations makes one for each.
 *
 * @throws TypeError that names a bad option, and never shows the token.
 */
export function createClient(options: ClientOptions): HighLevelClient {
  const checked = checkedClientOptions(options);
  const { locationId, token, baseUrl, fetch, limiter, headers, onEvent, maxWaitMs } = checked;
  let rateLimit: RateLimit | undefined;
  let calls = 0;

  const api = createFetchClient<paths>({ ...fixedOptions, baseUrl });
  const send = createSend({
    fetch,
    tokens: createTokens(token),
    places: createPlaces(limiter, `${locationId}@${new URL(baseUrl).origin}`),
    onAnswer(answer) {
      if (isDocumented(answer.status)) rateLimit = answer.rateLimit ?? rateLimit;
    },
  });

  return {
    async createProductCollection(collection, callOptions) {
      const {
        signal,
        timeoutMs = checked.timeoutMs,
        maxRetries = checked.maxRetries,
        headers: ownHeaders,
        onEvent: onCallEvent,
      } = checkedCallOptions(callOptions);
      const body = requestBody(collection, locationId);
      const emit = createEmit([onEvent, onCallEvent], { call: ++calls, locationId });
      const extraHeaders = { ...headers, ...ownHeaders };
      const call = { signal, timeoutMs, maxRetries, maxWaitMs, headers: extraHeaders, emit };
      const result = await api.POST(path, {
        ...fixedOptions,
        params: { header: fixedHeaders },
        body,
        parseAs: "text",
        fetch: fetchOf((request) => send(request, call)),
      });
      return readResponse(await answerIn(result), emit);
    },
    get rateLimit() {
      return rateLimit;
    },
  };
}
