import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { reportIn } from "./api-report/report.js";
import { command, exitCode, start } from "./lib/cli.js";

const reportFile = "api-report.md";

/** Writes what users can import, and its types; with `--check` it only says whether that changed. */
export const run = command(
  {
    usage: "npm run api-report [-- --check]",
    options: { check: { type: "boolean", default: false } },
  },
  async ({ values: { check } }, { root, out, err }) => {
    const report = await reportIn(root);
    if (!check) {
      writeFileSync(root + reportFile, report);
      out(`${reportFile}: written`);
      return exitCode.done;
    }
    const file = root + reportFile;
    if (existsSync(file) && readFileSync(file, "utf8") === report) return exitCode.done;
    err(`The public API has changed. Run npm run api-report, and commit ${reportFile}.`);
    return exitCode.failed;
  },
);

start(import.meta, run);
