import {
  fixedFields,
  type NewProductCollection,
  type RequestBody,
  validateRequestBody,
} from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { isObject } from "./is-object.js";
import { issuesOf } from "./issues.js";

/**
 * The request body for a collection: the location added, and checked against the contract.
 *
 * @throws {@link InvalidRequestError} with every departure from the contract.
 */
export function requestBody(collection: NewProductCollection, locationId: string): RequestBody {
  // Types do not reach callers of plain JavaScript: what is no object is left for the check to name.
  const body = isObject(collection)
    ? { ...collection, altId: locationId, ...fixedFields }
    : collection;
  const issues = issuesOf(validateRequestBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return body as RequestBody; // just checked
}
