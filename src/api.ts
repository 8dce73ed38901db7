import createFetchClient from "openapi-fetch";
import { fixedHeaders, path, type paths, type RequestBody } from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import type { Answer, Bounds, OutgoingRequest, Send } from "./exchange.js";

/** openapi-fetch over `send`: it makes the request out of what the contract's types let through. */
export function createApi(baseUrl: string, send: Send) {
  const api = createFetchClient<paths>({
    baseUrl,
    bodySerializer: serialize,
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
          await send(request as unknown as OutgoingRequest, bounds),
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

/** What openapi-fetch gets in place of a Response: enough for it to leave the body to answer.ts. */
class AnswerHolder {
  readonly headers = { get: () => null };
  readonly ok = true;
  constructor(readonly answer: Answer) {}
}

function serialize(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    // A cycle or a BigInt in a field that the contract does not name.
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : error;
    throw new InvalidRequestError([{ path: "", message: `cannot be sent as JSON: ${reason}` }]);
  }
}
