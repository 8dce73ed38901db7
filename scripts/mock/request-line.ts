import type { IncomingMessage, ServerResponse } from "node:http";
import { type Violation, violationsIn } from "../../contract-tests/support/violations.js";
import { path } from "../../src/contract.js";

/** What the mock prints of a request: when, the status, what was asked, and what was wrong where. */
export function requestLine(
  { method, url = "/", headers }: Pick<IncomingMessage, "method" | "url" | "headers">,
  response: Pick<ServerResponse, "statusCode" | "getHeader">,
  now = new Date(),
): string {
  const { statusCode: status } = response;
  const { pathname } = new URL(url, "http://mock");
  const { prefer } = headers;
  const reported = String(response.getHeader("sl-violations") ?? "[]");
  const reasons =
    prefer === "code=400" && status === 400 ? [] : reasonsIn(status, pathname, reported);
  if (prefer !== undefined) reasons.push(`asked for with Prefer: ${prefer}`);
  const time = now.toTimeString().slice(0, "hh:mm:ss".length);
  const line = `${status}  ${method} ${pathname}  ${reasons.join("; ")}`.trimEnd();
  // Wherever a caller has put it by mistake.
  const token = headers.authorization?.split(" ").at(-1);
  return `${time}  ${token ? line.replaceAll(token, "[token]") : line}`;
}

function reasonsIn(status: number, pathname: string, reported: string): string[] {
  let violations: Violation[];
  try {
    violations = violationsIn(new Headers({ "sl-violations": reported }));
  } catch {
    return ["more is wrong with it than Prism can report"]; // it cuts what fits into no header
  }
  if (violations.length > 0) return violations.map((it) => inWords(status, it));
  if (status === 400) return ["the body is not JSON"];
  if (status === 404) return [`the contract has no such ${pathname === path ? "answer" : "path"}`];
  if (status === 405) return ["the contract has no such method"];
  return [];
}

function inWords(status: number, { side, place, message }: Violation): string {
  const where = place.join(".");
  if (side === "response") return `the answer: ${where} ${message}`;
  if (where === "") return status === 401 ? "header.authorization has no bearer token" : message;
  if (/required property/.test(message)) return `${where} is required`;
  return `${where} ${message.replace(/^Request \w+ (property|parameter) \S+ /, "")}`;
}
