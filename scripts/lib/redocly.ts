import { relative } from "node:path";
import { CliError, messageOf, projectRoot } from "./cli.js";

// The core of Redocly CLI, in this process: to start the command takes ten times as long. Loaded when
// it is first needed, since that takes half a second, which no refusal of an argument should.
const load = () => import("@redocly/openapi-core");

type Core = Awaited<ReturnType<typeof load>>;

interface ReadOptions {
  readonly dereference?: boolean;
  readonly root?: string;
  readonly timeoutMs?: number;
}

/**
 * Reads an OpenAPI document and the files that it refers to, by path or address; each address has to
 * answer within `timeoutMs`, if one is given.
 */
export async function readDocument(
  file: string,
  { dereference = false, root = projectRoot, timeoutMs }: ReadOptions = {},
): Promise<object> {
  const core = await load();
  let result: Awaited<ReturnType<Core["bundle"]>>;
  try {
    const config = await configOf(core, root);
    if (timeoutMs !== undefined) {
      config.resolve.http.customFetch = (url: string, init: RequestInit) =>
        fetch(url, { ...init, signal: abortedAfter(timeoutMs) });
    }
    result = await core.bundle({ ref: file, config, dereference });
  } catch (error) {
    throw unreadable(error);
  }
  const problem = result.problems.find(({ severity }) => severity === "error");
  if (problem !== undefined) throw unreadable(problem);
  const { parsed } = result.bundle;
  if (typeof parsed !== "object" || parsed === null)
    throw new CliError("is not an OpenAPI document");
  return parsed;
}

/** What the linter finds in an OpenAPI document, a line each: where, what, and by which rule. */
export async function lint(file: string, root = projectRoot): Promise<string[]> {
  const name = relative(root, file);
  const core = await load();
  let problems: Awaited<ReturnType<Core["lint"]>>;
  try {
    problems = await core.lint({ ref: file, config: await configOf(core, root) });
  } catch (error) {
    return [`${name}: ${unreadable(error).message}`];
  }
  return problems.map(({ message, ruleId, location: [place] }) => {
    const start = place && core.getLineColLocation(place).start;
    return `${name}${start ? `:${start.line}:${start.col}` : ""} ${message} (${ruleId})`;
  });
}

/** A document as YAML, each text in the lines that it was written in. */
export async function toYaml(document: object): Promise<string> {
  return (await load()).stringifyYaml(document, { lineWidth: -1 });
}

/** `AbortSignal.timeout` with a plain error: Redocly writes on what it catches, which fails on others. */
function abortedAfter(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const error = new Error(`No answer within ${timeoutMs} ms`);
  setTimeout(() => controller.abort(error), timeoutMs).unref();
  return controller.signal;
}

function configOf(core: Core, root: string) {
  return core.loadConfig({ configPath: `${root}redocly.yaml` });
}

/** The reason alone: messages go on with an extract of the file, or end in a full stop. */
function unreadable(reason: unknown): CliError {
  const message =
    typeof reason === "object" && reason !== null && "message" in reason
      ? String(reason.message)
      : messageOf(reason);
  return new CliError((message.split("\n")[0] ?? "cannot be read").replace(/\.$/, ""));
}
