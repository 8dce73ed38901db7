import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Change, changesBetween, isBefore, versionAfter } from "./contract-diff.js";
import { copyProject } from "./copy.js";

const operation = {
  operationId: "makeThing",
  description: "Makes a thing.",
  requestBody: {
    content: {
      "application/json": {
        schema: {
          required: ["name"],
          properties: { name: { type: "string", example: "A" }, title: { description: "Shown." } },
        },
        examples: { one: { value: { name: "A" } } },
      },
    },
  },
  responses: {
    "201": {
      description: "Made.",
      content: { "application/json": { schema: { properties: { kind: { enum: ["a"] } } } } },
    },
    "422": { description: "Refused.", headers: { description: { description: "A header." } } },
    default: { description: "Anything else." },
  },
};
const document = {
  openapi: "3.1.0",
  info: { title: "Things", version: "1.0.0", description: "All of them." },
  servers: [{ url: "https://api.example.com", description: "The API" }],
  tags: [{ name: "Things" }],
  paths: { "/things": { post: operation } },
  components: {
    securitySchemes: { default: { type: "http", scheme: "bearer", description: "A token." } },
    schemas: { Thing: { description: "Put where it is used." } },
  },
};

const post = "/paths/~1things/post";
const schema = `${post}/requestBody/content/application~1json/schema`;
const response = `${post}/responses/201/content/application~1json/schema/properties`;

function edited(pointer: string, value: unknown): unknown {
  const copy = structuredClone(document);
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/"));
  const holder = keys.slice(1, -1).reduce<object>((it, key) => Reflect.get(it, key), copy);
  if (value === undefined) Reflect.deleteProperty(holder, keys.at(-1) ?? "");
  else Reflect.set(holder, keys.at(-1) ?? "", value);
  return copy;
}

describe("each change is rated by the version that it asks for", () => {
  it.each<[bump: Change["bump"], what: string, pointer: string, value: unknown]>([
    ["major", "request field size: new and required", `${schema}/required/1`, "size"],
    [
      "major",
      "request field name: type string → integer",
      `${schema}/properties/name/type`,
      "integer",
    ],
    [
      "major",
      "request: server https://api.example.com → https://b.com",
      "/servers/0/url",
      "https://b.com",
    ],
    ["major", "status 202: new", `${post}/responses/202`, {}],
    ["minor", "request field size: new", `${schema}/properties/size`, {}],
    ["minor", "status 409: new", `${post}/responses/409`, {}],
    ["minor", "201 field kind: enum a → a or b", `${response}/kind/enum/1`, "b"],
    ["minor", "201 field size: new", `${response}/size`, {}],
    ["minor", "deprecated is new", `${post}/deprecated`, true],
    ["patch", "description is another", `${post}/description`, "Creates a thing."],
    ["patch", "description is another", `${schema}/properties/title/description`, "Displayed."],
    ["patch", "description is another", `${post}/responses/default/description`, "The rest."],
    [
      "patch",
      "description is another",
      `${post}/responses/422/headers/description/description`,
      "One.",
    ],
    [
      "patch",
      "description is another",
      "/components/securitySchemes/default/description",
      "Yours.",
    ],
    ["patch", "description is another", "/servers/0/description", "The one"],
    ["patch", "description is gone", "/info/description", undefined],
    ["patch", "title is another", "/info/title", "Stuff"],
    ["patch", "example is another", `${schema}/properties/name/example`, "B"],
    ["patch", "examples is another", `${post}/requestBody/content/application~1json/examples`, {}],
    ["patch", "operationId is another", `${post}/operationId`, "createThing"],
    ["patch", "tags is another", "/tags", []],
    ["patch", "x-codeSamples is new", `${post}/x-codeSamples`, []],
    ["patch", "openapi is another", "/openapi", "3.2.0"],
  ])("%s: %s", (bump, what, pointer, value) => {
    const changes = changesBetween(document, edited(pointer, value));
    expect(changes.map((it) => [it.bump, it.what])).toEqual([[bump, what]]);
    if (bump === "patch") expect(changes).toMatchObject([{ pointer }]);
  });

  it("with the place where it stands, or stood", () => {
    const pointer = `${post}/responses/422`;
    const other = edited(pointer, undefined);
    expect(changesBetween(document, other)).toMatchObject([{ pointer }]);
    expect(changesBetween(other, document)).toMatchObject([{ pointer }]);
  });

  it("the greatest first", () => {
    const other = {
      ...document,
      openapi: "3.2.0",
      servers: [],
      paths: { "/things": { post: { ...operation, deprecated: true } } },
    };
    expect(changesBetween(document, other).map(({ bump }) => bump)).toEqual([
      "major",
      "minor",
      "patch",
    ]);
  });

  it.each([
    ["the version itself", "/info/version", "1.1.0"],
    ["components, which have been put where they are used", "/components/schemas", {}],
  ])("but not %s", (_what, pointer, value) => {
    expect(changesBetween(document, edited(pointer, value))).toEqual([]);
  });
});

it.each<[version: string, bump: Change["bump"], lowest: string, below: string, enough: string]>([
  ["1.2.3", "major", "2.0.0", "1.9.9", "2.0.1"],
  ["1.2.3", "minor", "1.3.0", "1.2.10", "2.0.0"],
  ["1.2.3", "patch", "1.2.4", "1.2.3", "1.2.10"],
  ["0.2.3", "major", "1.0.0", "0.9.0", "10.0.0"],
  ["9.9.9", "minor", "9.10.0", "9.9.10", "10.0.0"],
])(
  "after %s, a %s change makes it %s: %s is too low, %s is not",
  (version, bump, lowest, ...them) => {
    const [below, enough] = them;
    expect(versionAfter(version, { bump, what: "", pointer: "" })).toBe(lowest);
    expect(isBefore(below, lowest)).toBe(true);
    expect(isBefore(lowest, lowest)).toBe(false);
    expect(isBefore(enough, lowest)).toBe(false);
  },
);

describe("npm run contract:diff", { timeout: 60_000 }, () => {
  const file = "openapi/openapi.yaml";
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
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: project, encoding: "utf8", env });
  const diff = (...args: string[]) => {
    const script = ["--import", "tsx", "scripts/contract-diff.ts", ...args];
    const { status, stdout, stderr } = run(process.execPath, ...script);
    return { status, stdout, stderr };
  };
  const git = (...args: string[]) => {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    expect(run("git", ...identity, ...args)).toMatchObject({ status: 0 });
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

  it("is content where nothing has changed", () => {
    const stdout = "The contract says what it said at released.\n";
    expect(diff("released")).toEqual({ status: 0, stdout, stderr: "" });
  });

  it("fails where the version does not follow, and says what it has to be", () => {
    edit(
      ["required: [altId, altType, name, slug]", "required: [altId, altType, name, slug, image]"],
      ["description: URL of the thumbnail.", "description: Address of the thumbnail."],
    );
    const properties = `#/paths/~1products~1collections/post/requestBody/content/application~1json/schema/properties`;
    const lowest = versionAfter(version, { bump: "major", what: "", pointer: "" });
    expect(diff("released")).toEqual({
      status: 1,
      stdout: `major  request field image: now required  ${properties}/image
patch  description is another  ${properties}/image/description
info.version is ${version}. After ${version} at released, a major change makes it ${lowest} or higher.
`,
      stderr: "",
    });
  });

  it("is content where the version follows", () => {
    const lowest = versionAfter(version, { bump: "patch", what: "", pointer: "" });
    edit(
      [`version: ${version}`, `version: ${lowest}`],
      ["title: HighLevel", "title: The HighLevel"],
    );
    const stdout = `patch  title is another  #/info/title
info.version went from ${version} to ${lowest}, as a patch change asks for.
`;
    expect(diff("released")).toEqual({ status: 0, stdout, stderr: "" });
  });

  it.each([
    ["a ref that is not there", ["nowhere"], "nowhere is no commit here. Fetch it"],
    ["an option of git", ["--", "--path-format=x"], "--path-format=x is no commit here. Fetch it"],
    ["a commit without the contract", ["empty"], `empty has no ${file}. Give a commit`],
    ["a commit whose contract is none", ["broken"], `${file} at broken cannot be read (`],
    ["no ref", [], "Give one ref: npm run contract:diff -- GIT-REF"],
    ["two refs", ["released", "empty"], "Give one ref: npm run contract:diff -- GIT-REF"],
  ])("refuses %s in one line", (_what, args, reason) => {
    const { status, stdout, stderr } = diff(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("refuses a version that is not three numbers", () => {
    edit(
      [`version: ${version}`, "version: 2.0.0-rc.1"],
      ["title: HighLevel", "title: The HighLevel"],
    );
    expect(diff("released")).toMatchObject({
      status: 2,
      stderr: "info.version is 2.0.0-rc.1; make it three numbers, such as 1.2.3.\n",
    });
  });

  it("refuses a folder that is no clone", () => {
    renameSync(join(project, ".git"), join(project, "git"));
    const result = diff("released");
    renameSync(join(project, "git"), join(project, ".git"));
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^fatal: not a git repository.+\. Run this in a clone.+\n$/);
  });

  it("says that git is missing", () => {
    const { PATH } = env;
    env.PATH = project;
    const result = diff("released");
    env.PATH = PATH;
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/^git did not start \(.+\)\. Install it\.\n$/);
  });
});
