import {
  type ErrorStatus,
  type ProductCollection,
  type Status,
  validateResponseBody,
} from "./contract.js";
import { ApiError, UnexpectedResponseError } from "./errors.js";
import type { Answer } from "./exchange.js";
import { isObject } from "./is-object.js";
import { type Issue, issuesOf } from "./issues.js";

/** A usable answer that departs from the contract. */
export interface ContractDrift {
  readonly status: number;
  /** Where in the body, and how. */
  readonly issues: readonly Issue[];
  /** The whole body, parsed. */
  readonly body: unknown;
}

/**
 * The collection in an answer.
 *
 * @throws {@link ApiError} where the contract documents the error, {@link UnexpectedResponseError} where it
 * does not, or where the answer does not hold what the contract promises.
 */
export function readAnswer(
  answer: Answer,
  onDrift: ((drift: ContractDrift) => void) | undefined,
): ProductCollection {
  const { status, text } = answer;
  if (!isDocumented(status)) throw new UnexpectedResponseError(undocumented(status), answer);
  const validate = validateResponseBody[status];
  const body = parsed(text);
  const data = isObject(body) ? body.data : undefined;
  if (!isError(status) && !isObject(data)) {
    throw new UnexpectedResponseError(
      "but no `data` object; the collection may have been created",
      answer,
    );
  }
  if (validate !== null) {
    if (!isObject(body)) throw new UnexpectedResponseError("but no JSON object", answer);
    const issues = issuesOf(validate, body);
    if (issues.length > 0 && onDrift !== undefined) report(onDrift, { status, issues, body });
  }
  if (isError(status)) throw new ApiError(status, body, answer);
  // Created, and so returned, even where a field departs from its type: onDrift has heard of it.
  return data as ProductCollection;
}

/** Whether the contract documents the status. */
export function isDocumented(status: number): status is Status {
  return status in validateResponseBody;
}

function isError(status: Status): status is ErrorStatus {
  return status >= 300;
}

function undocumented(status: number): string {
  // A browser hides the status of a redirect that is not followed behind 0.
  if (status === 0 || (status >= 300 && status < 400)) return "a redirect, never followed";
  const maybe = status >= 400 && status < 500 ? "" : "; the collection may have been created";
  return `which the contract does not document${maybe}`;
}

/** The JSON value of a text, or the text itself where it is none; undefined for no text. */
function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Tells of a drift. Whatever the listener does, the answer stands: a throw and a rejection end here. */
function report(onDrift: (drift: ContractDrift) => unknown, drift: ContractDrift): void {
  (async () => onDrift(drift))().catch(() => {});
}
