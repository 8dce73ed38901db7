import type { Answer } from "./answer.js";
import type { OutgoingRequest } from "./attempt.js";

// What stands in for the platform's Request and Response on the way through openapi-fetch, which uses
// no more of them than this. A Request would wrap the body in a stream to read it back from, and a
// Response cannot hold every status.

class PlainRequest implements OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;

  constructor(url: string, init: { method: string; headers: Headers; body: string }) {
    this.url = url;
    this.method = init.method;
    this.headers = Object.fromEntries(init.headers);
    this.body = init.body;
  }
}

/** An answer that was read already, or what the call failed with. */
interface ReadResponse {
  readonly ok: boolean;
  readonly status: number;
  /** None: those that openapi-fetch asks for would tell how long the body was on the wire. */
  readonly headers: Pick<Headers, "get">;
  text(): Promise<string>;
  readonly answer: Promise<Answer>;
}

const noAnswer = { status: 0, content: "" };
const noHeaders = { get: () => null };

/**
 * What else openapi-fetch is told, with every call: a request as plain values, no query, and each
 * default said aloud, since what stands on `Object.prototype` would decide it otherwise.
 */
export const plainly: object = {
  Request: PlainRequest,
  querySerializer: () => "",
  baseUrl: undefined,
  headers: undefined, // the caller's, too, are added later
  bodySerializer: undefined,
  middleware: undefined,
  pathSerializer: undefined,
  requestInitExt: undefined,
};

/** The `fetch` option of openapi-fetch: it takes and gives the stand-ins. */
export function fetchOf(send: (request: OutgoingRequest) => Promise<Answer>) {
  const fetch = async (request: OutgoingRequest): Promise<ReadResponse> => {
    const answer = send(request);
    // Of what is thrown, openapi-fetch lets only what is truthy through.
    const { status, content } = await answer.catch(() => noAnswer);
    const ok = status >= 200 && status < 300;
    return { ok, status, headers: noHeaders, text: async () => content, answer };
  };
  return fetch as unknown as (request: Request) => Promise<Response>;
}

/** The answer that {@link fetchOf} was given, out of what openapi-fetch makes of it; or its failure. */
export function answerIn({ response }: { readonly response: Response }): Promise<Answer> {
  return (response as unknown as ReadResponse).answer;
}
