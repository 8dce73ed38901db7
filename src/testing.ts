import { exampleBodies, exampleHeaders } from "../generated/examples.js";
import { fixedHeaders, path, type RequestBody, validateRequestBody } from "./contract.js";
import { check } from "./http/check.js";
import type { RateLimitHeader } from "./http/documented.js";
import { isObject } from "./http/is-object.js";
import { own } from "./http/own.js";
import { sleep } from "./http/wait.js";
import { inWords, issuesOf } from "./issues.js";
import { ownOptions } from "./own-options.js";

/** What {@link fakeHighLevel} takes. */
export interface FakeOptions {
  /** Requests that a location may send in a window; one more is answered 429. Default: 100. */
  readonly limit?: number;
  /** Length of the window in milliseconds. Default: 10 000. */
  readonly intervalMs?: number;
  /** Requests that a location may send to this fake in all, its "day". Default: 200 000. */
  readonly dailyLimit?: number;
}

/** A request as the fake received it. */
export interface FakeRequest {
  readonly method: string;
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
}

/** What an answer is to be like, beside its status. */
export interface FakeAnswer {
  /** JSON, or a string to be sent as it is. Default: the contract's example for the status. */
  readonly body?: unknown;
  /** Beside those of the rate limit, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The wait that a 429 names: whole seconds in `Retry-After`, and what is shorter in
   * `X-RateLimit-Interval-Milliseconds`.
   */
  readonly retryAfterMs?: number;
  /** Waits this long before it answers, on the platform's `setTimeout`: fake timers govern it. */
  readonly delayMs?: number;
}

/** How a connection is to break. */
export interface FakeBreak {
  /** Whether the request reaches the fake before the connection breaks. */
  readonly sent: boolean;
  /** Waits this long before it breaks, as {@link FakeAnswer.delayMs} does. */
  readonly delayMs?: number;
}

/** HighLevel in memory. */
export interface FakeHighLevel {
  /** For the `fetch` option of `createClient`, or wherever else a `fetch` goes. */
  readonly fetch: {
    (input: string | URL | Request, init?: RequestInit): Promise<Response>;
    /** As `Fetch` of `createClient` has it. */
    readonly tellsNeverSent: true;
  };
  /** Every request that reached it, in order. */
  readonly requests: readonly FakeRequest[];
  /**
   * Answers the next request with this status, whatever the request is. For a 201 without a `body`
   * it still has to keep to the contract, and is answered with the collection that it asked for.
   * Called more than once, it is for as many requests, in order.
   *
   * @throws RangeError for a status outside 200 to 599, TypeError where no answer can be made of it.
   */
  answerNext(status: number, answer?: FakeAnswer): void;
  /** Breaks the connection of the next request; it shares the order of {@link answerNext}. */
  breakNext(how: FakeBreak): void;
}

/**
 * Makes a HighLevel in memory, to test code that creates collections, without a server or a token.
 *
 * It holds each request to the contract (path, method, token, `Version`, body) and answers a bad one
 * as the contract says. A good one is answered with what it asked for, under ids that count up from
 * 1. Every answer has the five rate-limit headers, counting down for each location.
 *
 * It sets no timer but for a `delayMs`, and goes by `performance.now()`: under fake timers no test
 * waits for real. It refuses no slug that is taken: `answerNext(422)` does.
 *
 * Clients of one location share a rate limit for the whole process, also over several fakes: so that
 * no test waits for what another has spent, give clients `limiter: false` or a location of their own.
 *
 * @example
 * const highlevel = fakeHighLevel();
 * const client = createClient({ locationId: "abc", token: "any", fetch: highlevel.fetch });
 * highlevel.answerNext(429, { retryAfterMs: 20 });
 * await client.createProductCollection({ name: "Best Sellers", slug: "best-sellers" });
 * expect(highlevel.requests).toHaveLength(2);
 */
export function fakeHighLevel(options: FakeOptions = {}): FakeHighLevel {
  const budget = ownOptions("fakeHighLevel", options, fakeOptions);
  checkFigures("fakeHighLevel", budget);
  const requests: FakeRequest[] = [];
  const plans: Plan[] = [];
  const spend = createBudgets(budget);
  const ids = new Set<string>();
  let created = 0;

  /** An id that no collection has, also none that was created under an id of the caller's. */
  function nextId(): string {
    const id = (++created).toString(16).padStart(24, "0");
    return ids.has(id) ? nextId() : id;
  }

  /** The answer to a request, by the contract. */
  function answerTo(request: FakeRequest, isMalformed: boolean): Reply {
    const refusal = refusalOf(request, isMalformed);
    if (refusal !== undefined) return refusal;
    const { altId, collectionId, name, slug, image, seo } = request.body as RequestBody; // validated
    const _id = collectionId ?? nextId();
    ids.add(_id);
    const createdAt = new Date().toISOString();
    const data = { _id, altId, name, slug, image: image ?? "", seo: seo ?? {}, createdAt };
    return { status: 201, body: { data } };
  }

  async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const incoming = new Request(input, init);
    const { method, url, signal } = incoming;
    signal?.throwIfAborted(); // workerd has none where none was given
    const plan = plans.shift() ?? {};
    const text = await incoming.text();
    signal?.throwIfAborted();
    const json = parsed(text);
    // happy-dom's Headers keep the names as they were given.
    const headers = Object.fromEntries(
      [...incoming.headers].map(([name, value]) => [name.toLowerCase(), value]),
    );
    const request = { method, url, headers, body: json === undefined ? text : json.value };
    if (plan.sent !== false) requests.push(request);
    if (plan.delayMs !== undefined) await sleep(plan.delayMs, signal);
    if (plan.sent !== undefined) throw brokenConnection(plan.sent);

    const { rateLimit, isSpent } = spend(isObject(request.body) ? request.body.altId : undefined);
    const isMalformed = text !== "" && json === undefined;
    const byContract = () => (isSpent ? { status: 429 } : answerTo(request, isMalformed));
    const reply = plannedReply(plan) ?? byContract();
    return responseOf(reply, { ...rateLimit, ...waitOf(plan), ...plan.headers });
  }
  fetch.tellsNeverSent = true as const;

  return {
    requests,
    answerNext(status, answer = {}) {
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError("answerNext: the status must be from 200 to 599");
      }
      const plan = ownOptions("answerNext", answer, fakeAnswer);
      checkAnswer(status, plan);
      plans.push({ ...plan, status });
    },
    breakNext(how) {
      const { sent, ...figures } = ownOptions("breakNext", how, fakeBreak);
      check(typeof sent === "boolean", "breakNext: `sent`", "true or false");
      checkFigures("breakNext", figures);
      plans.push({ sent, ...figures });
    },
    fetch,
  };
}

const fakeOptions = { limit: true, intervalMs: true, dailyLimit: true } as const;
const fakeAnswer = { body: true, headers: true, retryAfterMs: true, delayMs: true } as const;
const fakeBreak = { sent: true, delayMs: true } as const;

/** What is to become of a request. */
type Plan = Partial<FakeAnswer & FakeBreak & { readonly status: number }>;

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

/** Checks at once what the fetch would fail over later, where it looks like a broken connection. */
function checkAnswer(status: number, { body, headers, ...figures }: FakeAnswer): void {
  const isEmpty = status === 204 || status === 205 || status === 304;
  check(!isEmpty || body === undefined, "answerNext: `body`", `left out of a ${status}`);
  let isWritable = true;
  try {
    isWritable = body === undefined || JSON.stringify(body) !== undefined;
  } catch {
    isWritable = false; // a BigInt, a cycle
  }
  check(isWritable, "answerNext: `body`", "text, or what JSON can write");
  let isSendable = true;
  try {
    if (headers !== undefined) new Headers(headers);
  } catch {
    isSendable = false;
  }
  check(isSendable, "answerNext: `headers`", "names and values that an answer can carry");
  checkFigures("answerNext", figures);
}

/** The reply that was asked for; undefined where it is to follow from the request. */
function plannedReply({ status, ...plan }: Plan): Reply | undefined {
  if (status === undefined || (status === 201 && plan.body === undefined)) return undefined;
  return { status, body: "body" in plan ? plan.body : exampleOf(status) };
}

/**
 * How the contract refuses a request; undefined where it keeps to it.
 *
 * @param isMalformed - Whether its body is not JSON.
 */
function refusalOf(
  { method, url, headers, body }: FakeRequest,
  isMalformed: boolean,
): Reply | undefined {
  const isJson = /^application\/([^;]+\+)?json\s*(;|$)/i.test(headers["content-type"] ?? "");
  if (isJson && isMalformed) return refused(400);
  if (new URL(url).pathname !== path) return { status: 404, body: { message: "Not Found" } };
  if (method !== "POST") return { status: 405, body: { message: "Method Not Allowed" } };
  if (!/^Bearer\s/.test(headers.authorization ?? "")) return refused(401);
  const wrong = Object.entries(fixedHeaders)
    .filter(([name, value]) => headers[name.toLowerCase()] !== value)
    .map(([name, value]) => `${name} must be ${value}`);
  if (!isJson) wrong.push("Content-Type must be application/json");
  else wrong.push(...issuesOf(validateRequestBody, body).map((it) => inWords([it])));
  return wrong.length > 0 ? refused(422, { message: wrong }) : undefined;
}

function refused(status: 400 | 401 | 422, more?: object): Reply {
  return { status, body: { ...exampleBodies[status], ...more } };
}

function exampleOf(status: number): unknown {
  return own(exampleBodies, String(status));
}

/** Counts the requests of each location. */
function createBudgets({
  limit = exampleHeaders["X-RateLimit-Max"],
  intervalMs = exampleHeaders["X-RateLimit-Interval-Milliseconds"],
  dailyLimit = exampleHeaders["X-RateLimit-Limit-Daily"],
}: FakeOptions) {
  const locations = new Map<unknown, { endsAt: number; inWindow: number; inDay: number }>();
  return (location: unknown) => {
    const now = performance.now();
    const used = locations.get(location) ?? { endsAt: 0, inWindow: 0, inDay: 0 };
    locations.set(location, used);
    if (now >= used.endsAt) {
      used.endsAt = now + intervalMs;
      used.inWindow = 0;
    }
    used.inWindow++;
    used.inDay++;
    const rateLimit: Record<RateLimitHeader, string> = {
      "X-RateLimit-Limit-Daily": `${dailyLimit}`,
      "X-RateLimit-Daily-Remaining": `${Math.max(0, dailyLimit - used.inDay)}`,
      "X-RateLimit-Interval-Milliseconds": `${intervalMs}`,
      "X-RateLimit-Max": `${limit}`,
      "X-RateLimit-Remaining": `${Math.max(0, limit - used.inWindow)}`,
    };
    return { rateLimit, isSpent: used.inWindow > limit || used.inDay > dailyLimit };
  };
}

/** The headers of a planned answer that say how long to wait. */
function waitOf({ status, retryAfterMs }: Plan): Record<string, string> {
  const spent: Record<string, string> = status === 429 ? { "X-RateLimit-Remaining": "0" } : {};
  if (retryAfterMs === undefined) return spent;
  return retryAfterMs % 1000 === 0
    ? { ...spent, "Retry-After": `${retryAfterMs / 1000}` }
    : { ...spent, "X-RateLimit-Interval-Milliseconds": `${retryAfterMs}` };
}

function responseOf({ status, body }: Reply, headers: Record<string, string>): Response {
  if (body === undefined) return new Response(null, { status, headers });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(text, {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

/** Checks numbers from 0 up, where they are given. */
function checkFigures(what: string, figures: object): void {
  for (const [name, figure] of Object.entries(figures)) {
    const isOne = Number.isFinite(figure) && Number(figure) >= 0;
    check(figure === undefined || isOne, `${what}: \`${name}\``, "a number from 0 up");
  }
}

/** What Node.js's fetch throws when a connection cannot be made, or ends too early. */
function brokenConnection(sent: boolean): TypeError {
  const cause = sent
    ? Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })
    : Object.assign(new Error("connect ECONNREFUSED"), {
        code: "ECONNREFUSED",
        syscall: "connect",
      });
  return Object.assign(new TypeError("fetch failed", { cause }), { neverSent: !sent });
}

/** The value of a JSON text; undefined where it is none. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
