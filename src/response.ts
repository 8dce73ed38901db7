import type { Operation } from "../generated/operations.js";
import type { Call } from "./call.js";
import { ApiError, type ErrorResponse, UnexpectedResponseError } from "./errors.js";
import { redactHeaders } from "./redact.js";
import { type Issue, isObject, issuesOf } from "./validate.js";

/** The result of openapi-fetch: a success as text, an error parsed, or as text if it is not JSON. */
export interface Result {
  readonly response: Pick<Response, "ok"> & ErrorResponse;
  readonly data?: string | undefined;
  readonly error?: unknown;
}

/**
 * The value at a field of a success. An object is returned even if it violates the contract; a `drift` event
 * reports that.
 *
 * @throws {@link ApiError} if the contract documents the error, else {@link UnexpectedResponseError}.
 */
export function readResponse(
  { validateResponse }: Operation,
  { response, data, error }: Result,
  field: string,
  call: Call,
): unknown {
  const { ok, status, headers, cause } = response;
  const body = ok ? parseJson(data) : error;
  const validate = validateResponse[status];
  const isDocumented = Object.hasOwn(validateResponse, status);
  const issues = isDocumented ? issuesOf(validate, body) : [undocumentedIssue(status)];
  const value = ok && isObject(body) ? body[field] : undefined;
  let problem: string | undefined;
  if (ok) {
    // Any object, and whatever else the contract promises there.
    const isPromised = value !== undefined && isDocumented && !issues.some(isAt(`/${field}`));
    if (!isObject(value) && !isPromised) problem = `without a \`${field}\` object`;
  } else if (!isDocumented) problem = "which is not documented";
  else if (validate && !isObject(body)) problem = "without a JSON object";
  if (!problem && issues.length > 0) call.emit?.({ type: "drift", status, issues, body });
  if (ok && !problem) return value;
  const failed = { status, cause, headers: redactHeaders(headers, call) };
  // A proxy's HTML page must not fill a log.
  const shown = typeof body === "string" ? body.slice(0, 1024) : body;
  throw problem
    ? new UnexpectedResponseError(failed, shown, problem, call)
    : new ApiError(failed, shown, call);
}

function undocumentedIssue(status: number): Issue {
  return { path: "", keyword: "status", message: `status ${status} is not documented` };
}

function isAt(place: string) {
  return ({ path }: Issue) => path === place;
}

/** The JSON value of a text, or the text itself if it is not JSON. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return text;
  }
}
