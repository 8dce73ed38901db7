import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { CliError, projectRoot } from "../lib/cli.js";
import { startServer } from "../lib/rate-limited-server.js";

/** What an import took. */
export interface Speed {
  readonly rowsPerSecond: number;
  readonly peakBytes: number;
}

/** Imports so many rows with examples/import-csv.ts, from a server that answers at once. */
export async function importManyRows(rows: number): Promise<Speed> {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-import-"));
  const server = await startServer({ limit: 0, intervalMs: 1_000 });
  try {
    const file = join(folder, "collections.csv");
    await pipeline(function* () {
      yield "name,slug,title\n";
      for (let row = 1; row <= rows; row++) yield `Row ${row},row-${row},"The title, of ${row}"\n`;
    }, createWriteStream(file));
    const preload = ["--import", pathToFileURL(`${import.meta.dirname}/report-memory.mjs`).href];
    const startedAt = performance.now();
    const importer = spawn(
      process.execPath,
      ["--import", "tsx", ...preload, "examples/import-csv.ts", file],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          HIGHLEVEL_TOKEN: "token-of-the-importer",
          HIGHLEVEL_LOCATION_ID: "6578278e879ad2646715ba9c",
          HIGHLEVEL_BASE_URL: server.url,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [out, err] = await Promise.all([
      text(importer.stdout),
      text(importer.stderr),
      once(importer, "close"),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const [, created, peakBytes] = out.match(/^(\d+) created, .*\n(\d+)\n$/) ?? [];
    if (Number(created) !== rows)
      throw new CliError(`the import of ${rows} rows ended: ${out}${err}`);
    return { rowsPerSecond: rows / seconds, peakBytes: Number(peakBytes) };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
