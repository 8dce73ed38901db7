import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { baseUrl } from "../../generated/contract.js";
import { projectRoot } from "../lib/cli.js";
import { lintWorkflows } from "./workflows.js";

// What actionlint does not know of the workflows: what each may do, and that each only calls npm.

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly permissions?: unknown;
  readonly needs?: readonly string[];
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}

const folder = `${projectRoot}.github/workflows/`;
const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(folder + file, "utf8");
const workflow = (file: string): Workflow => parse(textOf(file));
const jobsOf = (file: string) => Object.entries(workflow(file).jobs);
const stepsOf = (file: string) => jobsOf(file).flatMap(([, job]) => job.steps);

it.each([
  ["ci.yml", { push: { branches: ["main"] }, pull_request: null }],
  ["nightly.yml", { schedule: [{ cron: "17 3 * * *" }], workflow_dispatch: null }],
  ["release.yml", { push: { tags: ["v*"] } }],
  ["upstream.yml", { schedule: [{ cron: "29 5 * * *" }], workflow_dispatch: null }],
  ["weekly.yml", { schedule: [{ cron: "43 4 * * 6" }], workflow_dispatch: null }],
])("%s starts by this, and by nothing else", (file, on) => {
  expect(workflow(file).on).toEqual(on);
});

it("no job may do more than read the repository, except these", () => {
  const reads = { contents: "read" };
  const more = files.flatMap((file) => {
    expect({ file, permissions: workflow(file).permissions }).toEqual({ file, permissions: reads });
    return jobsOf(file).flatMap(([job, { permissions }]) =>
      permissions === undefined ? [] : [[`${file} ${job}`, permissions]],
    );
  });
  const files_issues = { contents: "read", issues: "write" };
  expect(Object.fromEntries(more)).toEqual({
    "nightly.yml report": files_issues,
    "release.yml publish": { contents: "read", "id-token": "write" },
    "release.yml github": { contents: "write" },
    "release.yml pages": { contents: "read", "id-token": "write", pages: "write" },
    "upstream.yml published": files_issues,
    "upstream.yml live": files_issues,
    "weekly.yml report": files_issues,
  });
});

describe.each(files)("%s", (file) => {
  it("calls npm and nothing else, and only scripts that exist", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(
      readFileSync(`${projectRoot}package.json`, "utf8"),
    );
    const lines = stepsOf(file).flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(lines).toContain("npm ci");
    for (const [index, line] of lines.entries()) {
      if (line === "sudo apt-get update") continue;
      if (line === "sudo apt-get install --yes redis-server") {
        // An image's own list of packages names versions that are gone by now.
        expect(lines[index - 1]).toBe("sudo apt-get update");
        continue;
      }
      expect(line).toMatch(
        /^npm (ci|test|publish --provenance|run [\w:-]+( -- [^;&|<>`$]+| -- "\$BASE")?)$/,
      );
      // Both the script itself, and the one that it is given to run.
      const called = [
        line === "npm test" ? "test" : /^npm run (\S+)/.exec(line)?.[1],
        /^npm run report-issue -- .+ -- (\S+)/.exec(line)?.[1],
        /^npm run job-summary -- (\S+)/.exec(line)?.[1],
      ].filter((it) => it !== undefined);
      for (const script of called) expect(Object.keys(scripts)).toContain(script);
    }
  });

  it("pins each action to a commit, with the version beside it", () => {
    const lines = textOf(file).match(/^.*\buses:.*$/gm) ?? [];
    expect(lines).toHaveLength(stepsOf(file).filter(({ uses }) => uses !== undefined).length);
    for (const line of lines) {
      expect(line).toMatch(/^ +- uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("leaves no credentials in the checkout, and bounds each job in time", () => {
    for (const [name, job] of jobsOf(file)) {
      const checkout = job.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
      expect({ name, with: checkout?.with }).toMatchObject({
        name,
        with: { "persist-credentials": false },
      });
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
    }
  });

  it("puts nothing of an event into a command", () => {
    for (const { run = "" } of stepsOf(file)) expect(run).not.toContain("${{");
  });

  it("waits, where it reports, for every other job", () => {
    const { report, ...others } = workflow(file).jobs;
    if (report === undefined) return;
    expect(report.needs).toEqual(Object.keys(others));
  });
});

it("an action has one commit in all workflows", () => {
  const used = files.flatMap((file) => stepsOf(file).flatMap(({ uses = [] }) => uses));
  const names = new Set(used.map((it) => it.split("@")[0]));
  expect(names.size).toBeGreaterThan(1);
  expect(new Set(used).size).toBe(names.size);
});

it("no workflow that a pull request starts is given a secret, or runs with the rights of main", () => {
  const started = files.filter((file) => "pull_request" in workflow(file).on);
  expect(started).toEqual(["ci.yml"]);
  for (const file of started) expect(textOf(file)).not.toMatch(/\bsecrets\b|github\.token/);
  for (const file of files) expect(textOf(file)).not.toMatch(/pull_request_target|workflow_run/);
});

it("a release reads no cache that other workflows write", () => {
  for (const step of stepsOf("release.yml")) expect(step.with ?? {}).not.toHaveProperty("cache");
});

it("the token of HighLevel goes with its location to the one step that needs it, and to the contract's server", () => {
  const given = files.flatMap((file) =>
    stepsOf(file).filter(({ env = {} }) => "HIGHLEVEL_TOKEN" in env),
  );
  expect(given).toHaveLength(1);
  expect(given[0]?.run).toMatch(/ test:live$/);
  const secret = (name: string) => `\${{ secrets.${name} }}`;
  expect(given[0]?.env).toMatchObject({
    HIGHLEVEL_TOKEN: secret("HIGHLEVEL_TOKEN"),
    HIGHLEVEL_LOCATION_ID: secret("HIGHLEVEL_LOCATION_ID"),
    HIGHLEVEL_BASE_URL: baseUrl,
  });
});

describe("npm run lint", () => {
  const root = `${mkdtempSync(join(tmpdir(), "lint-"))}/`;
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("finds nothing in the workflows", async () => {
    expect(await lintWorkflows(projectRoot)).toEqual([]);
  });

  it("names a job, a key and an expression that do not exist, each with its place", async () => {
    mkdirSync(`${root}.github/workflows`, { recursive: true });
    cpSync(folder, `${root}.github/workflows`, { recursive: true });
    const file = `${root}.github/workflows/ci.yml`;
    const broken = textOf("ci.yml")
      .replace("fail-fast", "fail-fats")
      .replace("matrix.node }}", "matrix.nod }}")
      .replace("    timeout-minutes: 20\n", "    timeout-minutes: 20\n    needs: [none]\n");
    writeFileSync(file, broken);
    const found = await lintWorkflows(root);
    const at = ":\\d+:\\d+ ";
    expect(found).toEqual([
      expect.stringMatching(`^\\.github/workflows/ci\\.yml${at}.*"none".*\\(job-needs\\)$`),
      expect.stringMatching(`${at}property "nod" is not defined.*\\(expression\\)$`),
      expect.stringMatching(`${at}unexpected key "fail-fats".*\\(syntax-check\\)$`),
    ]);
  });
});
