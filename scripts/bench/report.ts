import type { Io } from "../lib/cli.js";

/** A figure to reach, and whether it was. */
export interface Target {
  readonly what: string;
  readonly holds: boolean;
}

/** One part of the bench: prints what it measured, and gives what had to be reached. */
export type Part = (rounds: number, io: Io) => Promise<Target[]>;

/** Prints rows in columns: figures to the right, words and the first column to the left. */
export function printTable(out: Io["out"], rows: readonly (readonly string[])[]): void {
  const [heading = [], ...body] = rows;
  const columns = heading.map((_, i) => ({
    width: Math.max(...rows.map((row) => row[i]?.length ?? 0)),
    isOfWords: i === 0 || body.some((row) => !/^[×\d.]*( [kM]B)?$/.test(row[i] ?? "")),
  }));
  for (const row of rows) {
    const cells = columns.map(({ width, isOfWords }, i) =>
      isOfWords ? (row[i] ?? "").padEnd(width) : (row[i] ?? "").padStart(width),
    );
    out(`  ${cells.join("  ")}`.trimEnd());
  }
  out("");
}

export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  );
}

/** The median of what a figure is to another one of the same round. */
export function medianRatio(figures: readonly number[], to: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (to[round] ?? Number.NaN)));
}

export const times = (ratio: number) => `×${ratio.toFixed(2)}`;

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
