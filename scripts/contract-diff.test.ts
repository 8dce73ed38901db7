import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { versionAfter } from "./contract-diff/changes.js";
import { run } from "./contract-diff.js";
import { contractPath } from "./lib/contract.js";
import { copyProject } from "./lib/copy.js";
import { runCommand } from "./lib/testing.js";

describe("npm run contract:diff", () => {
  const file = contractPath;
  let project: string;
  let contract: string;
  let version: string;

  // A hook of git sets variables that would make git look elsewhere.
  const env: Record<string, string | undefined> = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"))),
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CEILING_DIRECTORIES: tmpdir(),
  };
  const diff = (...args: string[]) => runCommand(run, args, { env, root: project });
  const git = (...args: string[]) => {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    const options = { cwd: project, encoding: "utf8", env } as const;
    expect(spawnSync("git", [...identity, ...args], options)).toMatchObject({ status: 0 });
  };
  const edit = (...edits: readonly (readonly [from: string, to: string])[]) => {
    const text = edits.reduce((before, [from, to]) => {
      expect(before).toContain(from);
      return before.replace(from, () => to);
    }, contract);
    writeFileSync(join(project, file), text);
  };

  beforeAll(() => {
    project = copyProject();
    contract = readFileSync(join(project, file), "utf8");
    version = /^ {2}version: (.+)$/m.exec(contract)?.[1] ?? "";
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "Nothing yet");
    git("tag", "empty");
    writeFileSync(join(project, file), "- no contract\n");
    git("add", "openapi");
    git("commit", "--quiet", "--message", "No contract");
    git("tag", "broken");
    writeFileSync(join(project, file), contract);
    git("add", "openapi");
    git("commit", "--quiet", "--message", "The contract");
    git("tag", "released");
  });
  beforeEach(() => writeFileSync(join(project, file), contract));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it("is content where nothing has changed", async () => {
    const stdout = "The contract says what it said at released.\n";
    expect(await diff("released")).toEqual({ status: 0, stdout, stderr: "" });
  });

  it("fails where the version does not follow, and says what it has to be", async () => {
    edit(
      ["required: [altId, altType, name, slug]", "required: [altId, altType, name, slug, image]"],
      ["description: URL of the thumbnail.", "description: Address of the thumbnail."],
    );
    const properties = `#/paths/~1products~1collections/post/requestBody/content/application~1json/schema/properties`;
    const lowest = versionAfter(version, { bump: "major", what: "", pointer: "" });
    expect(await diff("released")).toEqual({
      status: 1,
      stdout: `major  request field image: now required  ${properties}/image
patch  description is another  ${properties}/image/description
info.version is ${version}. After ${version} at released, a major change makes it ${lowest} or higher.
`,
      stderr: "",
    });
  });

  it("is content where the version follows", async () => {
    const lowest = versionAfter(version, { bump: "patch", what: "", pointer: "" });
    edit(
      [`version: ${version}`, `version: ${lowest}`],
      ["title: HighLevel", "title: The HighLevel"],
    );
    const stdout = `patch  title is another  #/info/title
info.version went from ${version} to ${lowest}, as a patch change asks for.
`;
    expect(await diff("released")).toEqual({ status: 0, stdout, stderr: "" });
  });

  it.each([
    ["a ref that is not there", ["nowhere"], "nowhere is not a commit here. Fetch it"],
    [
      "an option of git",
      ["--", "--path-format=x"],
      "--path-format=x is not a commit here. Fetch it",
    ],
    ["a commit without the contract", ["empty"], `empty has no ${file}. Give a commit`],
    ["a commit whose contract is none", ["broken"], `${file} at broken cannot be read (`],
    ["a ref of two lines", ["a\nb"], '"a\\nb" is not a commit here. Fetch it'],
    ["an empty ref", [""], "Give one ref: npm run contract:diff -- GIT-REF"],
    ["no ref", [], "Give one ref: npm run contract:diff -- GIT-REF"],
    ["two refs", ["released", "empty"], "Give one ref: npm run contract:diff -- GIT-REF"],
  ])("refuses %s in one line", async (_what, args, reason) => {
    const { status, stdout, stderr } = await diff(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("refuses a version that is not three numbers", async () => {
    edit(
      [`version: ${version}`, "version: 2.0.0-rc.1"],
      ["title: HighLevel", "title: The HighLevel"],
    );
    expect(await diff("released")).toMatchObject({
      status: 2,
      stderr: "info.version is 2.0.0-rc.1; make it three numbers, such as 1.2.3.\n",
    });
  });

  it("refuses a folder that is not a clone", async () => {
    renameSync(join(project, ".git"), join(project, "git"));
    const result = await diff("released");
    renameSync(join(project, "git"), join(project, ".git"));
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^fatal: not a git repository.+\. Run this in a clone.+\n$/);
  });

  it("says that git is missing", async () => {
    const { PATH } = env;
    env.PATH = project;
    const result = await diff("released");
    env.PATH = PATH;
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^git did not start \(.+\)\. Install it\.\n$/);
  });
});
