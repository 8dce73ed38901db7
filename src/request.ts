import type { Operation } from "../generated/operations.js";
import type { Call } from "./call.js";
import type { RequestBody } from "./contract.js";
import { InvalidRequestError } from "./errors.js";
import { isObject, issuesOf } from "./validate.js";

/**
 * The body as it is sent: the JSON of what was given, with the location and the fixed fields added, and
 * checked against the contract.
 *
 * @throws {@link InvalidRequestError} with everything that breaks the contract.
 */
export function buildBody<O extends Operation>(
  { locationField, fixedFields, validateBody }: O,
  given: unknown,
  call: Call,
): RequestBody<O> {
  const json = toJson(given, call);
  const location = locationField && { [locationField]: call.locationId };
  // JavaScript callers may pass anything: the validator refuses what is not an object.
  const body = isObject(json) ? { ...json, ...location, ...fixedFields } : json;
  const issues = issuesOf(validateBody, body);
  if (issues.length > 0) throw new InvalidRequestError(issues, call);
  return body as RequestBody<O>; // just checked
}

/** The value as JSON sends it, since only that reaches the server. */
function toJson(given: unknown, call: Call): unknown {
  try {
    const text = JSON.stringify(given);
    return text && JSON.parse(text);
  } catch (cause) {
    const issue = { path: "", keyword: "json", message: "must be JSON" };
    throw new InvalidRequestError([issue], call, cause);
  }
}
