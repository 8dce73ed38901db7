import type { Operation } from "../generated/operations.js";
import type { RequestBody } from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { isObject, issuesOf } from "./validate.js";

/**
 * The body as it is sent: the JSON of what was given, with the location and the fixed fields added, and
 * checked against the contract.
 *
 * @throws {@link InvalidRequestError} with everything that breaks the contract.
 */
export function requestBody<O extends Operation>(
  { locationField, fixedFields, validateBody }: O,
  given: unknown,
  locationId: string,
): RequestBody<O> {
  const json = toJson(given);
  const location = locationField && { [locationField]: locationId };
  // JavaScript callers may pass anything: the validator refuses what is not an object.
  const body = isObject(json) ? { ...json, ...location, ...fixedFields } : json;
  const issues = issuesOf(validateBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues);
  return body as RequestBody<O>; // just checked
}

/** What JSON makes of a value: only that is sent, so only that is to be checked. */
function toJson(given: unknown): unknown {
  try {
    const text = JSON.stringify(given);
    return text && JSON.parse(text);
  } catch (cause) {
    throw new InvalidRequestError([{ path: "", keyword: "json", message: "must be JSON" }], cause);
  }
}
