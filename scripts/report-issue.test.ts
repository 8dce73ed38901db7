import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand, withPrograms } from "./lib/testing.js";
import { run } from "./report-issue.js";

// A folder with an `npm` whose script prints and ends as a test wants, and a `gh` that keeps its
// issues in a file, and what it was asked in another. Both are quick to start, as the real ones are not.

let root: string;
let PATH: string;
beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), "report-issue-"))}/`;
  PATH = withPrograms(root, { npm: fakeNpm, gh: fakeGh });
  keepIssues([]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const fakeNpm = `#!/bin/sh
[ "$1 $2 $3 $4" = "run --silent look --" ] || exit 99
cat prints
shift 4
[ $# = 0 ] || echo "$@"
[ -z "$GH_TOKEN" ] || echo "$GH_TOKEN"
exit "$(cat status)"
`;

const fakeGh = `#!/bin/sh
if [ "$GH_TOKEN" != secret ]; then
  printf '%s\\n' "To get started with GitHub CLI, please run:  gh auth login" "or set GH_TOKEN" >&2
  exit 4
fi
printf '%s|' "$@" >> asked
echo >> asked
case "$*" in *" -") cat > input ;; esac
case "$2" in
  list) cat issues.json ;;
  create) echo https://github.com/o/r/issues/8 ;;
esac
`;

interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
}

function keepIssues(issues: readonly Issue[]) {
  writeFileSync(`${root}issues.json`, JSON.stringify(issues));
}

/** The one script prints this, and ends so. */
function scriptThat(prints: string, status: number) {
  writeFileSync(`${root}prints`, `${prints}\n`);
  writeFileSync(`${root}status`, `${status}`);
}

/** Runs the command, and gives what it asked of `gh` beside how it ended. */
async function report(args: readonly string[], token = "secret") {
  const env = { ...process.env, PATH, GH_TOKEN: token };
  const ended = await runCommand(run, args, { root, env });
  const calls = contentOf("asked")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("|").slice(0, -1));
  const changes = calls.filter(([, verb]) => verb !== "list");
  return { ...ended, calls, changes, body: contentOf("input") };
}

function contentOf(file: string): string {
  return existsSync(root + file) ? readFileSync(root + file, "utf8") : "";
}

const title = ["--title", "It drifts"];
const explained =
  "_`npm run look` says this. The workflow that runs it keeps this issue up to date, and closes it once there is nothing left to say._\n";

it("opens an issue with what the script found, and gives the script no token", async () => {
  scriptThat("**one** differs", 1);
  const { status, stdout, calls, changes, body } = await report([...title, "--", "look"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Opened https://github.com/o/r/issues/8\n");
  expect(changes).toEqual([["issue", "create", "--title", "It drifts", "--body-file", "-"]]);
  expect(body).toBe(`**one** differs\n\n${explained}`);
  // Somebody else's issue of the same title is not ours to change.
  expect(calls[0]?.join(" ")).toContain("--app github-actions --state open");
});

it("hands the script its arguments, and shows plain text as it is", async () => {
  scriptThat("```\n  two", 1);
  const { body } = await report([...title, "--code", "--", "look", "--deep", "a b"]);
  expect(body).toBe(
    `\`\`\`\`text\n\`\`\`\n  two\n--deep a b\n\`\`\`\`\n\n${explained.replace("look", "look --deep a b")}`,
  );
});

it("brings the issue up to date that is open already, by its whole title", async () => {
  scriptThat("two differ", 1);
  keepIssues([
    { number: 3, title: "It drifts a lot", body: "" },
    { number: 4, title: "It drifts", body: "one differs" },
  ]);
  const { status, stdout, changes, body } = await report([...title, "--", "look"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Brought issue 4 up to date.\n");
  expect(changes).toEqual([["issue", "edit", "4", "--body-file", "-"]]);
  expect(body).toBe(`two differ\n\n${explained}`);
});

it("says nothing where nothing changed", async () => {
  scriptThat("two differ", 1);
  keepIssues([{ number: 4, title: "It drifts", body: `two differ\n\n${explained.trim()}\r\n` }]);
  const { status, stdout, changes } = await report([...title, "--", "look"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Issue 4 says so already.\n");
  expect(changes).toEqual([]);
});

it("closes the issue once the script finds nothing", async () => {
  scriptThat("Nothing differs", 0);
  keepIssues([{ number: 4, title: "It drifts", body: "" }]);
  const { status, stdout, changes } = await report([...title, "--", "look"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Closed issue 4.\n");
  expect(changes).toEqual([["issue", "close", "4", "--comment", "It no longer occurs."]]);
});

it("does nothing where nothing was found and nothing is open", async () => {
  scriptThat("Nothing differs", 0);
  const { status, changes } = await report([...title, "--", "look"]);
  expect({ status, changes }).toEqual({ status: 0, changes: [] });
});

it.each([2, 9])("touches no issue where the script could not tell (exit code %i)", async (code) => {
  scriptThat("no network", code);
  keepIssues([{ number: 4, title: "It drifts", body: "" }]);
  const { status, stderr, calls } = await report([...title, "--", "look"]);
  expect({ status, calls }).toEqual({ status: 2, calls: [] });
  expect(stderr).toBe(`npm run look could not tell (exit code ${code}); no issue is touched.\n`);
});

it("cuts off what is longer than an issue may be", async () => {
  scriptThat("x".repeat(70_000), 1);
  const { body } = await report([...title, "--", "look"]);
  expect(body).toHaveLength(60_000 + "\n(cut off here)\n\n".length + explained.length);
});

it("says in one line why gh refuses", async () => {
  scriptThat("one differs", 1);
  const { status, stderr } = await report([...title, "--", "look"], "none");
  expect(status).toBe(2);
  expect(stderr).toBe(
    "gh issue list failed: To get started with GitHub CLI, please run:  gh auth login\n",
  );
});

it("says in one line that gh is missing", async () => {
  scriptThat("one differs", 1);
  rmSync(`${root}bin/gh`);
  const { status, stderr } = await report([...title, "--", "look"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^gh did not start \(.+ENOENT\)\. Install the GitHub CLI\.\n$/);
});

it.each([[["--", "look"]], [title]])("wants a title and a script, and not %j", async (args) => {
  const { status, stderr } = await report(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^Give a title and a script: npm run report-issue .+\n$/);
});
