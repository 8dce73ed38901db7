import {
  fixedFields,
  type NewProductCollection,
  type RequestBody,
  validateRequestBody,
} from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { isObject } from "./http/is-object.js";
import { issuesOf } from "./issues.js";

/**
 * The request body for a collection: the location added, and checked against the contract as it will
 * be sent.
 *
 * @throws {@link InvalidRequestError} with everything that breaks the contract.
 */
export function requestBody(collection: NewProductCollection, locationId: string): RequestBody {
  const sent = asJson(collection);
  // Untyped callers may pass a non-object; validation reports it.
  const body = isObject(sent) ? { ...sent, altId: locationId, ...fixedFields } : sent;
  const issues = issuesOf(validateRequestBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return body as RequestBody; // just checked
}

/** What JSON makes of a value: a `toJSON` may turn anything into anything. */
function asJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch (error) {
    const [reason] = wordsOf(error).split("\n");
    throw new InvalidRequestError([{ path: "", message: `cannot be sent as JSON: ${reason}` }]);
  }
}

/** What was thrown, in words, if it has some: a `toJSON` or a getter may throw whatever it likes. */
function wordsOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "it throws when it is read";
  }
}
