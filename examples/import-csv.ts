// Creates a collection for each row of a CSV file, of any length, with the columns name, slug and, if
// you like, image, title and description:
//
//   HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx import-csv.ts collections.csv
//
// With HIGHLEVEL_BASE_URL=http://127.0.0.1:4010 it is tried against the mock; that needs a copy of the
// file, since a journal is of one server.
//
// It needs csv-parse and undici, and import-journal.ts and progress-line.ts beside it.
//
// However it ends (Ctrl-C, kill -9, a power failure, a token that was revoked, the day's budget spent),
// the same command goes on where it stopped, and sends no row twice: how far each row came is in a
// journal before the next step is taken. Beside the CSV file are
//
//   collections.csv.LOCATION.journal        how far each row came, the ids and the reasons
//
// and after the last row, written once and then yours,
//
//   collections.csv.LOCATION.failed.csv     rows that were refused: correct them, import that file
//   collections.csv.LOCATION.may-exist.csv  rows that may have been created, and that are not sent
//                                           again: look for them, import those that are missing

import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, realpathSync, type Stats } from "node:fs";
import { realpath, rename, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse";
import {
  AbortedError,
  ApiError,
  type ClientOptions,
  ConnectionError,
  createClient,
  type FetchInit,
  HighLevelError,
  type NewProductCollection,
  UnexpectedResponseError,
} from "highlevel-product-collections";
import { undiciFetch } from "highlevel-product-collections/undici";
import { type Fate, type Journal, openJournal } from "./import-journal.js";
import { createProgress, show } from "./progress-line.js";

/** How many rows are under way at once: enough to use the rate limit, few enough to keep in mind. */
const rowsUnderWay = 50;
/** After so many answers in a row that nobody can make sense of, the server has a fault. */
const mostUnknownInARow = 20;
/** Statuses that say something of the token, the address or the rate limit, and nothing of a row. */
const statusesOfAll = [401, 403, 404, 405, 407, 429];

const neededColumns = ["name", "slug"];
const columns = [...neededColumns, "image", "title", "description"];

interface Row {
  /** From 1 up, the heading not counted. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** How an import ended. */
export interface Summary {
  readonly created: number;
  readonly failed: number;
  readonly mayExist: number;
  /** Why it stopped before the last row; undefined if it did not. */
  readonly stoppedBy: string | undefined;
}

/** A file that is read more than once, and has to stay as it was at first. */
interface Source {
  readonly file: string;
  readonly was: Stats;
}

async function* bytesOf({ file, was }: Source): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file)) {
    const { ino, size, ctimeMs } = await stat(file);
    if (ino !== was.ino || size !== was.size || ctimeMs !== was.ctimeMs) {
      throw new Error(`${file} was changed meanwhile. Put back what it was, and go on.`);
    }
    yield chunk;
  }
}

/** Reads the rows as they are asked for. */
async function* readRows(source: Source): AsyncGenerator<Row> {
  const { file } = source;
  const parser = parse({
    bom: true,
    columns: (names: string[]) => {
      for (const name of neededColumns) {
        if (!names.includes(name))
          throw new Error(`${file} has no column ${name}: ${names.join()}`);
      }
      const unknown = names.find((name) => !columns.includes(name));
      if (unknown === undefined) return names;
      throw new Error(`${file} has a column ${unknown}; those known are ${columns.join(", ")}`);
    },
    skip_empty_lines: true,
    trim: true,
  });
  pipeline(bytesOf(source), parser).catch(() => {}); // the loop below throws the same
  let number = 0;
  const cellsOfRows: AsyncIterable<Row["cells"]> = parser;
  for await (const cells of cellsOfRows) yield { number: ++number, cells };
}

/** Reads the whole file once, so that one which cannot be read to its end is not begun. */
async function survey(source: Source): Promise<{ hash: string; rows: number }> {
  const hash = createHash("sha256");
  for await (const chunk of bytesOf(source)) hash.update(chunk);
  let rows = 0;
  for await (const { number } of readRows(source)) rows = number;
  if (rows === 0) throw new Error(`${source.file} has no rows`);
  return { hash: hash.digest("hex"), rows };
}

function collectionOf({ cells }: Row): NewProductCollection {
  const { name = "", slug = "", image, title, description } = cells;
  const seo = { ...(title && { title }), ...(description && { description }) };
  return { name, slug, ...(image && { image }), ...(Object.keys(seo).length > 0 && { seo }) };
}

/** How far a row came whose call failed, and whether all others would fail for the same reason. */
function judge(error: unknown, wasSent: boolean): { fate: Fate; concernsAll: boolean } {
  if (!(error instanceof HighLevelError)) {
    // A token provider's or a limiter's, which are asked between two attempts, and not during one.
    return { fate: wasSent ? "may exist" : "not sent", concernsAll: true };
  }
  // Dropped while it waited, so that the journal knows better.
  if (error instanceof AbortedError && !wasSent) return { fate: "not sent", concernsAll: true };
  if (error.mayHaveCreated) return { fate: "may exist", concernsAll: false };
  const isAnswer = error instanceof ApiError || error instanceof UnexpectedResponseError;
  const concernsAll =
    error instanceof ConnectionError || (isAnswer && statusesOfAll.includes(error.status));
  return { fate: concernsAll ? "not sent" : "failed", concernsAll };
}

/** What an import takes beside the file and the client's options. */
export interface Controls {
  /** Aborted, it takes no more rows, drops those that wait, and ends when those sent are answered. */
  readonly stop?: AbortController;
  /** Shows the progress line, until it is stopped. Default: nowhere. */
  readonly display?: (line: () => string) => () => void;
}

/** Imports a file, or what an earlier run has left of it. */
export async function importCsv(
  path: string,
  options: ClientOptions,
  { stop = new AbortController(), display = () => () => {} }: Controls = {},
): Promise<Summary> {
  const file = await realpath(path); // one journal, whatever links lead to it
  const source = { file, was: await stat(file) };
  const { hash, rows } = await survey(source);
  const beside = `${file}.${encodeURIComponent(options.locationId)}`;
  const server = options.baseUrl === undefined ? "HighLevel" : new URL(options.baseUrl).href;
  const journal = await openJournal(`${beside}.journal`, `${hash} to ${server}`);
  try {
    await importRows(source, rows, options, journal, { stop, display });
    if (!stop.signal.aborted) {
      await copyRows(source, `${beside}.failed.csv`, journal, "failed");
      await copyRows(source, `${beside}.may-exist.csv`, journal, "may exist");
    }
  } finally {
    await journal.close();
  }
  return {
    created: journal.count("created"),
    failed: journal.count("failed"),
    mayExist: journal.count("may exist"),
    stoppedBy: stop.signal.aborted ? String(stop.signal.reason) : undefined,
  };
}

/** A row whose call is under way. */
interface UnderWay {
  readonly row: number;
  /** Ends the call while it waits: for a place, for a token, to send again. */
  readonly waiting: AbortController;
  /** Whether a request is out that may create it. */
  isSending: boolean;
}

async function importRows(
  source: Source,
  total: number,
  options: ClientOptions,
  journal: Journal,
  { stop, display }: Required<Controls>,
): Promise<void> {
  const tally = () => {
    const [failed, unknown] = [journal.count("failed"), journal.count("may exist")];
    return { done: journal.count("created") + failed + unknown, failed, unknown };
  };
  const progress = createProgress(total, tally().done);
  // One that tells what never left: a row is then not sent, and no row that may exist.
  const send = options.fetch ?? undiciFetch;
  const currentCall = new AsyncLocalStorage<UnderWay>();
  const underWay = new Set<UnderWay>();
  stop.signal.addEventListener("abort", () => {
    for (const { isSending, waiting } of underWay)
      if (!isSending) waiting.abort(stop.signal.reason);
  });
  const highlevel = createClient({
    maxRetries: 10, // an import has time
    ...options,
    onEvent(event) {
      progress.onEvent(event);
      options.onEvent?.(event);
    },
    // Written when the request goes out, and not when the call begins: a row that waits for the rate
    // limit when the process is killed was not sent.
    fetch: Object.assign(
      async (url: string, init: FetchInit) => {
        const call = currentCall.getStore();
        if (call === undefined) throw new Error("The request belongs to no row.");
        /** Nothing was created, whatever comes of the call: it may wait, and be dropped. */
        const tellNotSent = async (why: string) => {
          await journal.write(call.row, "not sent", why);
          call.isSending = false;
          if (stop.signal.aborted) call.waiting.abort(stop.signal.reason);
        };
        call.isSending = true;
        await journal.write(call.row, "about to send");
        try {
          const answer = await send(url, init);
          const { status } = answer;
          if (status >= 400 && status < 500) await tellNotSent(`answered ${status}`);
          return answer;
        } catch (error) {
          const neverLeft = send.tellsNeverSent === true && Object(error).neverSent === true;
          if (neverLeft) await tellNotSent(String(error));
          throw error;
        }
      },
      { tellsNeverSent: send.tellsNeverSent === true },
    ),
  });

  let unknownInARow = 0;
  async function importRow(row: Row): Promise<void> {
    const call: UnderWay = {
      row: row.number,
      waiting: new AbortController(),
      isSending: false,
    };
    underWay.add(call);
    const create = () =>
      highlevel.createProductCollection(collectionOf(row), { signal: call.waiting.signal });
    const [outcome] = await Promise.allSettled([currentCall.run(call, create)]);
    underWay.delete(call);
    if (outcome.status === "fulfilled") {
      unknownInARow = 0;
      return journal.write(row.number, "created", outcome.value._id);
    }
    const wasSent = journal.fateOf(row.number) === "about to send";
    const { fate, concernsAll } = judge(outcome.reason, wasSent);
    const why = String(outcome.reason);
    const isUnknown = fate === "may exist" || outcome.reason instanceof UnexpectedResponseError;
    unknownInARow = isUnknown ? unknownInARow + 1 : 0;
    if (concernsAll || unknownInARow === mostUnknownInARow) stop.abort(why);
    return journal.write(row.number, fate, why);
  }

  const rows = readRows(source);
  // Takes the next row when it is done with its last. If one throws, that ends the rows for all.
  async function work(): Promise<void> {
    for await (const row of rows) {
      if (stop.signal.aborted) return;
      const fate = journal.fateOf(row.number);
      if (fate === undefined || fate === "not sent") await importRow(row);
    }
  }
  const hide = display(() => progress.line(tally()));
  const ended = await Promise.allSettled(Array.from({ length: rowsUnderWay }, work));
  hide();
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}

/**
 * Copies the rows that came so far into a CSV file of their own; no file if there are none. One that is
 * there is left alone: it was written after the last row, and may have been corrected since.
 */
async function copyRows(from: Source, to: string, journal: Journal, fate: Fate): Promise<void> {
  if (journal.count(fate) === 0 || existsSync(to)) return;
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`;
  await pipeline(
    readRows(from),
    async function* (rows) {
      for await (const { number, cells } of rows) {
        if (number === 1) yield line(Object.keys(cells));
        if (journal.fateOf(number) === fate) yield line(Object.values(cells));
      }
    },
    createWriteStream(`${to}.new`),
  );
  await rename(`${to}.new`, to);
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const {
    HIGHLEVEL_TOKEN: token = "",
    HIGHLEVEL_LOCATION_ID: locationId = "",
    HIGHLEVEL_BASE_URL: baseUrl,
  } = process.env;
  const stop = new AbortController();
  process.once("SIGINT", () => {
    console.error("\nStopping, once what was sent is answered. Ctrl-C again ends at once.");
    stop.abort("Ctrl-C");
  });
  const file = process.argv[2] ?? "collections.csv";
  const options = { locationId, token, baseUrl };
  try {
    const summary = await importCsv(file, options, { stop, display: show });
    const { created, failed, mayExist, stoppedBy } = summary;
    console.log(`${created} created, ${failed} failed, ${mayExist} may exist`);
    if (stoppedBy !== undefined) console.log(`Stopped: ${stoppedBy}. The same command goes on.`);
    if (failed + mayExist > 0) console.log(`The rows and the reasons are beside ${file}.`);
    process.exitCode = failed + mayExist === 0 && stoppedBy === undefined ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
