import {
  fixedFields,
  type NewProductCollection,
  type RequestBody,
  validateRequestBody,
} from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { isObject, issuesOf } from "./validate.js";

/**
 * The body as it is sent: the location and the fixed fields added, and checked against the contract.
 *
 * @throws {@link InvalidRequestError} with everything that breaks the contract.
 */
export function requestBody(collection: NewProductCollection, locationId: string): RequestBody {
  // JavaScript callers may pass anything: the validator refuses what is not an object.
  const body = isObject(collection)
    ? { ...collection, altId: locationId, ...fixedFields }
    : collection;
  const issues = issuesOf(validateRequestBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return body as RequestBody; // just checked
}
