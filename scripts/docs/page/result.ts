import { violationsIn } from "../../../contract-tests/support/violations.js";
import { validateResponseBody } from "../../../generated/contract.js";
import { issuesOf } from "../../../src/issues.js";
import { byId, element } from "./elements.js";
import type { Result } from "./send.js";

/** Shows what came of a request, in place of what was shown before. */
export function showResult(result: Result): void {
  const { headline, words, meaning, ms, headers, body } = result;
  const outcome = `outcome ${meaning.outcome.replaceAll(" ", "-")}`;
  // The part that a screen reader reads out by itself is kept short.
  const place = byId("result", HTMLElement);
  place.replaceChildren(
    element(
      "p",
      { className: "headline" },
      element("strong", {}, headline),
      ms === undefined ? "" : ` in ${ms} ms`,
    ),
    ...[...words, ...findingsIn(result)].map((it) => element("p", {}, it)),
    element(
      "p",
      {},
      element("span", { className: outcome }, meaning.outcome),
      ` ${meaning.advice}`,
    ),
  );
  byId("result-detail", HTMLElement).replaceChildren(
    ...(body === undefined ? [] : bodyOf(body)),
    ...(headers === undefined ? [] : headersOf(headers)),
  );
  place.scrollIntoView({ block: "nearest" });
}

/** What the contract has to say: where the mock saw it broken, and where the answer breaks it. */
function findingsIn({ status, headers = [], body = "" }: Result): string[] {
  const violations = violationsIn(new Headers(headers));
  return [
    ...violations
      .filter(({ side }) => side === "request")
      .map(({ place, message }) => `Refused by the contract at ${place.join(" / ")}: ${message}.`),
    ...departures(status, body).map((it) => `The answer departs from the contract: ${it}.`),
  ];
}

function departures(status: number | undefined, body: string): string[] {
  const validator = Object.entries(validateResponseBody).find(([it]) => Number(it) === status)?.[1];
  if (!validator) return [];
  try {
    const issues = issuesOf(validator, JSON.parse(body));
    return issues.map(({ path, message }) => `${path} ${message}`.trim());
  } catch {
    return ["its body is not JSON"];
  }
}

function bodyOf(text: string): HTMLElement[] {
  if (text === "") return [element("p", {}, "The answer has no body.")];
  return [
    element("h4", {}, "Body"),
    element("pre", { id: "result-body" }, element("code", {}, indented(text))),
  ];
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function headersOf(headers: NonNullable<Result["headers"]>): HTMLElement[] {
  const rows = headers.flatMap(([name, value]) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]);
  return [element("h4", {}, "Headers"), element("dl", { className: "headers" }, ...rows)];
}
