/** What a {@link Fetch} is given beside the URL: an init that every fetch takes. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: "manual";
  readonly signal?: AbortSignal;
}

/** What of it is a request's own. */
export type RequestParts = Omit<FetchInit, "redirect" | "signal">;

/** What a {@link Fetch} has to answer with: a `Response` of any platform or package will do. */
export interface FetchResponse {
  readonly status: number;
  readonly headers?: object | undefined;
  /** A web stream, a Node stream, or any other async iterable of bytes. */
  readonly body?: object | string | null | undefined;
  /** Asked where there is no such body. */
  text?(): Promise<string>;
}

/**
 * A fetch: the platform's, a proxy's, a tracer's, a test's.
 *
 * Where one that is not the platform's fails, the collection may have been created: it may have sent
 * more than one request. One that sends a single request, and knows that it never left, may say so:
 * with `tellsNeverSent: true` on the function, and `neverSent: true` on what it rejects with.
 *
 * @example
 * const fetch: Fetch = Object.assign(send, { tellsNeverSent: true });
 * // and in send, before anything is written
 * throw Object.assign(new Error("The proxy refused the connection"), { neverSent: true });
 */
export interface Fetch {
  (url: string, init: FetchInit): Promise<FetchResponse>;
  readonly tellsNeverSent?: boolean;
}

/** The platform's fetch, looked up for each request, so that what replaces it later is used. */
export const platformFetch: Fetch = (url, init) => globalThis.fetch(url, init);
