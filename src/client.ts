import { isDocumented, readAnswer } from "./answer.js";
import { createApi } from "./api.js";
import type { NewProductCollection, ProductCollection } from "./contract.js";
import type { Answer } from "./exchange.js";
import { type CallOptions, type ClientOptions, checkedBounds, checkedOptions } from "./options.js";
import type { RateLimit } from "./rate-limit.js";
import { requestBody } from "./request.js";
import { createTokens } from "./token.js";
import { createTransport } from "./transport.js";

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
   * @throws {@link ConnectionError} No answer; `delivered` tells what is known of the request.
   * @throws {@link TimeoutError} An attempt ran past `timeoutMs`.
   * @throws The signal's reason, after an abort.
   */
  createProductCollection(
    collection: NewProductCollection,
    options?: CallOptions,
  ): Promise<ProductCollection>;
  /** What HighLevel last said of the budget; undefined before the first answer that says anything. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * Makes a client for one location. It costs microseconds and opens nothing: an app with many
 * locations makes one for each.
 *
 * @throws TypeError that names a bad option, and never shows the token.
 */
export function createClient(options: ClientOptions): HighLevelClient {
  const { baseUrl, token, timeoutMs, onDrift, ...rest } = checkedOptions(options);
  // Not the whole answer: its body may be long, and a client lives on.
  let rateLimit: Answer["rateLimit"] | undefined;
  const transport = createTransport({
    ...rest,
    tokens: createTokens(token),
    onAnswer(answer) {
      if (isDocumented(answer.status)) rateLimit = answer.rateLimit;
    },
  });
  const post = createApi(baseUrl, transport);

  return {
    async createProductCollection(collection, callOptions = {}) {
      const bounds = checkedBounds(callOptions, timeoutMs);
      const body = requestBody(collection, rest.locationId);
      return readAnswer(await post(body, bounds), onDrift);
    },
    get rateLimit() {
      return rateLimit?.();
    },
  };
}
