import { exampleBodies, requestFields } from "../generated/examples.js";
import { fixedHeaders, path, validateRequestBody } from "./contract.js";
import { sleep } from "./time.js";
import { inWords, isObject, issuesOf } from "./validate.js";

/** A request as the fake received it. */
export interface FakeRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The whole URL. */
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

/** The answer to give, beside its status. */
export interface FakeAnswer {
  /** JSON, or a string to be sent as it is. Default: the contract's example for the status. */
  readonly body?: unknown;
  /** Beside those that every answer has, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The wait that a 429 asks for, in milliseconds. Default: none that would hold a test up. */
  readonly retryAfterMs?: number;
  /** Waits this long before it answers, by `setTimeout`: fake timers govern it. Default: 0. */
  readonly delayMs?: number;
}

/** HighLevel in memory. */
export interface FakeHighLevel {
  /** For the `fetch` option of `createClient`, or wherever else a `fetch` goes. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** Every request that reached it, in order. */
  readonly requests: readonly FakeRequest[];
  /**
   * Answers the next request with this status, whatever the request is; a 201 without a `body` has the
   * collection that the request asked for. Called more than once, it is for as many requests, in order.
   */
  answerNext(status: number, answer?: FakeAnswer): void;
  /**
   * Breaks the connection of the next request, before it was sent or after; it shares the order of
   * {@link answerNext}.
   */
  breakNext(how: { readonly sent: boolean }): void;
}

/** The body that the contract shows for a status; undefined for a status that it does not document. */
const examples: Readonly<Record<number, unknown>> = exampleBodies;

type Plan = { readonly status: number; readonly answer: FakeAnswer } | { readonly sent: boolean };

/**
 * Makes a HighLevel in memory, to test code that creates collections, without a server or a token.
 *
 * It holds each request to the contract (path, method, token, headers, body) and answers a bad one as
 * the contract says. A good one is answered with what it asked for, an id that counts up from 1, and the
 * date; a field that it left out is empty. It knows no slug that is taken: `answerNext(422)` does. Its
 * rate-limit headers never hold a test up.
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
      await sleep(plan?.answer.delayMs ?? 0, signal);

      const isMalformed = json === undefined && text !== "";
      const { status, answer } = plan ?? refusalOf(request, isMalformed) ?? good;
      const isEcho = status === 201 && answer.body === undefined;
      const body = isEcho ? { data: collectionFor(request.body, ++created) } : answer.body;
      return responseOf(status, { ...answer, body: body ?? examples[status] });
    },
  };
}

const good = { status: 201, answer: {} as FakeAnswer };

/** How the contract refuses a request; undefined where the request keeps to it. */
function refusalOf({ method, url, headers, body }: FakeRequest, isMalformed: boolean) {
  const refused = (status: number, message?: string | readonly string[]) => {
    const body = { ...Object(examples[status]), ...(message && { message }) };
    return { status, answer: { body } as FakeAnswer };
  };
  if (new URL(url).pathname !== path) return refused(404, "Not Found");
  if (method !== "POST") return refused(405, "Method Not Allowed");
  if (!/^Bearer \S/.test(headers.authorization ?? "")) return refused(401);
  if (isMalformed) return refused(400);
  const problems = Object.entries({ "Content-Type": "application/json", ...fixedHeaders })
    .filter(([name, value]) => !headers[name.toLowerCase()]?.startsWith(value)) // a charset may follow
    .map(([name, value]) => `${name} must be ${value}`);
  problems.push(...issuesOf(validateRequestBody, body).map((issue) => inWords([issue])));
  return problems.length > 0 ? refused(422, problems) : undefined;
}

/** The collection that a request asks for: the contract's example, with the request's values in it. */
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

function responseOf(status: number, { body, headers, retryAfterMs = 1 }: FakeAnswer): Response {
  const isSpent = status === 429;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text ?? null, {
    status,
    headers: {
      "Content-Type": "application/json",
      // So much in so short a window that no client ever waits, but for the wait that a 429 asks for.
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

/** What Node.js's fetch throws when a connection cannot be made, or ends too early. */
function brokenConnection(sent: boolean): TypeError {
  const [message, code] = sent
    ? ["other side closed", "UND_ERR_SOCKET"]
    : ["connect ECONNREFUSED", "ECONNREFUSED"];
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** The value of a JSON text; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
