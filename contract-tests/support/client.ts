import {
  type ClientOptions,
  createClient,
  type Fetch,
  type FetchInit,
  type Issue,
} from "../../src/index.js";
import { request } from "../source-page.js";
import { violationsIn } from "./violations.js";

/** The location of the source page's example. */
export const locationId = request.examples.minimal.altId;
export const token = "a-token-of-the-sub-account";

/** A request as the client handed it to its `fetch`. */
interface SentRequest {
  readonly url: string;
  readonly init: FetchInit;
}

/**
 * A client of the server that keeps what it sent, the answers to it and the drift it reported. It sends
 * each request once.
 *
 * @param prefer - What Prism is to answer, for example `code=422`; default: by the contract.
 */
export function recordingClient(url: string, prefer?: string, options?: Partial<ClientOptions>) {
  const requests: SentRequest[] = [];
  const responses: Response[] = [];
  const drifts: Issue[] = [];
  const fetch: Fetch = async (input, init) => {
    const headers = new Headers(init.headers);
    requests.push({ url: input, init });
    if (prefer !== undefined) headers.set("Prefer", prefer);
    const response = await globalThis.fetch(input, { ...init, headers });
    responses.push(response);
    return response;
  };
  const client = createClient({
    locationId,
    token,
    baseUrl: url,
    fetch,
    limiter: false,
    maxRetries: 0,
    onEvent(event) {
      if (event.type === "drift") drifts.push(...event.issues);
    },
    ...options,
  });
  return { client, requests, responses, drifts };
}

/** The places where Prism saw an exchange depart from the contract, for example `body.seo.title`. */
export function violatedPlaces({ headers }: Response): string[] {
  return violationsIn(headers).map(({ place }) => place.join("."));
}
