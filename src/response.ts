import {
  type ErrorStatus,
  type ProductCollection,
  type ResponseBody,
  type Status,
  type SuccessStatus,
  validateResponseBody,
} from "./contract.js";
import { ApiError } from "./errors.js";
import type { ClientEvent } from "./events.js";
import type { Answer } from "./http/answer.js";
import { mayHaveCreatedWith, TimeoutError, UnexpectedResponseError } from "./http/errors.js";
import type { Emit } from "./http/events.js";
import { isObject } from "./http/is-object.js";
import { own } from "./http/own.js";
import { type Issue, issuesOf } from "./issues.js";

/**
 * The collection in an answer.
 *
 * @throws {@link ApiError} where the contract documents the error, {@link UnexpectedResponseError} where it
 * does not, or where the answer does not hold what the contract promises.
 */
export function readResponse(answer: Answer, emit: Emit<ClientEvent>): ProductCollection {
  const { status, flaw } = answer;
  const body = parsed(answer.content);
  const unexpected = (what: string) => unexpectedResponse(what, answer, body);
  const data = isObject(body) ? own(body, "data") : undefined;
  const validate = isDocumented(status) ? validateResponseBody[status] : undefined;
  const isEnough = status === created ? isObject(data) : validate === null;
  // What came is used, although the server hung up too early or too late.
  if (flaw !== undefined && !isEnough) {
    throw mayHaveCreatedWith(status) && flaw.cause instanceof TimeoutError
      ? flaw.cause
      : unexpected(flaw.what);
  }
  if (!isDocumented(status)) throw unexpected(undocumented(status));
  if (!isError(status) && !isObject(data)) throw unexpected("without a `data` object");
  if (validate) {
    if (!isObject(body)) throw unexpected("without a JSON object");
    if (emit !== undefined) tellDrift(emit, status, issuesOf(validate, body), answer.content);
  }
  if (isError(status)) {
    // The body is what the contract says, or a drift that was told of.
    const response = { ...answer, status, body: body as ResponseBody<ErrorStatus> };
    throw new ApiError(response, answer.attempts);
  }
  // Created, and so returned, even where a field is not as the contract says: that was told of.
  return data as ProductCollection;
}

function tellDrift(
  emit: NonNullable<Emit<ClientEvent>>,
  status: number,
  issues: readonly Issue[],
  content: string,
): void {
  if (issues.length === 0) return;
  // Made anew for each listener: what one does to its event is no one else's.
  emit(() => ({
    type: "drift",
    status,
    issues: issues.map((issue) => ({ ...issue })),
    body: parsed(content),
  }));
}

const created = 201 satisfies SuccessStatus;

/** Whether the contract documents the status. */
export function isDocumented(status: number): status is Status {
  return Object.hasOwn(validateResponseBody, status);
}

function isError(status: Status): status is ErrorStatus {
  return status >= 300;
}

function undocumented(status: number): string {
  // A browser hides the status of a redirect that is not followed behind 0.
  const isRedirect = status === 0 || (status >= 300 && status < 400);
  return isRedirect ? "a redirect, never followed" : "which the contract does not document";
}

function unexpectedResponse(what: string, answer: Answer, body: unknown): UnexpectedResponseError {
  const { content, flaw } = answer;
  const isJson = body !== undefined && body !== content;
  const shown = isJson ? body : firstKiB(content);
  return new UnexpectedResponseError(what, { ...answer, body: shown, cause: flaw?.cause });
}

/** The JSON value of a text, or the text itself where it is none; undefined for no text. */
function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function firstKiB(text: string): string {
  // jsdom has none, and no character of a string takes more than three bytes.
  if (globalThis.TextEncoder === undefined) return text.slice(0, 341);
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(1024)).read);
}
