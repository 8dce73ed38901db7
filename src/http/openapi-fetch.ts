import type { Answer } from "./answer.js";
import type { OutgoingRequest } from "./attempt.js";

// What stands in for the platform's Request and Response on the way through openapi-fetch, which uses
// no more of them than this. A Request would wrap the body in a stream to read it back from, and the
// answer was read already, bounded in time and size.

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

/** What openapi-fetch passes through: an empty success, in which it finds nothing to parse. */
interface Passed {
  readonly ok: true;
  readonly status: 200;
  readonly headers: Pick<Headers, "get">;
  text(): Promise<string>;
  /** The true answer, or what the call failed with. */
  readonly answer: Promise<Answer>;
}

const passed = {
  ok: true,
  status: 200,
  headers: { get: () => null },
  text: async () => "",
} as const;

/**
 * What else openapi-fetch is told, with every call: a request as plain values, no query, and each
 * default said aloud, since what stands on `Object.prototype` would decide it otherwise.
 */
export const fixedOptions: object = {
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
  const fetch = async (request: OutgoingRequest): Promise<Passed> => {
    const answer = send(request);
    // Of what is thrown, openapi-fetch lets only what is truthy through.
    await answer.catch(() => {});
    return { ...passed, answer };
  };
  return fetch as unknown as (request: Request) => Promise<Response>;
}

/** The answer that {@link fetchOf} was given, out of what openapi-fetch makes of it; or its failure. */
export function answerIn({ response }: { readonly response: Response }): Promise<Answer> {
  return (response as unknown as Passed).answer;
}
