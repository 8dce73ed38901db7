import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import { breaks, compare, isAnnotation } from "./compare.js";
import { type Contract, readContract } from "./contract.js";

const usage = "npm run contract:diff -- GIT-REF";
const root = fileURLToPath(new URL("../", import.meta.url));
const file = "openapi/openapi.yaml";

/** The parts of a version, the greatest first. */
const bumps = ["major", "minor", "patch"] as const;

/** A change of the contract, and the part of `info.version` that it asks to be raised. */
export interface Change {
  readonly bump: (typeof bumps)[number];
  readonly what: string;
  /** A JSON pointer to where it stands, or stood. */
  readonly pointer: string;
}

/**
 * Every change from one state of the contract to another, the greatest first: what breaks users of
 * the client asks for a major version, what else goes over the wire for a minor one, and what only
 * readers see (prose, examples, names within the document) for a patch.
 */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  const changes = [
    ...compare(before, after).map((it): Change => {
      // What one of them lacks is pointed at by its holder, so the longer pointer names it.
      const pointer = it.to.length >= it.from.length ? it.to : it.from;
      return { bump: breaks(it) ? "major" : "minor", what: it.what, pointer };
    }),
    ...reworded(before, after, ""),
  ];
  return bumps.flatMap((bump) => changes.filter((change) => change.bump === bump));
}

/** Below these, a key is a name that somebody chose and no keyword. */
const mapsOfNames = ["properties", "headers", "responses", "securitySchemes"];

function reworded(before: unknown, after: unknown, pointer: string): readonly Change[] {
  // A dereferenced component has been read where it is used; security schemes are used by name.
  if (pointer.startsWith("/components/") && !pointer.startsWith("/components/securitySchemes")) {
    return [];
  }
  if (!isObject(before) || !isObject(after)) return [];
  const isMapOfNames = mapsOfNames.some((name) => pointer.endsWith(`/${name}`));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [was, is] = [before[key], after[key]];
    const place = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (isMapOfNames || !isAnnotation(key)) return reworded(was, is, place);
    if (isDeepStrictEqual(was, is)) return [];
    // Semantic Versioning asks for a minor version where something becomes deprecated.
    const bump = key === "deprecated" ? "minor" : "patch";
    const fate = was === undefined ? "is new" : is === undefined ? "is gone" : "is another";
    return [{ bump, what: `${key} ${fate}`, pointer: place } as const];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The lowest version that may follow `version` after such a change. */
export function versionAfter(version: string, { bump }: Change): string {
  const [major, minor, patch] = numbersIn(version);
  if (bump === "major") return `${major + 1}.0.0`;
  return bump === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether a version comes before another. */
export function isBefore(version: string, other: string): boolean {
  const [ours, theirs] = [numbersIn(version), numbersIn(other)];
  const index = ours.findIndex((number, i) => number !== theirs[i]);
  return (ours[index] ?? 0) < (theirs[index] ?? 0);
}

function numbersIn(version: string): readonly [number, number, number] {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  if (patch === undefined) {
    throw new CouldNotDoIt(`info.version is ${version}; make it three numbers, such as 1.2.3.`);
  }
  return [Number(major), Number(minor), Number(patch)];
}

/** The contract as it was committed, with the files that it refers to. */
function contractAt(ref: string): Contract {
  const commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  if (commit.status !== 0) {
    const reason = commit.stderr.trim().split("\n")[0];
    throw new CouldNotDoIt(
      reason
        ? `${reason}. Run this in a clone of the project.`
        : `${ref} is no commit here. Fetch it (git fetch), or give another ref: ${usage}`,
    );
  }
  const id = commit.stdout.trim();
  const files = git("ls-tree", "-r", "-z", "--name-only", id, dirname(file)).stdout.split("\0");
  if (!files.includes(file)) {
    throw new CouldNotDoIt(`${ref} has no ${file}. Give a commit that has it: ${usage}`);
  }
  const folder = mkdtempSync(join(tmpdir(), "contract-diff-"));
  try {
    for (const name of files.filter(Boolean)) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), git("show", `${id}:./${name}`).stdout);
    }
    return readContract(join(folder, file));
  } catch (error) {
    if (!(error instanceof CouldNotDoIt)) throw error;
    const reason = error.message.split(" - ").at(-1);
    throw new CouldNotDoIt(`${file} at ${ref} cannot be read (${reason}). Give another ref.`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function git(...args: readonly string[]) {
  const result = spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (result.error)
    throw new CouldNotDoIt(`git did not start (${result.error.message}). Install it.`);
  return result;
}

cli(import.meta, usage, {}, async ({ positionals: [ref, ...others] }) => {
  if (ref === undefined || others.length > 0) throw new CouldNotDoIt(`Give one ref: ${usage}`);
  const before = contractAt(ref);
  const after = readContract();
  const [was, is] = [before.info.version, after.info.version];
  const changes = changesBetween(before, after);
  for (const { bump, what, pointer } of changes) console.log(`${bump}  ${what}  #${pointer}`);
  const [greatest] = changes;
  if (greatest === undefined) {
    console.log(`The contract says what it said at ${ref}.`);
    return exitCode.done;
  }
  const lowest = versionAfter(was, greatest);
  if (isBefore(is, lowest)) {
    console.log(
      `info.version is ${is}. After ${was} at ${ref}, a ${greatest.bump} change makes it ${lowest} or higher.`,
    );
    return exitCode.foundSomethingWrong;
  }
  console.log(`info.version went from ${was} to ${is}, as a ${greatest.bump} change asks for.`);
  return exitCode.done;
});
