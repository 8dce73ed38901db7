import { type ProductCollection, type Status, validateResponseBody } from "./contract.js";
import { ApiError, UnexpectedResponseError } from "./errors.js";
import type { Emit } from "./events.js";
import { isObject, issuesOf } from "./validate.js";

/** The result of openapi-fetch: a success as text, an error parsed, or as text if it is not JSON. */
interface Result {
  readonly response: Response;
  readonly data?: string | undefined;
  readonly error?: unknown;
}

/**
 * The collection in a response. A created collection is returned even if it violates the contract; a
 * `drift` event reports that.
 *
 * @param attempts - How many requests the call has sent.
 * @throws {@link ApiError} if the contract documents the error, else {@link UnexpectedResponseError}.
 */
export function readResponse(
  { response, data, error }: Result,
  attempts: number,
  emit: Emit,
): ProductCollection {
  const { ok, status } = response;
  const body = ok ? parsed(data) : error;
  const unexpected = (problem: string) => {
    // A proxy's HTML page must not fill a log.
    const shown = typeof body === "string" ? body.slice(0, 1024) : body;
    return new UnexpectedResponseError(response, shown, problem, attempts);
  };
  if (ok) {
    const collection = isObject(body) ? body.data : undefined;
    if (!isObject(collection)) throw unexpected("without a `data` object");
    reportDrift(status, body, emit);
    return collection as ProductCollection; // an event has reported any violation
  }
  if (!isDocumented(status)) throw unexpected("which the contract does not document");
  if (validateResponseBody[status] && !isObject(body)) throw unexpected("without a JSON object");
  reportDrift(status, body, emit);
  throw new ApiError(response, body, attempts);
}

function reportDrift(status: number, body: unknown, emit: Emit): void {
  if (emit === undefined) return;
  const issues = isDocumented(status)
    ? issuesOf(validateResponseBody[status], body)
    : [{ path: "", message: `status ${status} is not documented` }];
  if (issues.length > 0) emit({ type: "drift", status, issues, body });
}

function isDocumented(status: number): status is Status {
  return Object.hasOwn(validateResponseBody, status);
}

/** The JSON value of a text, or the text itself if it is not JSON. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return text;
  }
}
