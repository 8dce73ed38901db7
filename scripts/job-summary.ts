import { appendFileSync } from "node:fs";
import { CliError, command, start } from "./lib/cli.js";
import { fenced } from "./lib/markdown.js";
import { npm } from "./lib/npm.js";

const usage = "npm run job-summary -- SCRIPT [-- ARGUMENTS]";

/** Runs an npm script, and puts what it prints on the page of the workflow's run. */
export const run = command(
  { usage, allowPositionals: true },
  async ({ positionals: [script, ...args] }, io) => {
    if (script === undefined) throw new CliError(`Give a script: ${usage}`);
    const printed: string[] = [];
    const out = (line: string) => {
      printed.push(line);
      io.out(line);
    };
    const status = await npm(["run", "--silent", script, "--", ...args], { ...io, out });
    const { GITHUB_STEP_SUMMARY: summary } = io.env;
    if (summary) {
      const title = ["npm run", script, ...args].join(" ");
      appendFileSync(summary, `### ${title}\n\n${fenced(printed.join("\n"))}\n`);
    }
    return status;
  },
);

start(import.meta, run);
