// Creates a collection for each row of a CSV file with the columns name, slug and, if you like, image,
// title and description (the last two are for search engines):
//
//   HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx import-csv.ts collections.csv
//
// With HIGHLEVEL_BASE_URL=http://127.0.0.1:4010 it is tried on the mock. It needs csv-parse.
//
// However it ends (Ctrl-C, kill -9, a revoked token, the day's budget spent), the same command goes on
// where it stopped, and no row is sent twice: a journal beside the file says of each row that it is about
// to be sent, and then what came of it. Leave the file as it is until all of it is imported.

import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import * as highlevel from "highlevel-product-collections";

const inFlight = 50; // the limiter keeps the rate
const mostUnknown = 20; // after so many rows in sequence that may exist HighLevel is down

/**
 * Imports the file. What is wrong with the file or an option is thrown before anything is sent.
 *
 * @param stop - Abort it to end the import; rows that have been sent are still answered.
 */
export async function importCsv(
  csvFile: string,
  options: highlevel.ClientOptions,
  stop = new AbortController(),
) {
  highlevel.createClient(options); // throws for a bad one
  const isFile = fs.statSync(csvFile, { throwIfNoEntry: false })?.isFile();
  if (!isFile) throw new Error(`There is no file ${csvFile}.`);
  const file = fs.realpathSync(csvFile);
  const content = fs.readFileSync(file);
  const rows = readRows(file, content);
  const { host } = new URL(options.baseUrl ?? "https://services.leadconnectorhq.com");
  const journalFile = `${file}.${options.locationId}@${host.replace(":", "-")}.journal`;
  lock(journalFile);
  const journal = openJournal(journalFile, createHash("sha256").update(content).digest("hex"));
  const limiter = highlevel.createLimiter();
  const queue = rows.values();
  let done = 0;
  let unknown = 0;

  async function importRow(row: number, collection: highlevel.NewProductCollection) {
    // A client of the row's own, which notes the row just before it is sent.
    const client = highlevel.createClient({
      maxRetries: 4,
      ...options,
      async limiter(key, send, context) {
        stop.signal.throwIfAborted();
        return limiter(key, send, { ...context, signal: stop.signal });
      },
      async fetch(url, init) {
        journal.note(row, "begun");
        return (options.fetch ?? fetch)(url, init);
      },
    });
    const [fate, detail] = await client.createProductCollection(collection).then(
      ({ _id }) => ["created", _id] as const,
      (error) => [fateOf(error), error instanceof Error ? error.message : String(error)] as const,
    );
    journal.note(row, fate, detail);
    unknown = fate === "may exist" ? unknown + 1 : 0;
    if (fate === "not sent" || unknown === mostUnknown) stop.abort(detail);
  }

  async function work() {
    for (const { row, collection } of queue) {
      if (stop.signal.aborted) return;
      if (!journal.settled.has(row)) await importRow(row, collection);
      process.stderr.write(`\r${++done} of ${rows.length} rows`);
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work));
  return { ...journal.outcome, stoppedBy: stop.signal.reason as unknown };
}

/** What an error says of its row. */
function fateOf(error: unknown) {
  const { HighLevelError, InvalidRequestError, ApiError, UnexpectedResponseError } = highlevel;
  if (error instanceof HighLevelError && error.mayHaveCreated) return "may exist";
  if (error instanceof InvalidRequestError) return "refused";
  const isAnswer = error instanceof ApiError || error instanceof UnexpectedResponseError;
  const isOfEveryRow = !isAnswer || [401, 403, 404, 405, 407, 429].includes(error.status);
  return isOfEveryRow ? "not sent" : "refused";
}

/** The rows that are not blank, with their numbers as a spreadsheet counts: the heading is row 1. */
function readRows(file: string, content: Buffer) {
  if (!isUtf8(content)) {
    throw new Error(`${file} is not UTF-8: save it as "CSV UTF-8", and import that file.`);
  }
  if (content.length === 0) throw new Error(`${file} is empty.`);
  const [firstLine = ""] = content.toString().split(/[\r\n]/, 1);
  const records: string[][] = parse(content, {
    bom: true,
    // A comma; where that is the decimal sign, spreadsheets write semicolons.
    delimiter: [",", ";", "\t"].find((it) => firstLine.includes(it)) ?? ",",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    trim: true,
  });
  const headings = records[0]?.map((cell) => cell.trim().toLowerCase()) ?? [];
  if (!headings.includes("name") || !headings.includes("slug")) {
    throw new Error(`The first row of ${file} must have the headings name and slug, in UTF-8.`);
  }
  return records.flatMap((record, index) => {
    const row = index + 1;
    const cells = record.map((cell) => cell.trim());
    if (row === 1 || cells.every((cell) => cell === "")) return [];
    if (cells.slice(headings.length).some((cell) => cell !== "")) {
      throw new Error(`Row ${row} of ${file} has more cells than the heading: quote its commas.`);
    }
    return [{ row, collection: collectionOf(headings, cells) }];
  });
}

function collectionOf(headings: readonly string[], cells: readonly string[]) {
  const cellOf = (heading: string) => cells[headings.indexOf(heading)] || undefined;
  const [title, description] = [cellOf("title"), cellOf("description")];
  const seo = title || description ? { title, description } : undefined;
  const collection = { name: cellOf("name"), slug: cellOf("slug"), image: cellOf("image"), seo };
  return collection as highlevel.NewProductCollection; // the client refuses one without name or slug
}

/** Reads what earlier imports of the file have noted of its rows, and notes what this one does. */
function openJournal(journalFile: string, hash: string) {
  const journal = fs.openSync(journalFile, "a");
  const settled = new Set<number>();
  const refused = new Map<number, string>();
  const mayExist = new Map<number, string>();
  const outcome = { created: 0, refused, mayExist };

  function learn(row: number, fate: string, detail: string) {
    mayExist.delete(row);
    if (fate === "begun") mayExist.set(row, "the import was killed before its response came");
    if (fate === "may exist") mayExist.set(row, detail);
    if (fate === "refused") refused.set(row, detail);
    if (fate === "created") outcome.created++;
  }
  // The line break comes first, so that a line that was cut off by a power failure spoils no other.
  const append = (line: string) => fs.appendFileSync(journal, `\n${line.replace(/\s+/g, " ")}`);

  let begunWith: string | undefined;
  for (const line of fs.readFileSync(journalFile, "utf8").split("\n")) {
    begunWith ??= /^file (\w{64})$/.exec(line)?.[1];
    const [, digits, fate = "", detail = ""] =
      /^(\d+) (begun|created|refused|may exist|not sent)\b ?(.*)/.exec(line) ?? [];
    if (digits === undefined) continue;
    const row = Number(digits);
    learn(row, fate, detail);
    if (fate === "not sent") settled.delete(row);
    else settled.add(row);
  }
  if (begunWith === undefined) append(`file ${hash}`);
  else if (begunWith !== hash) {
    throw new Error(
      "The file changed after its import began. Undo that; new rows need a new file.",
    );
  }
  function note(row: number, fate: string, detail = "") {
    append(`${row} ${fate} ${detail}`.trim());
    if (fate === "begun") fs.fdatasyncSync(journal);
    learn(row, fate, detail);
  }
  return { outcome, settled, note };
}

/** Keeps out a second import on this machine. Each says that it is there before it looks for others. */
function lock(journalFile: string): void {
  const own = `${journalFile}.lock-${process.pid}`;
  fs.writeFileSync(own, "");
  process.once("exit", () => fs.rmSync(own, { force: true }));
  for (const name of fs.readdirSync(dirname(journalFile))) {
    const [, pid] = name.split(`${basename(journalFile)}.lock-`);
    if (pid === undefined || Number(pid) === process.pid) continue;
    if (isRunning(Number(pid))) {
      throw new Error(`Process ${pid} is importing this file. If it is not, delete ${name}.`);
    }
    fs.rmSync(join(dirname(journalFile), name), { force: true }); // it was killed
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}

async function main(csvFile = "") {
  const { HIGHLEVEL_TOKEN: token, HIGHLEVEL_LOCATION_ID: locationId } = process.env;
  if (!csvFile || !token || !locationId) {
    throw new Error("HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx import-csv.ts FILE.csv");
  }
  const options = { token, locationId, baseUrl: process.env.HIGHLEVEL_BASE_URL };
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort("Ctrl-C")); // a second one ends the process
  const { created, refused, mayExist, stoppedBy } = await importCsv(csvFile, options, stop);
  console.error();
  for (const [row, reason] of refused) console.log(`Row ${row} was refused: ${reason}`);
  for (const [row, reason] of mayExist)
    console.log(`Row ${row} may exist, look before you send it: ${reason}`);
  console.log(`${created} created, ${refused.size} refused, ${mayExist.size} may exist`);
  if (stoppedBy !== undefined) console.log(`Stopped: ${stoppedBy}. The same command goes on.`);
  process.exitCode = refused.size + mayExist.size > 0 || stoppedBy !== undefined ? 1 : 0;
}

if (fs.realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  main(process.argv[2]).catch((error) => {
    console.error(error.message);
    process.exit(2);
  });
}
