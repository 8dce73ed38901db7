// Apart from prism.ts, so that who only reads what Prism reports need not load it.

/** Where a request or its answer departs from the contract, as Prism reports it. */
export interface Violation {
  readonly side: "request" | "response";
  /** The place by its names, for example `["body", "seo", "title"]`. */
  readonly place: readonly string[];
  readonly message: string;
}

/** What Prism says in an answer's `sl-violations` header. */
export function violationsIn(headers: Headers): Violation[] {
  const reported: readonly Reported[] = JSON.parse(headers.get("sl-violations") ?? "[]");
  return reported.map(({ location: [side, ...place], code, message }) => {
    // Of what is missing, Prism points at the parent and names the child in its message.
    const missing = code === "required" && message.match(/required property '(.+)'/)?.[1];
    return { side, place: missing ? [...place, missing] : place, message };
  });
}

interface Reported {
  readonly location: readonly ["request" | "response", ...string[]];
  readonly code?: string | number;
  readonly message: string;
}
