import createFetchClient from "openapi-fetch";
import { fixedHeaders, path, type paths, type RequestBody } from "./contract.js";
import type { Answer, Bounds, OutgoingRequest, Send } from "./exchange.js";

/** openapi-fetch over `send`: it makes the request out of what the contract's types let through. */
export function createApi(baseUrl: string, send: Send) {
  const api = createFetchClient<paths>({
    baseUrl,
    // A real Request would be taken apart again by fetch, which costs more than all else here.
    Request: RequestHolder as unknown as typeof Request,
  });

  return async function post(body: RequestBody, bounds: Bounds): Promise<Answer> {
    const { response } = await api.POST(path, {
      params: { header: fixedHeaders },
      body,
      parseAs: "stream",
      fetch: async (request) =>
        new AnswerHolder(
          send(request as unknown as OutgoingRequest, bounds),
        ) as unknown as Response,
    });
    return (response as unknown as AnswerHolder).answer;
  };
}

/** What openapi-fetch makes in place of a Request. */
class RequestHolder {
  constructor(url: string, init: Omit<OutgoingRequest, "url">) {
    Object.assign(this, init, { url });
  }
}

/**
 * What openapi-fetch gets in place of a Response: enough for it to leave the body alone. The answer
 * is still to come, so that no error of ours goes through its hands.
 */
class AnswerHolder {
  readonly headers = { get: () => null };
  readonly ok = true;
  constructor(readonly answer: Promise<Answer>) {}
}
