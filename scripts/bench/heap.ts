import { startServer } from "../lib/rate-limited-server.js";
import { measured } from "./measured.js";
import { megabytes, type Part, printTable, times } from "./report.js";

/** The bytes of the heap; `most` where something was held in between. */
interface Heap {
  readonly before: number;
  readonly most?: number;
  readonly after: number;
}

/** How long a call takes whose answer is cleaned, in milliseconds. */
interface Cleaning {
  readonly token: string;
  readonly answer: string;
  /** Of an answer of 256 KiB. */
  readonly quarter: number;
  /** Of an answer of 1 MiB. */
  readonly whole: number;
}

const rows = {
  calls: "100 000 calls",
  keys: "100 000 locations in one limiter, and a window later",
  errors: "1 000 000 errors of a validator",
};

export const benchHeap: Part = async (_rounds, { out }) => {
  const server = await startServer({ limit: 0, intervalMs: 10_000 });
  const heaps: (Heap & { readonly name: string })[] = [];
  try {
    for (const [what, name] of Object.entries(rows)) {
      const task = { what, url: server.url };
      const heap = (await measured("measure-heap.mjs", task, ["--expose-gc"])) as Heap; // it prints that
      heaps.push({ name, ...heap });
    }
  } finally {
    server.close();
  }
  out("Heap in use");
  printTable(out, [
    ["", "before", "at the most", "after", "grown by"],
    ...heaps.map(({ name, before, most, after }) => [
      name,
      megabytes(before),
      most === undefined ? "" : megabytes(most),
      megabytes(after),
      megabytes(after - before),
    ]),
  ]);

  const cleanings = (await measured("measure-cleaning.mjs", {})) as Cleaning[]; // it prints that
  out("A call whose answer is cleaned of a token of 64 KiB, least of 15, in ms");
  printTable(out, [
    ["token", "answer", "256 KiB", "1 MiB", "ratio"],
    ...cleanings.map(({ token, answer, quarter, whole }) => [
      token,
      answer,
      quarter.toFixed(1),
      whole.toFixed(1),
      times(whole / quarter),
    ]),
  ]);
  return [
    ...heaps.map(({ name, before, after }) => ({
      what: `heap within 1 MB (${name})`,
      holds: after - before <= 1e6,
    })),
    ...cleanings.map(({ token, answer, quarter, whole }) => ({
      // What is linear takes 4 times as long; what takes the square, 16 times.
      what: `cleaning is linear: 1 MiB at most ×8 of 256 KiB (token ${token}, answer ${answer})`,
      holds: whole / quarter <= 8,
    })),
  ];
};
