import type { ConsoleData } from "./contract.js";

/** A request as the console's form has it. */
export interface ConsoleRequest {
  readonly baseUrl: string;
  /** Empty for none. */
  readonly token: string;
  readonly version: string;
  /** The body as typed. */
  readonly body: string;
  /** The status that the mock is asked for. */
  readonly prefer?: number;
}

/** The headers of a request, in the order in which they are shown. */
export function headersOf({ token, version, prefer }: ConsoleRequest): [string, string][] {
  return [
    ...(token === "" ? [] : [["Authorization", `Bearer ${token}`] satisfies [string, string]]),
    ["Version", version],
    ["Content-Type", "application/json"],
    ["Accept", "application/json"],
    ...(prefer === undefined ? [] : [["Prefer", `code=${prefer}`] satisfies [string, string]]),
  ];
}

/** The request as one curl command; the token is read from the environment unless it is to be shown. */
export function asCurl(
  request: ConsoleRequest,
  { method, path }: Pick<ConsoleData, "method" | "path">,
  showToken: boolean,
): string {
  const authorization = showToken
    ? quoted(`Authorization: Bearer ${request.token}`)
    : '"Authorization: Bearer $HIGHLEVEL_TOKEN"';
  return [
    `curl --request ${method} ${quoted(request.baseUrl + path)}`,
    ...headersOf(request).map(([name, value]) =>
      name === "Authorization"
        ? `--header ${authorization}`
        : `--header ${quoted(`${name}: ${value}`)}`,
    ),
    `--data ${quoted(request.body)}`,
  ].join(" \\\n  ");
}

/** A word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The request as a call of this project's client; undefined where the body is not a JSON object. */
export function asTypeScript(
  request: ConsoleRequest,
  { server, packageName, operationId }: ConsoleData,
  showToken: boolean,
): string | undefined {
  const body = objectIn(request.body);
  if (body === undefined) return undefined;
  // The client adds both.
  const { altId, altType, ...collection } = body;
  const options = [
    ...(request.baseUrl === server ? [] : [`baseUrl: ${JSON.stringify(request.baseUrl)},`]),
    `locationId: ${JSON.stringify(String(altId ?? ""))},`,
    `token: ${showToken ? JSON.stringify(request.token) : 'process.env.HIGHLEVEL_TOKEN ?? ""'},`,
  ];
  return [
    `import { createClient } from ${JSON.stringify(packageName)};`,
    "",
    "const highlevel = createClient({",
    ...options.map((line) => `  ${line}`),
    "});",
    "",
    `const collection = await highlevel.${operationId}(${literal(collection)});`,
    "console.log(collection._id);",
  ].join("\n");
}

/** A JSON value as TypeScript is written: names without quotes, a comma after the last entry. */
function literal(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([name, it]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${indent}  ${key}: ${literal(it, `${indent}  `)},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** The JSON object in a text; undefined where there is none. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
