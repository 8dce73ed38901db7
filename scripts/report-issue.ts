import { CliError, command, exitCode, type Io, start } from "./lib/cli.js";
import { gh } from "./lib/gh.js";
import { fenced } from "./lib/markdown.js";
import { npm } from "./lib/npm.js";

const usage = "npm run report-issue -- --title TITLE [--code] -- SCRIPT [ARGUMENTS]";

/** Of at most 65 536 characters, GitHub's limit, some are for what we say ourselves. */
const longestOutput = 60_000;

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

/** The open issue of this title that a workflow filed: nobody else's is touched. */
function openIssue(title: string, io: Io): Issue | undefined {
  const filed = ["--app", "github-actions", "--state", "open", "--limit", "1000"];
  const listed = gh(["issue", "list", ...filed, "--json", "number,title,body"], io);
  const issues: readonly Issue[] = JSON.parse(listed);
  return issues.find((issue) => issue.title === title);
}

/** The text of the issue: what the script printed. */
function bodyOf(printed: readonly string[], asCode: boolean, script: string): string {
  const output = printed.join("\n").trim();
  const shown =
    output.length > longestOutput ? `${output.slice(0, longestOutput)}\n(cut off here)` : output;
  const text = asCode ? fenced(shown) : shown;
  return `${text}\n\n_\`npm run ${script}\` says this. The workflow that runs it keeps this issue up to date, and closes it once there is nothing left to say._\n`;
}

/**
 * Runs an npm script, and keeps one issue about what it finds: opened or brought up to date where it
 * found something, closed where it did not, left alone where it could not tell.
 */
export const run = command(
  {
    usage,
    options: { title: { type: "string" }, code: { type: "boolean", default: false } },
    allowPositionals: true,
  },
  async ({ values: { title, code }, positionals: [script, ...args] }, io) => {
    if (title === undefined || script === undefined) {
      throw new CliError(`Give a title and a script: ${usage}`);
    }
    const printed: string[] = [];
    const out = (line: string) => {
      printed.push(line);
      io.out(line);
    };
    // The script has no business with the token that files issues.
    const { GH_TOKEN, GITHUB_TOKEN, ...env } = io.env;
    const found = await npm(["run", "--silent", script, "--", ...args], { ...io, env, out });
    if (found !== exitCode.done && found !== exitCode.failed) {
      io.err(`npm run ${script} could not tell (exit code ${found}); no issue is touched.`);
      return exitCode.couldNotRun;
    }

    const issue = openIssue(title, io);
    if (found === exitCode.done) {
      if (issue !== undefined) {
        gh(["issue", "close", `${issue.number}`, "--comment", "It no longer occurs."], io);
        io.out(`Closed issue ${issue.number}.`);
      }
      return exitCode.done;
    }
    const body = bodyOf(printed, code, [script, ...args].join(" "));
    if (issue === undefined) {
      io.out(
        `Opened ${gh(["issue", "create", "--title", title, "--body-file", "-"], io, body).trim()}`,
      );
    } else if (issue.body.trim() === body.trim()) {
      io.out(`Issue ${issue.number} says so already.`);
    } else {
      gh(["issue", "edit", `${issue.number}`, "--body-file", "-"], io, body);
      io.out(`Brought issue ${issue.number} up to date.`);
    }
    return exitCode.done;
  },
);

start(import.meta, run);
