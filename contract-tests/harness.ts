import { afterAll, beforeAll } from "vitest";
import { type MockOptions, type RunningServer, startMock } from "../scripts/mock.js";
import { type ClientOptions, createClient, type Fetch } from "../src/index.js";

/** The location of the source page's example. */
export const locationId = "6578278e879ad2646715ba9c";
export const token = "a-token-of-the-sub-account";

/** Where a request departs from the contract, as Prism reports it. */
interface Violation {
  readonly location: readonly string[];
  readonly code: string | number;
  readonly message: string;
}

/** Starts the contract's mock for the tests of a file. */
export function useMock(options?: MockOptions): { readonly url: string } {
  let mock: RunningServer | undefined;
  beforeAll(async () => {
    mock = await startMock(options);
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
  const violations: Violation[] = JSON.parse(headers.get("sl-violations") ?? "[]");
  return violations.map(({ location, code, message }) => {
    // Of what is missing, Prism points at the parent and names the child in its message.
    const missing =
      code === "required" ? message.match(/required property '(.+)'/)?.[1] : undefined;
    return [...location.slice(1), ...(missing === undefined ? [] : [missing])].join(".");
  });
}
