// Creates a collection for each row of a CSV file with the columns name, slug and, if you like, image,
// title and description:
//
//   HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx import-csv.ts collections.csv
//
// Rows that failed go to collections.failed.csv, which can be fed in again as it is. Rows that may
// have been created all the same go to collections.unknown.csv: look them up before.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  ConnectionError,
  createClient,
  type HighLevelClient,
  type ProductCollection,
  UnexpectedResponseError,
} from "highlevel-product-collections";
import Papa from "papaparse";

type Row = Readonly<Record<string, string>>;
type Result = { readonly row: Row } & (
  | { readonly collection: ProductCollection }
  | { readonly error: Error }
);

/** Creates a collection for each row, and gives the results in the order of the rows. */
export async function importRows(
  highlevel: HighLevelClient,
  rows: readonly Row[],
  onProgress: (done: number, failed: number) => void = () => {},
): Promise<Result[]> {
  let done = 0;
  let failed = 0;
  // All at once: the client's limiter sends them as the rate limit allows.
  return Promise.all(
    rows.map(async (row): Promise<Result> => {
      const { name = "", slug = "", image, title, description } = row;
      const seo = { ...(title && { title }), ...(description && { description }) };
      try {
        const collection = await highlevel.createProductCollection({
          name,
          slug,
          ...(image && { image }),
          ...(Object.keys(seo).length > 0 && { seo }),
        });
        return { row, collection };
      } catch (error) {
        failed++;
        return { row, error: error instanceof Error ? error : new Error(String(error)) };
      } finally {
        onProgress(++done, failed);
      }
    }),
  );
}

/** Whether the collection may exist although its call failed. */
function mayExist(error: Error): boolean {
  if (error instanceof ConnectionError) return error.delivered === "unknown";
  return error instanceof UnexpectedResponseError && (error.status < 300 || error.status >= 500);
}

/** Imports a file, and writes beside it what failed and what is not known. */
export async function importFile(highlevel: HighLevelClient, file: string): Promise<Result[]> {
  const { data: rows } = Papa.parse<Row>(readFileSync(file, "utf8"), {
    header: true,
    skipEmptyLines: true,
  });
  const results = await importRows(highlevel, rows, (done, failed) => {
    process.stderr.write(`\r${done} of ${rows.length}, ${failed} failed`);
  });
  process.stderr.write("\n");
  const failures = results.flatMap((result) => ("error" in result ? [result] : []));
  const write = (kind: string, of: typeof failures) => {
    if (of.length === 0) return;
    const lines = of.map(({ row, error }) => ({ ...row, error: error.message }));
    writeFileSync(file.replace(/(\.csv)?$/, `.${kind}.csv`), Papa.unparse(lines));
  };
  write(
    "failed",
    failures.filter(({ error }) => !mayExist(error)),
  );
  write(
    "unknown",
    failures.filter(({ error }) => mayExist(error)),
  );
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { HIGHLEVEL_TOKEN: token = "", HIGHLEVEL_LOCATION_ID: locationId = "" } = process.env;
  await importFile(createClient({ locationId, token }), process.argv[2] ?? "collections.csv");
}
