import { isDeepStrictEqual } from "node:util";
import { CliError } from "../lib/cli.js";
import { breaks, compare, isAnnotation } from "../lib/compare.js";

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
    throw new CliError(`info.version is ${version}; make it three numbers, such as 1.2.3.`);
  }
  return [Number(major), Number(minor), Number(patch)];
}
