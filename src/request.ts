import {
  fixedFields,
  type NewProductCollection,
  type RequestBody,
  validateRequestBody,
} from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { issuesOf } from "./issues.js";

/**
 * The request body for a collection: the location added, and checked against the contract.
 *
 * @throws {@link InvalidRequestError} with every departure from the contract.
 */
export function requestBody(collection: NewProductCollection, locationId: string): RequestBody {
  // Types do not reach callers of plain JavaScript: what is no object is left for the check to name.
  const body =
    typeof collection === "object" && collection !== null && !Array.isArray(collection)
      ? { ...collection, altId: locationId, ...fixedFields }
      : collection;
  const issues = issuesOf(validateRequestBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return body as RequestBody; // just checked
}

/** The bytes of a request body, as text. */
export function serialize(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    // A cycle or a BigInt in a field that the contract does not name.
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : error;
    throw new InvalidRequestError([{ path: "", message: `cannot be sent as JSON: ${reason}` }]);
  }
}
