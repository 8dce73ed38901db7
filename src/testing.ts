import * as examples from "../generated/examples.js";
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
  /** JSON, or a string to send unchanged. Default: the contract's example of the operation and the status. */
  readonly body?: unknown;
  /** Headers added to those of every response, or replacing them. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The wait that a 429 asks for, in whole milliseconds from 1 up; others are rounded up. Default: 1. */
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
   * Answers the next request with this status, valid or not; a success without a `body` holds what the
   * request asked for. Each call plans the response of one more request, in order.
   */
  answerNext(status: number, response?: FakeResponse): void;
  /**
   * Breaks the connection of the next request, before or after the request is sent, in order with the
   * answers of {@link answerNext}.
   */
  breakNext(how: { readonly sent: boolean }): void;
}

interface PlannedResponse {
  readonly status: number;
  readonly response: FakeResponse;
}

type Plan = PlannedResponse | { readonly sent: boolean };

/**
 * Makes a fake HighLevel, to test code that creates collections without a server or a token.
 *
 * It checks each request against the contract (path, method, token, parameters, body) and answers an
 * invalid one as the contract documents. A valid one is answered with the contract's example of a success,
 * in which the fields that were sent have their values, those that were left out are empty, and what was
 * created has an id that counts up from 1, and the date. It does not track slugs: use `answerNext(422)` for
 * one that is taken. Its rate-limit headers never delay a test.
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
    answerNext: (status, response = {}) => void plans.push({ status, response }),
    breakNext: ({ sent }) => void plans.push({ sent }),
    async fetch(input, init) {
      const incoming = new Request(input, init);
      const { method, url, signal } = incoming;
      signal?.throwIfAborted(); // workerd has no signal where none was given
      const plan = plans.shift();
      const text = await incoming.text();
      const json = parseJson(text);
      const headers: Record<string, string> = {};
      incoming.headers.forEach((value, name) => {
        headers[name.toLowerCase()] = value; // happy-dom gives names as they were written
      });
      const request = { method, url, headers, body: json === undefined ? text : json };
      const isBroken = plan !== undefined && "sent" in plan;
      if (!isBroken || plan.sent) requests.push(request);
      if (isBroken) throw brokenConnection(plan.sent);
      if (plan?.response.delayMs) await sleep(plan.response.delayMs, signal);

      const { shown, refusal } = judge(request, text);
      const planned = plan ?? refusal ?? { status: shown?.success ?? 404, response: {} };
      const { status, response } = planned;
      const isSuccess = status === shown?.success && response.body === undefined;
      const body = isSuccess
        ? successFor(shown, request, status === 201 ? ++created : created)
        : response.body;
      return toResponse(status, { ...response, body: body ?? shown?.responses[status] });
    },
  };
}

interface Judgement {
  readonly shown: examples.OperationExamples | undefined;
  readonly refusal?: PlannedResponse;
}

/** What the contract says of a request: its operation, and the response that refuses it. */
function judge(request: FakeRequest, text: string): Judgement {
  const { method, headers, body } = request;
  const { pathname, searchParams } = new URL(request.url);
  const refused = (status: number, message?: string | readonly string[]) => {
    const body = { ...Object(shown?.responses[status]), ...(message && { message }) };
    return { shown, refusal: { status, response: { body } } };
  };
  const atPath = operationsAt(pathname);
  const shown = atPath.find(({ operation }) => operation.method === method);
  if (shown === undefined) {
    return atPath.length === 0 ? refused(404, "Not Found") : refused(405, "Method Not Allowed");
  }
  if (shown.isSecured && !/^Bearer \S/.test(headers.authorization ?? "")) return refused(401);
  if (text !== "" && parseJson(text) === undefined) return refused(400);
  const { operation, isBodyRequired, parameters } = shown;
  const inPath = pathPattern(operation.path).exec(pathname)?.groups ?? {};
  const given: Readonly<Record<string, (name: string) => string | null | undefined>> = {
    header: (name) => headers[name.toLowerCase()],
    query: (name) => searchParams.get(name),
    path: (name) => decodeURIComponent(inPath[groupName(name)] ?? ""),
  };
  const problems = parameters.flatMap((parameter) =>
    problemOf(parameter, given[parameter.in]?.(parameter.name)),
  );
  if (operation.validateBody && (text !== "" || isBodyRequired)) {
    // A charset may follow.
    if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
      problems.push("Content-Type must be application/json");
    }
    problems.push(...issuesOf(operation.validateBody, body).map((issue) => formatIssues([issue])));
  }
  return problems.length > 0 ? refused(422, problems) : { shown };
}

/** The operations of the path that fits best: of two, the one with fewer parameters. */
function operationsAt(pathname: string): readonly examples.OperationExamples[] {
  const fitting = Object.values(examples).filter(({ operation }) =>
    pathPattern(operation.path).test(pathname),
  );
  const parametersIn = (path: string) => path.split("{").length;
  const fewest = Math.min(...fitting.map(({ operation }) => parametersIn(operation.path)));
  return fitting.filter(({ operation }) => parametersIn(operation.path) === fewest);
}

/** The end of a URL's path, with a group for each parameter. */
function pathPattern(path: string): RegExp {
  const parts = path
    .split(/\{(.+?)\}/)
    .map((part, index) =>
      index % 2 === 1
        ? `(?<${groupName(part)}>[^/]+)`
        : part.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&"),
    );
  return new RegExp(`${parts.join("")}$`);
}

function groupName(parameter: string): string {
  return `_${parameter.replaceAll(/\W/g, "_")}`;
}

/** What is wrong with a parameter; its type is the mock's to check. */
function problemOf(
  { name, isRequired, values, pattern }: examples.Parameter,
  value: string | null | undefined,
): readonly string[] {
  if (value === null || value === undefined || value === "") {
    return isRequired ? [`${name} is required`] : [];
  }
  if (values && !values.some((allowed) => String(allowed) === value)) {
    return [`${name} must be one of ${values.join(", ")}`];
  }
  const isMatch = pattern === undefined || new RegExp(pattern, "u").test(value);
  return isMatch ? [] : [`${name} must match pattern "${pattern}"`];
}

/** The contract's example of a success, with the request's values. */
function successFor(
  { operation, success, responses, emptyFields }: examples.OperationExamples,
  { body }: FakeRequest,
  count: number,
): unknown {
  const example = responses[success];
  if (operation.validateBody === undefined) return example;
  const given = isObject(body) ? body : {};
  const echo = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const fields = Object.entries(value).map(([name, shown]) => {
      if (name in given) return [name, given[name]];
      if (name in emptyFields) return [name, emptyFields[name]];
      if (success === 201 && /^_?id$/.test(name))
        return [name, chosenId(value) ?? idAt(count, shown)];
      if (/^\d{4}-\d\d-\d\dT/.test(String(shown))) return [name, new Date().toISOString()];
      return [name, echo(shown)];
    });
    return Object.fromEntries(fields);
  };
  /** The id that the request gives to what it creates: a field that the response has under another name. */
  const chosenId = (fields: object) =>
    Object.entries(given).find(([name]) => /Id$/.test(name) && !(name in fields))?.[1];
  return echo(example);
}

/** The id of the `count`th created object, in the form of the example. */
function idAt(count: number, example: unknown): unknown {
  return typeof example === "string" ? count.toString(16).padStart(example.length, "0") : count;
}

function toResponse(status: number, { body, headers, ...response }: FakeResponse): Response {
  const isSpent = status === 429;
  // A header has whole milliseconds, and 0 names no wait.
  const retryAfterMs = Math.max(1, Math.ceil(response.retryAfterMs ?? 1));
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
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
