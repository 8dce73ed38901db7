import { existsSync, readFileSync } from "node:fs";
import { CliError, command, exitCode, messageOf, start } from "./lib/cli.js";
import { breaks, compare, type Difference, methods } from "./lib/compare.js";
import { type Contract, contractPath, readContract } from "./lib/contract.js";
import { code } from "./lib/markdown.js";
import { readDocument } from "./lib/redocly.js";

const usage = "npm run upstream [-- PATH-OR-URL] [--report markdown]";

/** Where the vendor publishes the file of the product, and beside it those that it refers to. */
export const published =
  "https://raw.githubusercontent.com/GoHighLevel/highlevel-api-docs/main/apps/products.json";

const knownFile = "openapi/known-differences.json";

/** What is read of the vendor's OpenAPI file. It is not ours, so it may hold anything. */
interface Upstream {
  readonly openapi?: unknown;
  readonly paths?: Readonly<Record<string, unknown>> | null;
}

/** Differences that are known and wanted, in the words of `compare`, and why they are. */
interface Known {
  readonly differences: readonly string[];
  readonly reason: string;
}

/** Reads the vendor's OpenAPI file, each `$ref` replaced by what it names. */
async function readUpstream(source: string, timeoutMs: number): Promise<Upstream> {
  const isUrl = /^https?:/i.test(source);
  if (!isUrl && !existsSync(source)) {
    throw new CliError(`${source} does not exist. Give the vendor's OpenAPI file: ${usage}`);
  }
  let upstream: Upstream;
  try {
    upstream = await readDocument(source, { dereference: true, timeoutMs });
  } catch (error) {
    const why = messageOf(error);
    throw new CliError(`${source}: ${why}. ${isUrl ? adviceFor(why) : adviceForFiles}`);
  }
  if (!String(upstream.openapi).startsWith("3.")) {
    throw new CliError(`${source} is not OpenAPI 3. Give the vendor's OpenAPI file: ${usage}`);
  }
  return upstream;
}

const adviceForFiles = "Give an OpenAPI 3 file, with those that it refers to in their places.";

/** What to do where an address cannot be read, by what Redocly says of it. */
function adviceFor(why: string): string {
  if (/: (404|410) /.test(why)) {
    return "Find where the vendor publishes it now, and give that address; the default is in scripts/upstream.ts.";
  }
  if (/fetch failed|No answer|terminated|: (429|5\d\d) /.test(why)) return "Try again later.";
  return "Check the address, or download the file with those that it refers to and give its path.";
}

/** The vendor's file without what it says of operations that are not the contract's. */
function narrowed(upstream: Upstream, contract: Contract, source: string): Upstream {
  const theirs = upstream.paths ?? {};
  const ours = Object.entries(contract.paths);
  // Without our path it may still be the product's file, from which HighLevel has removed it.
  const products = new Set(ours.map(([path]) => productOf(path)));
  if (!Object.keys(theirs).some((path) => products.has(productOf(path)))) {
    const names = [...products].map((it) => `/${it}`).join(", ");
    throw new CliError(
      `${source} has no paths under ${names}. Give the file of the product that has them; if HighLevel has moved them, the contract has to follow.`,
    );
  }
  const paths = ours.map(([path, operations]) => {
    const kept = Object.entries(Object(theirs[path] ?? {})).filter(
      ([key]) => Object.hasOwn(operations, key) || !methods.includes(key),
    );
    return [path, Object.fromEntries(kept)] as const;
  });
  return { ...upstream, paths: Object.fromEntries(paths) };
}

/** The first part of a path: HighLevel's is the product's name. */
function productOf(path: string): string | undefined {
  return path.split("/")[1];
}

function readKnown(root: string): readonly Known[] {
  let known: unknown;
  try {
    known = JSON.parse(readFileSync(root + knownFile, "utf8"));
  } catch (error) {
    throw new CliError(`${knownFile} cannot be read: ${messageOf(error)}`);
  }
  if (!Array.isArray(known) || !known.every(isKnown)) {
    throw new CliError(`${knownFile} has to be a list of {"differences": [...], "reason": ""}.`);
  }
  return known;
}

function isKnown(it: Partial<Known> | null): it is Known {
  return Array.isArray(it?.differences) && typeof it.reason === "string" && it.reason !== "";
}

/** What a comparison came to. */
interface Result {
  readonly breaking: readonly Difference[];
  readonly others: readonly Difference[];
  /** Known differences that no longer occur. */
  readonly stale: readonly string[];
  /** How many known differences do occur. */
  readonly knownCount: number;
}

function judge(differences: readonly Difference[], known: readonly Known[]): Result {
  const listed = known.flatMap((it) => it.differences);
  const found = differences.filter(({ what }) => !listed.includes(what));
  const occurs = (it: string) => differences.some(({ what }) => what === it);
  // Where an operation is gone, so is all that was known of it, and will be back with it.
  const isGone = differences.some(({ what }) => /^[A-Z]+ \/\S*: gone$/.test(what));
  const stale = isGone ? [] : listed.filter((it) => !occurs(it));
  return {
    breaking: found.filter(breaks),
    others: found.filter((it) => !breaks(it)),
    stale,
    knownCount: listed.filter(occurs).length,
  };
}

function summaryOf({ breaking, others, knownCount }: Result): string {
  const count = breaking.length + others.length;
  const summary =
    count > 0 ? `${count} differ, ${breaking.length} of them breaking` : "Nothing differs";
  return `${summary}, apart from ${knownCount} known differences (${knownFile}).`;
}

type Report = (result: Result, source: string) => readonly string[];

const asText: Report = (result) => {
  const section = (title: string, some: readonly Difference[]) => [
    ...(some.length > 0 ? [title] : []),
    ...some.flatMap((it) => [`  ${it.what}`, `    contract #${it.from}`, `    upstream #${it.to}`]),
  ];
  return [
    ...section("breaking for users of the client", result.breaking),
    ...section("not breaking", result.others),
    ...result.stale.map((it) => `no longer occurs, so remove it from ${knownFile}: ${it}`),
    summaryOf(result),
  ];
};

/** The text of an issue. What the vendor wrote stands in code, so that nothing of it takes effect. */
const asMarkdown: Report = (result, source) => {
  const section = (title: string, some: readonly Difference[]) =>
    some.length === 0
      ? []
      : [
          `### ${title}`,
          "",
          ...some.flatMap((it) => [
            `- ${code(it.what)}`,
            `  - contract: ${code(`#${it.from}`)}`,
            `  - upstream: ${code(`#${it.to}`)}`,
          ]),
          "",
        ];
  const stale = result.stale.map((it) => `- ${code(it)}`);
  return [
    summaryOf(result),
    "",
    ...section("Breaking for users of the client", result.breaking),
    ...section("Not breaking", result.others),
    ...(stale.length > 0 ? [`### Known, and no longer there`, "", ...stale, ""] : []),
    `Compared: \`${contractPath}\` and ${code(source)}.`,
    "",
    `Where the vendor is right, change the contract (CONTRIBUTING.md, _Change the contract_). Where the difference is wanted, add it to \`${knownFile}\` with its reason. Remove from there what no longer occurs.`,
  ];
};

const reports: ReadonlyMap<string, Report> = new Map([
  ["text", asText],
  ["markdown", asMarkdown],
]);

/** The command, where the vendor publishes its file at this address, and answers in this time. */
export function upstream(published: string, timeoutMs = 60_000) {
  return command(
    { usage, options: { report: { type: "string", default: "text" } }, allowPositionals: true },
    async ({ values, positionals }, io) => {
      const [source = published, ...others] = positionals;
      if (source === "" || others.length > 0)
        throw new CliError(`Give one file or address: ${usage}`);
      const report = reports.get(values.report);
      if (report === undefined) {
        throw new CliError(`A report is text or markdown, and not ${values.report}: ${usage}`);
      }
      const theirs = await readUpstream(source, timeoutMs);
      const contract = await readContract(io.root);
      const differences = compare(contract, narrowed(theirs, contract, source));
      const result = judge(differences, readKnown(io.root));
      for (const line of report(result, source)) io.out(line);
      const { breaking, others: rest, stale } = result;
      const found = breaking.length + rest.length + stale.length;
      return found === 0 ? exitCode.done : exitCode.failed;
    },
  );
}

export const run = upstream(published);

start(import.meta, run);
