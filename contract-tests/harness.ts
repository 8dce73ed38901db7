import { afterAll, beforeAll } from "vitest";
import { type RunningServer, startPrism, violationsIn } from "../scripts/lib/prism.js";
import { type ClientOptions, createClient, type Fetch } from "../src/index.js";

/** The location of the source page's example. */
export const locationId = "6578278e879ad2646715ba9c";
export const token = "a-token-of-the-sub-account";

/** Starts the contract's mock for the tests of a file. */
export function useMock(): { readonly url: string } {
  let mock: RunningServer | undefined;
  beforeAll(async () => {
    mock = await startPrism();
  });
  afterAll(() => mock?.close());
  return {
    get url() {
      if (mock === undefined) throw new Error("The mock runs while tests run, and not before.");
      return mock.url;
    },
  };
}

/**
 * A client of the mock that keeps the answers it was given.
 *
 * @param prefer - What Prism is to answer, for example `code=422`; default: by the contract.
 */
export function recordingClient(url: string, prefer?: string, options?: Partial<ClientOptions>) {
  const responses: Response[] = [];
  const fetch: Fetch = async (input, init) => {
    const headers = new Headers(init.headers);
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
    ...options,
  });
  return { client, responses };
}

/** The places where Prism saw the request depart from the contract, for example `body.seo.title`. */
export function violatedPlaces({ headers }: Response): string[] {
  return violationsIn(headers).map(({ place }) => place.join("."));
}
