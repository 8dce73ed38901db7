import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "./generate.js";
import { copyProject } from "./lib/copy.js";
import { runCommand } from "./lib/testing.js";

let project: string;
let original: { contract: string; generated: Record<string, string> };

beforeAll(() => {
  project = copyProject();
  original = { contract: read("openapi/openapi.yaml"), generated: generatedFiles() };
});
afterAll(() => rmSync(project, { recursive: true, force: true }));
beforeEach(() => {
  write("openapi/openapi.yaml", original.contract);
  for (const [name, text] of Object.entries(original.generated)) write(`generated/${name}`, text);
});

const read = (file: string) => readFileSync(join(project, file), "utf8");
const write = (file: string, text: string) => writeFileSync(join(project, file), text);
const generatedFiles = () =>
  Object.fromEntries(
    readdirSync(join(project, "generated")).map((name) => [name, read(`generated/${name}`)]),
  );

function edit(from: string, to: string): void {
  expect(original.contract).toContain(from);
  write("openapi/openapi.yaml", original.contract.replace(from, to));
}

const generate = (...args: string[]) => runCommand(run, args, { root: project });

describe("npm run generate", () => {
  it("changes nothing when nothing has changed", async () => {
    expect(await generate()).toEqual({ status: 0, stdout: "generated: up to date\n", stderr: "" });
    expect(generatedFiles()).toEqual(original.generated);
  });

  it("moves what depends on the contract", async () => {
    edit("url: https://services.leadconnectorhq.com", "url: https://api.highlevel.test");
    expect(await generate()).toMatchObject({ status: 0, stderr: "" });
    expect(generatedFiles()["contract.js"]).toContain('baseUrl = "https://api.highlevel.test"');
  });

  it("gives the code the version of the package", async () => {
    const manifest = read("package.json");
    write("package.json", manifest.replace(/"version": ".+"/, '"version": "9.8.7"'));
    try {
      expect(await generate()).toEqual({
        status: 0,
        stdout: "generated: written: version.js\n",
        stderr: "",
      });
    } finally {
      write("package.json", manifest);
    }
    expect(generatedFiles()["version.js"]).toContain('version = "9.8.7"');
  });

  it("takes a new example into what the fake answers", async () => {
    edit(
      "        message: The token does not have access to this location.",
      "        message: The token is for another location.",
    );
    expect(await generate()).toMatchObject({ status: 0, stderr: "" });
    expect(generatedFiles()["examples.js"]).toContain("The token is for another location.");
  });

  it("leaves the validators alone when only words change", async () => {
    edit("description: URL of the thumbnail.", "description: Address of the thumbnail.");
    expect(await generate()).toMatchObject({
      status: 0,
      stdout: "generated: written: openapi.ts\n",
    });
  });

  it.each([
    [
      "a missing description",
      "          description: URL of the thumbnail.\n",
      "",
      /:\d+:\d+ Every property says what it is/,
    ],
    [
      "an example that breaks its schema",
      "example: best-sellers",
      "example: best sellers",
      /:\d+:\d+ Example value must conform/,
    ],
    [
      "a reference to nothing",
      "requestBodies/CreateProductCollection",
      "requestBodies/Nothing",
      /:\d+:\d+ Can't resolve \$ref/,
    ],
    ["broken YAML", "info:\n", "info: [\n", /openapi\.yaml: .+ \(\d+:\d+\)/],
  ])("reports %s with its place, and changes no file", async (_, from, to, place) => {
    edit(from, to);
    const { status, stdout, stderr } = await generate();
    expect({ status: status !== 0, stdout }).toEqual({ status: true, stdout: "" });
    expect(stderr).toMatch(place);
    expect(stderr.trim().split("\n").length).toBeLessThan(8);
    expect(generatedFiles()).toEqual(original.generated);
  });
});

describe("npm run generate, of a contract with two operations", () => {
  it("says that the client is for one, and changes no file", async () => {
    const [post = ""] = original.contract.match(/^ {4}post:\n.*?(?=^components:)/ms) ?? [];
    const put = post.replace("post:", "put:").replace("createProductCollection", "another");
    edit(post, post + put);
    expect(await generate()).toEqual({
      status: 2,
      stdout: "",
      stderr: "The client is for one operation, and the contract has 2.\n",
    });
    expect(generatedFiles()).toEqual(original.generated);
  });
});

describe("npm run generate -- --check", () => {
  it("passes on code that is up to date, whatever the line ends of the checkout", async () => {
    for (const [name, text] of Object.entries(original.generated)) {
      write(`generated/${name}`, text.replaceAll("\n", "\r\n"));
    }
    expect(await generate("--check")).toEqual({
      status: 0,
      stdout: "generated: up to date\n",
      stderr: "",
    });
  });

  it("names what is stale, and changes no file", async () => {
    edit("enum: [location]", "enum: [location, agency]");
    const { status, stderr } = await generate("--check");
    expect(status).toBe(1);
    expect(stderr).toBe(
      "generated/openapi.ts, generated/contract.js, generated/contract.d.ts: stale. Run `npm run generate`.\n",
    );
    expect(generatedFiles()).toEqual(original.generated);
  });

  it("names what is missing", async () => {
    rmSync(join(project, "generated/contract.js"));
    const { status, stderr } = await generate("--check");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^generated\/contract\.js: stale/);
  });
});
