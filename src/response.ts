import { type ProductCollection, type Status, validateResponseBody } from "./contract.js";
import { ApiError, UnexpectedResponseError } from "./errors.js";
import type { Emit } from "./events.js";
import { isObject, issuesOf } from "./validate.js";

/** What openapi-fetch gave back: of a success its text, of an error its JSON, or text that is none. */
interface Result {
  readonly response: Response;
  readonly data?: string | undefined;
  readonly error?: unknown;
}

/**
 * The collection in a response. A created collection is returned even where it violates the contract;
 * a `drift` event says so.
 *
 * @param attempts - How many requests the call has sent.
 * @throws {@link ApiError} where the contract documents the error, {@link UnexpectedResponseError} where
 * it does not, or where the response does not hold what the contract promises.
 */
export function readResponse(
  { response, data, error }: Result,
  attempts: number,
  emit: Emit,
): ProductCollection {
  const { ok, status } = response;
  const body = ok ? parsed(data) : error;
  const unexpected = (problem: string) => {
    // The page of a proxy in the way need not fill a log.
    const shown = typeof body === "string" ? body.slice(0, 1024) : body;
    return new UnexpectedResponseError(response, shown, problem, attempts);
  };
  if (ok) {
    const collection = isObject(body) ? body.data : undefined;
    if (!isObject(collection)) throw unexpected("without a `data` object");
    reportDrift(status, body, emit);
    return collection as ProductCollection; // where a field is not as promised, an event said so
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

/** The JSON value of a text, or the text itself where it is none. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return text;
  }
}
