import createFetchClient from "openapi-fetch";
import { fixedHeaders, path, type paths, type RequestBody } from "./contract.js";
import type { Answer, Bounds, OutgoingRequest, Send } from "./exchange.js";

/** A request without its body: the same for every call of a client. */
type RequestHead = Omit<OutgoingRequest, "body">;

/** openapi-fetch over `send`: it makes the request out of what the contract's types let through. */
export function createApi(baseUrl: string, send: Send) {
  // Made once: to make it anew for every call would cost more than all else here.
  let head: Promise<RequestHead> | undefined;

  return async function post(body: RequestBody, bounds: Bounds): Promise<Answer> {
    head ??= requestHead(baseUrl, body);
    return send({ ...(await head), body: JSON.stringify(body) }, bounds);
  };
}

/** What openapi-fetch makes of a call. Nothing is sent: the body is there for its header alone. */
function requestHead(baseUrl: string, body: RequestBody): Promise<RequestHead> {
  const api = createFetchClient<paths>({ baseUrl, headers: { Accept: "application/json" } });
  return new Promise((resolve, reject) => {
    const fetch = async ({ url, method, headers }: Request) => {
      resolve({ url, method, headers: Object.fromEntries(headers) });
      return new Response();
    };
    api.POST(path, { params: { header: fixedHeaders }, body, fetch }).catch(reject);
  });
}
