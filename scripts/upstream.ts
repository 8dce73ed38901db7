import { existsSync, readFileSync } from "node:fs";
import { CliError, command, exitCode, messageOf, start } from "./lib/cli.js";
import { breaks, compare, type Difference, methods } from "./lib/compare.js";
import { type Contract, readContract } from "./lib/contract.js";
import { readDocument } from "./lib/redocly.js";

const usage = "npm run upstream -- PATH-OR-URL";
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
async function readUpstream(source: string): Promise<Upstream> {
  const isUrl = /^https?:/i.test(source);
  if (!isUrl && !existsSync(source)) {
    throw new CliError(`${source} does not exist. Give the vendor's OpenAPI file: ${usage}`);
  }
  let upstream: Upstream;
  try {
    upstream = await readDocument(source, { dereference: true });
  } catch (error) {
    const advice = isUrl
      ? "Check the address, or download the file with those that it refers to and give its path."
      : "Give an OpenAPI 3 file, with those that it refers to in their places.";
    throw new CliError(`${source}: ${messageOf(error)}. ${advice}`);
  }
  if (!String(upstream.openapi).startsWith("3.")) {
    throw new CliError(`${source} is not OpenAPI 3. Give the vendor's OpenAPI file: ${usage}`);
  }
  return upstream;
}

/** The vendor's file without what it says of operations that are not the contract's. */
function narrowed(upstream: Upstream, contract: Contract, source: string): Upstream {
  const paths = Object.entries(contract.paths).map(([path, ours]) => {
    const theirs = upstream.paths?.[path];
    if (typeof theirs !== "object" || theirs === null) {
      throw new CliError(
        `${source} has no path ${path}. Give the file of the product that has it; if the vendor has moved it, the contract has to follow.`,
      );
    }
    // Where our method is missing, the others on its path are a hint of what became of it.
    const isThere = methods.every((key) => !Object.hasOwn(ours, key) || Object.hasOwn(theirs, key));
    const kept = Object.entries(theirs).filter(
      ([key]) => !isThere || Object.hasOwn(ours, key) || !methods.includes(key),
    );
    return [path, Object.fromEntries(kept)] as const;
  });
  return { ...upstream, paths: Object.fromEntries(paths) };
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

/** What to tell of the differences, and whether all of them are known and all known ones occur. */
function report(differences: readonly Difference[], known: readonly Known[]) {
  const listed = known.flatMap((it) => it.differences);
  const found = differences.filter(({ what }) => !listed.includes(what));
  const stale = listed.filter((it) => !differences.some(({ what }) => what === it));
  const breaking = found.filter(breaks);
  const told = (title: string, some: readonly Difference[]) => [
    ...(some.length > 0 ? [title] : []),
    ...some.flatMap((it) => [`  ${it.what}`, `    contract #${it.from}`, `    upstream #${it.to}`]),
  ];
  const count =
    found.length > 0
      ? `${found.length} differ, ${breaking.length} of them breaking`
      : "Nothing differs";
  const lines = [
    ...told("breaking for users of the client", breaking),
    ...told(
      "not breaking",
      found.filter((it) => !breaks(it)),
    ),
    ...stale.map((it) => `no longer occurs, so remove it from ${knownFile}: ${it}`),
    `${count}, apart from ${listed.length - stale.length} known differences (${knownFile}).`,
  ];
  return { lines, isClean: found.length === 0 && stale.length === 0 };
}

export const run = command({ usage, allowPositionals: true }, async ({ positionals }, io) => {
  const [source, ...others] = positionals;
  if (source === undefined || others.length > 0) {
    throw new CliError(`Give one file or address: ${usage}`);
  }
  const upstream = await readUpstream(source);
  const contract = await readContract(io.root);
  const differences = compare(contract, narrowed(upstream, contract, source));
  const { lines, isClean } = report(differences, readKnown(io.root));
  for (const line of lines) io.out(line);
  return isClean ? exitCode.done : exitCode.failed;
});

start(import.meta, run);
