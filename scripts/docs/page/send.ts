import type { ConsoleData } from "./contract.js";
import { type Meaning, meaningOf, noAnswer } from "./meaning.js";
import { type ConsoleRequest, headersOf } from "./snippets.js";

const timeoutMs = 30_000;

/** What came of a request. */
export interface Result {
  /** The status, or what happened in place of an answer. */
  readonly headline: string;
  /** Why, where there is no answer to show it. */
  readonly words: readonly string[];
  readonly meaning: Meaning;
  readonly ms?: number;
  readonly status?: number;
  readonly headers?: [string, string][];
  readonly body?: string;
}

/** Why a request is not sent; undefined where it may be. */
export function refusal({ baseUrl, token, body }: ConsoleRequest): string | undefined {
  if (baseUrl === "") return "Enter the base URL of the server.";
  if (!URL.canParse(baseUrl)) return `The base URL is not a URL: ${baseUrl}`;
  const { protocol, hostname } = new URL(baseUrl);
  const isLoopback = ["localhost", "127.0.0.1"].includes(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback)) {
    return "The token travels over https, or over http to localhost and 127.0.0.1 alone. Change the server's URL.";
  }
  // A header holds visible ASCII; what a token may be made of is less than that.
  if (!/^[\x21-\x7e]*$/.test(token)) {
    return "The token holds a space or a character that a header cannot carry. Copy it once more.";
  }
  try {
    JSON.parse(body);
  } catch (error) {
    return `The body is not JSON. ${error instanceof Error ? error.message : ""}`;
  }
  return undefined;
}

/** Sends a request, to the chosen server alone. Never throws: what goes wrong is put into words. */
export async function send(request: ConsoleRequest, data: ConsoleData): Promise<Result> {
  const isRelayed = request.baseUrl === data.server && data.relay !== undefined;
  const started = performance.now();
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${isRelayed ? data.relay : request.baseUrl}${data.path}`, {
      method: data.method,
      headers: headersOf(request),
      body: request.body,
      cache: "no-store",
      credentials: "omit",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    body = await response.text();
  } catch (error) {
    return failureOf(error, request.baseUrl, data);
  }
  const ms = Math.round(performance.now() - started);
  if (response.type === "opaqueredirect") {
    return {
      headline: "A redirect, not followed",
      words: ["The token goes to the server that you chose and to no other."],
      meaning: noAnswer,
      ms,
    };
  }
  const relayError = response.headers.get("Relay-Error");
  if (isRelayed && relayError !== null) {
    return { headline: "HighLevel was not reached", words: [relayError], meaning: noAnswer, ms };
  }
  const { status, statusText, headers } = response;
  return {
    headline: `${status} ${statusText}`.trim(),
    words: [],
    meaning: meaningOf(status, data.statuses.includes(status)),
    ...{ ms, status, body },
    headers: [...headers],
  };
}

/** A browser does not tell a script why a request failed; what it does tell is gathered here. */
async function failureOf(error: unknown, baseUrl: string, data: ConsoleData): Promise<Result> {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError") {
    return {
      headline: `No answer within ${timeoutMs / 1000} s`,
      words: [`${baseUrl} took the request and did not answer in time.`],
      meaning: noAnswer,
    };
  }
  if (await isReachable(baseUrl)) {
    const relayed = baseUrl === data.server;
    return {
      headline: "Blocked by the browser's cross-origin rules",
      words: [
        `${baseUrl} is there, but does not allow requests from this page (CORS).`,
        relayed
          ? "Start the page with npm run docs -- --open, which relays to HighLevel, or paste the curl command below into a terminal."
          : "Let the server answer with Access-Control-Allow-Origin, or paste the curl command below into a terminal.",
      ],
      meaning: {
        outcome: "may have been created",
        advice:
          "Most likely nothing was: the browser asks the server first, and sends the request only if it agrees. Look before you send it again.",
      },
    };
  }
  return {
    headline: "The server cannot be reached",
    words: [
      baseUrl === data.mock
        ? `Nothing answers on ${baseUrl}. Start the mock with npm run mock, or open this page with npm run docs -- --open.`
        : `Nothing answers on ${baseUrl}. Check its URL, and your connection.`,
    ],
    meaning: {
      outcome: "may have been created",
      advice:
        "Most likely nothing was: no connection could be made. A connection that broke later looks the same from here, so look before you send it again.",
    },
  };
}

/** Whether a server answers at all. Carries no token, and its answer cannot be read. */
async function isReachable(baseUrl: string): Promise<boolean> {
  try {
    await fetch(baseUrl, { mode: "no-cors", credentials: "omit", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}
