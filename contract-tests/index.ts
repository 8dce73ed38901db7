import * as generated from "../generated/probes.js";
import { isNeverSent } from "../src/outcome.js";
import { isToken, tokenRequirement } from "../src/token.js";
import { formatIssues, issuesOf } from "../src/validate.js";
import { type Breach, type ContractRequest, requestsOf, validRequest } from "./requests.js";

/** Which server is tested, and with what. */
export interface ContractTestsOptions {
  /** Where the server is, such as `http://127.0.0.1:4010`. */
  readonly baseUrl: string;
  /**
   * A token that the server accepts, which for a mock is any; goes with `locationId`. Default: none, and only
   * wrong tokens are sent.
   */
  readonly token?: string | undefined;
  /** The location that the token is for. */
  readonly locationId?: string | undefined;
  /**
   * Also sends requests that may create something: on a server without validation, one thing for each test.
   * Default: false, and only requests are sent that create nothing even there.
   */
  readonly create?: boolean | undefined;
}

/** A test of one request. */
export interface ContractTest {
  /** Says what is sent. */
  readonly name: string;
  /** Rejects with what was sent, what came, and what would be right. */
  readonly run: () => Promise<void>;
}

/**
 * The contract as tests of a server, for any test runner: requests that break it in one place, and one of
 * each operation that breaks nothing. A refusal may have any documented status that fits, and its body has
 * to keep to the contract.
 *
 * @throws TypeError that names an invalid option.
 *
 * @example
 * for (const { name, run } of contractTests({ baseUrl: "http://127.0.0.1:4010" })) test(name, run);
 */
export function contractTests(options: ContractTestsOptions): readonly ContractTest[] {
  const { baseUrl, token, locationId, create = false } = Object(options) as ContractTestsOptions;
  if (!/^https?:\/\/[^\s?#]+$/.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw new TypeError("contractTests: `baseUrl` must be a URL such as http://127.0.0.1:4010");
  }
  const lacking = !token !== !locationId || (create && !token);
  if (lacking) {
    throw new TypeError(
      `contractTests: \`${token ? "locationId" : "token"}\` is missing; \`token\` and \`locationId\` go together`,
    );
  }
  if (token && !isToken(token)) {
    throw new TypeError(`contractTests: \`token\` must be ${tokenRequirement}`);
  }
  return chosenRequests(token && locationId ? { token, locationId } : undefined, create).map(
    (request) => ({ name: request.name, run: () => run(request, baseUrl, token) }),
  );
}

/** Nobody's token and location. */
const stranger = { token: "not-a-token", locationId: "000000000000000000000000" };

function chosenRequests(
  account: { readonly token: string; readonly locationId: string } | undefined,
  create: boolean,
): readonly ContractRequest[] {
  const operations = Object.values(generated);
  const wrongTokens = operations
    .filter(({ isSecured }) => isSecured)
    .map((shown) => ({
      ...validRequest(shown, stranger),
      name: `${shown.operation.id}: a wrong token`,
      breaks: "token" as const,
    }));
  const requests = operations.flatMap((shown) => requestsOf(shown, account ?? stranger));
  const sent = requests.filter(({ breaks, isHarmless }) =>
    account ? create || isHarmless : breaks === "token",
  );
  return [...(account ? [] : wrongTokens), ...sent.map((it) => (create ? asNew(it) : it))];
}

/** A request that breaks nothing, with texts that no earlier one had: a server may ask for unique ones. */
function asNew(request: ContractRequest): ContractRequest {
  const { breaks, body, operation } = request;
  if (breaks !== "nothing" || body === undefined) return request;
  const suffix = `-${Date.now().toString(36)}`;
  const fields: Record<string, unknown> = JSON.parse(body);
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string" || name === operation.locationField) continue;
    fields[name] = value + suffix;
    if (!operation.validateBody?.(fields)) fields[name] = value;
  }
  return { ...request, body: JSON.stringify(fields) };
}

/** The statuses that may refuse a request, of those that its operation documents. */
const refusals: Readonly<Record<Exclude<Breach, "nothing">, readonly number[]>> = {
  token: [401],
  header: [400, 401, 422],
  query: [400, 422],
  path: [400, 404, 422],
  JSON: [400, 422],
  "content type": [400, 415, 422],
  body: [400, 422],
};

function allowedStatuses({ operation, breaks }: ContractRequest): readonly number[] {
  const documented = Object.keys(operation.validateResponse).map(Number);
  if (breaks === "nothing") return documented.filter((status) => status >= 200 && status < 300);
  return documented.filter((status) => refusals[breaks].includes(status));
}

/** The time limit of a request, to the last byte of its response. */
const timeoutMs = 25_000;

async function run(request: ContractRequest, baseUrl: string, token = stranger.token) {
  const { operation, target, headers, body } = request;
  const { status, text, failure, isAway } = await send(request, baseUrl);
  // A short token is a mock's, and may be a word of the response.
  const secret = token.length < 8 ? undefined : token;
  const shown = (text: string) =>
    (secret ? text.replaceAll(secret, "[token]") : text).slice(0, 1000);
  if (isAway) throw new Error(`No server answers at ${baseUrl}: ${shown(failure ?? "")}`);
  const allowed = allowedStatuses(request);
  const problem = failure ?? findProblem(request, status, text);
  if (problem === undefined) return;
  const { Authorization: _, Accept: __, ...others } = headers;
  throw new Error(
    [
      `${request.name}: ${shown(problem)}.`,
      `Sent: ${operation.method} ${target} ${shown(JSON.stringify(others))} ${shown(body ?? "")}`,
      `Came: ${status ?? "no status"} ${shown(text)}`,
      `Right: ${allowed.join(" or ")}, with a body that keeps to the contract`,
    ].join("\n"),
  );
}

/** What is wrong with a response; undefined if it may be. */
function findProblem(request: ContractRequest, status = 0, text = ""): string | undefined {
  const allowed = allowedStatuses(request);
  if (!allowed.includes(status)) return `answered ${status} in place of ${allowed.join(" or ")}`;
  const validate = request.operation.validateResponse[status];
  if (validate === undefined) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "answered with a body that is not JSON";
  }
  const issues = issuesOf(validate, body);
  return issues.length > 0 ? `its body breaks the contract: ${formatIssues(issues)}` : undefined;
}

/** The response, as far as it came within the time limit and 1 MiB. */
async function send({ operation, target, headers, body }: ContractRequest, baseUrl: string) {
  let status: number | undefined;
  let text = "";
  const ending = new AbortController();
  const timeout = () => ending.abort(new DOMException("", "TimeoutError"));
  const timer = setTimeout(timeout, timeoutMs);
  try {
    const response = await fetch(baseUrl.replace(/\/$/, "") + target, {
      method: operation.method,
      headers,
      body: body ?? null,
      redirect: "manual",
      signal: ending.signal,
    });
    status = response.status;
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done = true, value = "" } = (await reader?.read()) ?? {};
      if (done) return { status, text };
      text += value;
      if (text.length > 2 ** 20) return { status, text, failure: "sent more than 1 MiB" };
    }
  } catch (error) {
    return { status, text, failure: reasonFor(error), isAway: isNeverSent(error) };
  } finally {
    clearTimeout(timer);
    ending.abort(); // what has no end would go on
  }
}

function reasonFor(error: unknown): string {
  const { name, message, code, cause } = Object(error);
  if (name === "TimeoutError") return `sent no complete response within ${timeoutMs / 1000} s`;
  return cause instanceof Error ? reasonFor(cause) : message || code || "the fetch failed";
}
