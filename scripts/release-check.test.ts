import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { projectRoot } from "./lib/cli.js";
import { runCommand, withPrograms } from "./lib/testing.js";
import { run } from "./release-check.js";

// A clean repository of what the command reads, with an `npm` that keeps what it was asked and fails
// where it is told to.

let root: string;
let PATH: string;
beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), "release-check-"))}/`;
  for (const it of ["openapi", "redocly.yaml", "CHANGELOG.md", "package.json"]) {
    cpSync(projectRoot + it, root + it, { recursive: true });
  }
  const packageJson = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const repository = { type: "git", url: "git+https://github.com/someone/shop.git" };
  writeFileSync(`${root}package.json`, JSON.stringify({ ...packageJson, repository }));
  writeFileSync(`${root}.gitignore`, "bin\nasked\nfails\n");
  writeFileSync(`${root}fails`, "nothing");
  PATH = withPrograms(root, {
    npm: `#!/bin/sh\necho "$*" >> asked\necho "said by npm"\n! grep -qx "$*" fails\n`,
  });
  git("init", "--quiet");
  commit();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function git(...args: string[]) {
  execFileSync("git", args, { cwd: root, stdio: "pipe" });
}

function commit() {
  git("add", "--all");
  const author = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
  git(...author, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "x");
}

function edit(file: string, from: string, to: string) {
  const before = readFileSync(root + file, "utf8");
  expect(before).toContain(from);
  writeFileSync(root + file, before.replace(from, to));
}

const check = (env = {}) => runCommand(run, [], { root, env: { ...process.env, PATH, ...env } });

const { version }: { version: string } = JSON.parse(
  readFileSync(`${projectRoot}package.json`, "utf8"),
);

it("runs every check, and ends with a rehearsal of the release", async () => {
  const { status, stdout, stderr } = await check({
    GITHUB_REF_TYPE: "tag",
    GITHUB_REF_NAME: `v${version}`,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(readFileSync(`${root}asked`, "utf8").trim().split("\n")).toEqual([
    "run --silent test",
    "run --silent test:consumers",
    "run --silent test:samples",
    "run --silent test:runtimes",
    "run --silent test:docs",
    "publish --dry-run",
    "run --silent release:github -- --dry-run",
  ]);
  expect(stdout).toContain("\nnpm publish --dry-run\nsaid by npm\n");
  expect(stdout).toMatch(/\nEverything holds\. Tag it, and push the tag\.\n$/);
});

it.each([
  ["run --silent test:samples", "npm run test:samples"],
  ["publish --dry-run", "npm publish --dry-run"],
])("goes no further once %s fails", async (asked, words) => {
  writeFileSync(`${root}fails`, asked);
  const { status, stderr } = await check();
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `${words} failed; do not publish.\n`,
  });
  expect(readFileSync(`${root}asked`, "utf8").trim().split("\n").at(-1)).toBe(asked);
});

it.each<[what: string, spoil: () => void, env: object, reason: RegExp]>([
  [
    "nobody has said where the repository is",
    () => edit("package.json", "github.com/someone", "github.com/FILL-IN"),
    {},
    /^package\.json: write the repository's owner in place of FILL-IN in repository\.url; .+\n$/,
  ],
  [
    "no repository is named at all",
    () => edit("package.json", '"repository"', '"x-repository"'),
    {},
    /^package\.json: write the repository's owner .+\n$/,
  ],
  [
    "the versions do not agree",
    () => edit("CHANGELOG.md", `## ${version}`, "## 0.0.1"),
    {},
    /^package\.json is .+, CHANGELOG\.md begins with 0\.0\.1\.\n$/,
  ],
  [
    "the tag is of another version",
    () => edit("CHANGELOG.md", "# Changelog", "# Changes"),
    { GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v0.0.1" },
    /^The tag is v0\.0\.1, and the version in package\.json .+\n$/,
  ],
])("runs nothing where %s", async (_what, spoil, env, reason) => {
  spoil();
  commit();
  const { status, stdout, stderr } = await check(env);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(reason);
});

it("runs nothing where something is not committed", async () => {
  writeFileSync(`${root}new.txt`, "");
  expect(await check()).toEqual({
    status: 1,
    stdout: "",
    stderr: "The tree is not clean:\n?? new.txt\n",
  });
});

it("cannot tell outside a repository", async () => {
  rmSync(`${root}.git`, { recursive: true });
  const { status, stderr } = await check({ GIT_CEILING_DIRECTORIES: tmpdir() });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^git status failed: .*not a git repository/);
});
