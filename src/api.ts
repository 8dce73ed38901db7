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
      fetch: async (request) => holding(send(request as unknown as OutgoingRequest, bounds)),
    });
    return (response as HoldingResponse).answer;
  };
}

/** What openapi-fetch makes in place of a Request. */
class RequestHolder {
  constructor(url: string, init: Omit<OutgoingRequest, "url">) {
    Object.assign(this, init, { url });
  }
}

interface HoldingResponse extends Response {
  readonly answer: Promise<Answer>;
}

/**
 * What openapi-fetch gets in place of a Response: enough for it to leave the body alone. The answer
 * is still to come, so that no error of ours goes through its hands.
 */
function holding(answer: Promise<Answer>): HoldingResponse {
  return { answer, ok: true, headers: { get: () => null } } as unknown as HoldingResponse;
}
