// What goes out and what comes back, in the terms that all rooms share.

import type { RateLimit } from "./rate-limit.js";

/** A fetch: the platform's, a proxy's, a tracer's, a test's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A request, complete but for the token. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What bounds a call. */
export interface Bounds {
  /** For one attempt, from sending to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the call when the caller wants no more of it. */
  readonly signal: AbortSignal | undefined;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  /** The headers, without the token. Headers are slow to read, and most are never looked at. */
  readonly headers: () => Headers;
  readonly rateLimit: () => RateLimit | undefined;
  /** The body, without the token. */
  readonly text: string;
}

/** Sends a request and gives the answer to it. */
export type Send = (request: OutgoingRequest, bounds: Bounds) => Promise<Answer>;
