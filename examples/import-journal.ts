// The journal of an import: an append-only file that says of each row how far it came. What is written
// is on the disk before the promise resolves, so it outlives a kill -9 and a power failure. One byte
// of memory for each row.

import { createReadStream } from "node:fs";
import { open, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** How far a row can have come. One that was refused, or that nothing is written of, is not sent. */
const fates = ["about to send", "created", "failed", "may exist", "not sent"] as const;
export type Fate = (typeof fates)[number];

export interface Journal {
  /** How far a row came; undefined if nothing is written of it. */
  fateOf(row: number): Fate | undefined;
  /** How many rows came this far. */
  count(fate: Fate): number;
  /** Says how far a row came, and the id of what was created or why it was not. */
  write(row: number, fate: Fate, detail?: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal, or begins one. A row that an earlier run was about to send, and of which it says
 * nothing more, may exist: that is written down.
 *
 * @param of - What is imported. The journal of anything else is refused.
 */
export async function openJournal(file: string, of: string): Promise<Journal> {
  const unlock = await lock(file);
  try {
    return await openLocked(file, of, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openLocked(file: string, of: string, unlock: () => Promise<void>): Promise<Journal> {
  const handle = await open(file, "a");
  const rows = createFates();
  let begunFor: unknown;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = parse(line);
    begunFor ??= entry.of;
    const fate = fates.find((it) => it === entry.is);
    if (typeof entry.row === "number" && fate !== undefined) rows.set(entry.row, fate);
  }
  if (begunFor !== undefined && begunFor !== of) {
    await handle.close();
    throw new Error(`${file} is of another import. Has the CSV file changed, or the server?`);
  }

  let lines = "";
  let nextWrite: Promise<void> | undefined;
  let lastWrite = Promise.resolve();
  // What comes while the disk is busy is written together. After a failure nothing is written.
  const append = (entry: object): Promise<void> => {
    lines += `${JSON.stringify(entry)}\n`;
    nextWrite ??= lastWrite = lastWrite.then(async () => {
      const text = lines;
      lines = "";
      nextWrite = undefined;
      await handle.appendFile(text);
      await handle.datasync();
    });
    return nextWrite;
  };

  // A line that was broken off by a power failure ends here.
  lines = "\n";
  if (begunFor === undefined) await append({ of });
  await syncFolder(dirname(file));

  const journal: Journal = {
    fateOf: rows.get,
    count: rows.count,
    write(row, fate, detail) {
      rows.set(row, fate);
      return append({ row, is: fate, detail });
    },
    async close() {
      await lastWrite.finally(() => handle.close()).finally(unlock);
    },
  };
  for (const row of rows.all("about to send")) {
    await journal.write(row, "may exist", "the import was broken off while it was sent");
  }
  return journal;
}

/** What a line says; one that was broken off says nothing. */
function parse(line: string): { of?: unknown; row?: unknown; is?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

/** This machine, or the container: in another one the same number is another process. */
const here = await readlink("/proc/self/ns/pid").then(
  (namespace) => `${hostname()}-${namespace.replace(/\D/g, "")}`,
  () => hostname(),
);

/** The journals that this process has. */
const opened = new Set<string>();

/**
 * Sees to it that nobody else has the file. Each process says so in a file of its own before it looks
 * for those of others, so of two that start at once at most one goes on.
 */
async function lock(file: string): Promise<() => Promise<void>> {
  const path = resolve(file);
  if (opened.has(path)) throw new Error(`This process has ${file} already.`);
  opened.add(path);
  const folder = dirname(file);
  const begin = `${basename(file)}.lock-`;
  const own = join(folder, `${begin}${process.pid}@${here}`);
  const unlock = async () => {
    await rm(own, { force: true });
    opened.delete(path);
  };
  try {
    await writeFile(own, "");
    for (const name of await readdir(folder)) {
      if (!name.startsWith(begin) || name === basename(own)) continue;
      const [pid, where] = name.slice(begin.length).split("@");
      if (where !== here || isRunning(Number(pid))) {
        throw new Error(
          `Another process has ${file}. If that is not so, delete ${name} beside it.`,
        );
      }
      await rm(join(folder, name), { force: true });
    }
    return unlock;
  } catch (error) {
    await unlock();
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return Object(error).code === "EPERM"; // it runs as somebody else
  }
}

/** A file that was just made is found again after a power failure once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a folder cannot be opened there
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}

/** A byte for each row: 0, or one more than the place of its fate in `fates`. */
function createFates() {
  let bytes = new Uint8Array(1024);
  const counts = new Map<Fate, number>();
  const get = (row: number): Fate | undefined => fates[(bytes[row] ?? 0) - 1];
  const count = (fate: Fate) => counts.get(fate) ?? 0;
  return {
    get,
    count,
    set(row: number, fate: Fate): void {
      if (row >= bytes.length) {
        const longer = new Uint8Array(row * 2);
        longer.set(bytes);
        bytes = longer;
      }
      const before = get(row);
      if (before !== undefined) counts.set(before, count(before) - 1);
      counts.set(fate, count(fate) + 1);
      bytes[row] = fates.indexOf(fate) + 1;
    },
    *all(fate: Fate): Generator<number> {
      const wanted = fates.indexOf(fate) + 1;
      for (let row = bytes.indexOf(wanted); row !== -1; row = bytes.indexOf(wanted, row + 1)) {
        yield row;
      }
    },
  };
}
