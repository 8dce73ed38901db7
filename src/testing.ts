import { exampleBodies, requestFields } from "../generated/examples.js";
import { fixedHeaders, path, validateRequestBody } from "./contract.js";
import { sleep } from "./time.js";
import { formatIssues, isObject, issuesOf } from "./validate.js";

/** A request as the fake received it. */
export interface FakeRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The whole URL. */
  readonly url: string;
  /** The headers, by name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body: parsed if it is JSON, else the text. */
  readonly body: unknown;
}

/** The parts of a response besides its status. */
export interface FakeResponse {
  /** JSON, or a string to send unchanged. Default: the contract's example for the status. */
  readonly body?: unknown;
  /** Headers added to those of every response, or replacing them. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The wait that a 429 asks for, in milliseconds. Default: 1. */
  readonly retryAfterMs?: number;
  /** The delay before the response, in milliseconds, by `setTimeout`: fake timers govern it. Default: 0. */
  readonly delayMs?: number;
}

/** A fake HighLevel, in memory. */
export interface FakeHighLevel {
  /** A `fetch` for the option of `createClient`, or for other code. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request that reached it, in order. */
  readonly requests: readonly FakeRequest[];
  /**
   * Answers the next request with this status, valid or not; a 201 without a `body` holds the collection
   * that the request asked for. Each call plans the response of one more request, in order.
   */
  answerNext(status: number, answer?: FakeResponse): void;
  /**
   * Breaks the connection of the next request, before or after the request is sent, in order with the
   * answers of {@link answerNext}.
   */
  breakNext(how: { readonly sent: boolean }): void;
}

/** The body that the contract shows for a status; undefined for a status that it does not document. */
const examples: Readonly<Record<number, unknown>> = exampleBodies;

type Plan = { readonly status: number; readonly answer: FakeResponse } | { readonly sent: boolean };

/**
 * Makes a fake HighLevel, to test code that creates collections without a server or a token.
 *
 * It checks each request against the contract (path, method, token, headers, body) and answers an invalid
 * one as the contract documents. A valid one is answered with the requested collection, an id that counts
 * up from 1, and the date; a field that the request left out is empty. It does not track slugs: use
 * `answerNext(422)` for one that is taken. Its rate-limit headers never delay a test.
 *
 * @example
 * const highlevel = fakeHighLevel();
 * const client = createClient({ locationId: "abc", token: "any", fetch: highlevel.fetch });
 * highlevel.answerNext(429);
 * await client.createProductCollection({ name: "Best Sellers", slug: "best-sellers" });
 * expect(highlevel.requests).toHaveLength(2);
 */
export function fakeHighLevel(): FakeHighLevel {
  const requests: FakeRequest[] = [];
  const plans: Plan[] = [];
  let created = 0;

  return {
    requests,
    answerNext: (status, answer = {}) => void plans.push({ status, answer }),
    breakNext: ({ sent }) => void plans.push({ sent }),
    async fetch(input, init) {
      const incoming = new Request(input, init);
      const { method, url, signal } = incoming;
      signal?.throwIfAborted(); // workerd has no signal where none was given
      const plan = plans.shift();
      const text = await incoming.text();
      const json = parsed(text);
      const headers: Record<string, string> = {};
      incoming.headers.forEach((value, name) => {
        headers[name.toLowerCase()] = value; // happy-dom gives names as they were written
      });
      const request = { method, url, headers, body: json === undefined ? text : json };
      const isBroken = plan !== undefined && "sent" in plan;
      if (!isBroken || plan.sent) requests.push(request);
      if (isBroken) throw brokenConnection(plan.sent);
      if (plan?.answer.delayMs) await sleep(plan.answer.delayMs, signal);

      const isMalformed = json === undefined && text !== "";
      const { status, answer } = plan ?? refusalOf(request, isMalformed) ?? good;
      const isEcho = status === 201 && answer.body === undefined;
      const body = isEcho ? { data: collectionFor(request.body, ++created) } : answer.body;
      return responseOf(status, { ...answer, body: body ?? examples[status] });
    },
  };
}

const good = { status: 201, answer: {} as FakeResponse };

/** The response that refuses a request; undefined if the request keeps to the contract. */
function refusalOf({ method, url, headers, body }: FakeRequest, isMalformed: boolean) {
  const refused = (status: number, message?: string | readonly string[]) => {
    const body = { ...Object(examples[status]), ...(message && { message }) };
    return { status, answer: { body } as FakeResponse };
  };
  if (!new URL(url).pathname.endsWith(path)) return refused(404, "Not Found");
  if (method !== "POST") return refused(405, "Method Not Allowed");
  if (!/^Bearer \S/.test(headers.authorization ?? "")) return refused(401);
  if (isMalformed) return refused(400);
  const problems = Object.entries({ "Content-Type": "application/json", ...fixedHeaders })
    .filter(([name, value]) => !headers[name.toLowerCase()]?.startsWith(value)) // a charset may follow
    .map(([name, value]) => `${name} must be ${value}`);
  problems.push(...issuesOf(validateRequestBody, body).map((issue) => formatIssues([issue])));
  return problems.length > 0 ? refused(422, problems) : undefined;
}

/** The collection that a request asks for: the contract's example with the request's values. */
function collectionFor(request: unknown, count: number): object {
  const wanted = isObject(request) ? request : {};
  const echo = Object.entries(exampleBodies[201].data).map(([name, example]) => {
    const empty = typeof example === "string" ? "" : {};
    return [name, wanted[name] ?? (requestFields.includes(name) ? empty : example)];
  });
  return {
    ...Object.fromEntries(echo),
    _id: wanted.collectionId ?? count.toString(16).padStart(24, "0"),
    createdAt: new Date().toISOString(),
  };
}

function responseOf(status: number, { body, headers, retryAfterMs = 1 }: FakeResponse): Response {
  const isSpent = status === 429;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text ?? null, {
    status,
    headers: {
      "Content-Type": "application/json",
      // A large budget in a short window: a client waits only when a 429 asks for it.
      "X-RateLimit-Max": "1000000",
      "X-RateLimit-Remaining": isSpent ? "0" : "1000000",
      "X-RateLimit-Interval-Milliseconds": String(isSpent ? retryAfterMs : 1),
      "X-RateLimit-Limit-Daily": "200000",
      "X-RateLimit-Daily-Remaining": "199999",
      ...(isSpent && retryAfterMs % 1000 === 0 && { "Retry-After": String(retryAfterMs / 1000) }),
      ...headers,
    },
  });
}

/** The error of Node.js's fetch when a connection cannot be made, or ends too early. */
function brokenConnection(sent: boolean): TypeError {
  const [message, code] = sent
    ? ["other side closed", "UND_ERR_SOCKET"]
    : ["connect ECONNREFUSED", "ECONNREFUSED"];
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** The value of a JSON text; undefined if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
