import type { EventContext, HttpEvent } from "./http/events.js";
import type { Issue } from "./issues.js";

/** A usable answer does not keep to the contract. */
export interface DriftEvent extends EventContext {
  readonly type: "drift";
  readonly status: number;
  /** Where in the body, and how. */
  readonly issues: readonly Issue[];
  /** A copy of the whole body, parsed. */
  readonly body: unknown;
}

/** What a client does, as it does it. Plain data, which holds no token. */
export type ClientEvent = HttpEvent | DriftEvent;
