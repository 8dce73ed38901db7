import type { Operation } from "../generated/operations.js";
import type { Call } from "./call.js";
import { ApiError, UnexpectedResponseError } from "./errors.js";
import { type Issue, isObject, issuesOf } from "./validate.js";

/** The result of openapi-fetch: a success as text, an error parsed, or as text if it is not JSON. */
export interface Result {
  readonly response: Response;
  readonly data?: string | undefined;
  readonly error?: unknown;
}

/**
 * The object, or the list where the contract has one, at a field of a success. It is returned even if it
 * violates the contract; a `drift` event reports that.
 *
 * @throws {@link ApiError} if the contract documents the error, else {@link UnexpectedResponseError}.
 */
export function readResponse(
  { validateResponse }: Operation,
  { response, data, error }: Result,
  field: string,
  { attempts, emit }: Call,
): unknown {
  const { ok, status } = response;
  const body = ok ? parsed(data) : error;
  const validate = validateResponse[status];
  const isDocumented = Object.hasOwn(validateResponse, status);
  const issues = isDocumented ? issuesOf(validate, body) : [undocumented(status)];
  const unexpected = (problem: string) => {
    // A proxy's HTML page must not fill a log.
    const shown = typeof body === "string" ? body.slice(0, 1024) : body;
    return new UnexpectedResponseError(response, shown, problem, attempts);
  };
  if (ok) {
    const value = isObject(body) ? body[field] : undefined;
    const isList = Array.isArray(value) && isDocumented && !issues.some(isTypeOf(`/${field}`));
    if (!isObject(value) && !isList) throw unexpected(`without a \`${field}\` object`);
    if (issues.length > 0) emit?.({ type: "drift", status, issues, body });
    return value;
  }
  if (!isDocumented) throw unexpected("which the contract does not document");
  if (validate && !isObject(body)) throw unexpected("without a JSON object");
  if (issues.length > 0) emit?.({ type: "drift", status, issues, body });
  throw new ApiError(response, body, attempts);
}

function undocumented(status: number): Issue {
  return { path: "", keyword: "status", message: `status ${status} is not documented` };
}

function isTypeOf(place: string) {
  return ({ path, keyword }: Issue) => path === place && keyword === "type";
}

/** The JSON value of a text, or the text itself if it is not JSON. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return text;
  }
}
