import createFetchClient from "openapi-fetch";
import { createProductCollection } from "../generated/operations.js";
import { createCalls } from "./call.js";
import type { GivenBody, paths, SuccessBody } from "./contract.js";
import { type CallOptions, type ClientOptions, checkClientOptions } from "./options.js";
import { plainRequest } from "./plain.js";
import type { RateLimit } from "./rate-limit.js";

/**
 * A collection to create: the contract's request body without the fields that the client adds, which are
 * the location and the required fields with one possible value. An optional field may be `undefined`.
 */
export interface NewProductCollection extends GivenBody<typeof createProductCollection> {}

type Created = SuccessBody<typeof createProductCollection>["data"];

/** A collection that HighLevel has created. */
export interface ProductCollection extends Created {}

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
   * of the token provider and of the caller's limiter are passed on unchanged; after a 401 the provider's is
   * the `cause` of that {@link ApiError}.
   */
  createProductCollection(
    collection: NewProductCollection,
    options?: CallOptions,
  ): Promise<ProductCollection>;
  /** The rate limit from the latest response that stated one; undefined before. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * Makes a client for one location. Keep it rather than making one for each call: its limiter counts what
 * was sent.
 *
 * @throws TypeError that names the first invalid option, and never shows the token.
 */
export function createClient(options: ClientOptions): HighLevelClient {
  const client = checkClientOptions(options);
  const api = createFetchClient<paths>({
    baseUrl: client.baseUrl,
    headers: { Accept: "application/json", ...client.headers },
    Request: plainRequest,
  });
  const { start, rateLimit } = createCalls(client);

  return {
    async createProductCollection(collection, options) {
      const { header, body, init, read } = start(createProductCollection, collection, options);
      const params = { header };
      return read(api.POST("/products/collections", { params, body, ...init }), "data");
    },
    get rateLimit() {
      return rateLimit();
    },
  };
}
