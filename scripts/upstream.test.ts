import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listen } from "../contract-tests/support/listen.js";
import { projectRoot } from "./lib/cli.js";
import { runCommand } from "./lib/testing.js";
import { published as publishedAt, run, upstream as upstreamOf } from "./upstream.js";

const list = "openapi/known-differences.json";

/** A file such as the vendor publishes: of a whole product, with errors described beside it. */
const product = `
openapi: 3.0.0
info: { title: Shop, version: "1" }
servers: [{ url: https://services.leadconnectorhq.com }]
paths:
  /products/collections:
    get:
      responses: { "200": { description: A list } }
    post:
      operationId: make-collection
      security: [{ Location: [products/collection.write] }]
      parameters:
        - { name: Version, in: header, required: true, schema: { type: string, enum: ["2021-07-28"] } }
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/New" } } }
      responses:
        "201":
          description: Made
          content: { application/json: { schema: { $ref: "#/components/schemas/Made" } } }
        "400":
          description: Bad
          content: { application/json: { schema: { $ref: "../common/errors.yaml#/components/schemas/Bad" } } }
        "401":
          description: Who
          content: { application/json: { schema: { $ref: "../common/errors.yaml#/components/schemas/Who" } } }
        "422":
          description: No
          content: { application/json: { schema: { $ref: "../common/errors.yaml#/components/schemas/No" } } }
  /products/reviews:
    get:
      responses: { "200": { description: Reviews } }
components:
  securitySchemes:
    Location: { type: http, scheme: bearer, bearerFormat: JWT, name: Authorization, in: header }
  schemas:
    New:
      type: object
      required: [altId, altType, name, slug]
      properties:
        altId: { type: string }
        altType: { type: string, enum: [location], example: LOCATION }
        collectionId: { type: string, description: A Mongo id }
        name: { type: string }
        slug: { type: string, description: In the address }
        image: { type: string }
        seo: { description: For previews, allOf: [{ $ref: "#/components/schemas/Seo" }] }
    Seo:
      type: object
      properties: { title: { type: string }, description: { type: string } }
    Made:
      type: object
      required: [data]
      properties:
        data: { description: What was made, allOf: [{ $ref: "#/components/schemas/Collection" }] }
    Collection:
      type: object
      required: [_id, altId, name, slug, image, seo, createdAt]
      properties:
        _id: { type: string }
        altId: { type: string }
        name: { type: string }
        slug: { type: string }
        image: { type: string }
        seo: { allOf: [{ $ref: "#/components/schemas/Seo" }] }
        createdAt: { type: string, example: 2024-02-22T09:27:19.728Z }
`;

const errors = `
openapi: 3.0.0
info: { title: Shared, version: "1" }
components:
  schemas:
    Bad:
      type: object
      properties: { statusCode: { type: number }, message: { type: string } }
    Who:
      type: object
      properties: { statusCode: { type: number }, message: { type: string }, error: { type: string } }
    No:
      type: object
      properties:
        statusCode: { type: number }
        message: { type: array, items: { type: string } }
        error: { type: string }
`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Puts a product's file where its errors are found, some of its text replaced by other text. */
function published(...edits: readonly (readonly [from: string, to: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), "upstream-"));
  folders.push(folder);
  for (const name of ["apps", "common"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "common/errors.yaml"), errors);
  const edited = edits.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, () => to);
  }, product);
  writeFileSync(join(folder, "apps/products.yaml"), edited);
  return join(folder, "apps/products.yaml");
}

const upstream = (args: readonly string[], root = projectRoot) => runCommand(run, args, { root });

const known: readonly { readonly differences: readonly string[] }[] = JSON.parse(
  readFileSync(projectRoot + list, "utf8"),
);
const knownCount = known.flatMap(({ differences }) => differences).length;
const post = "#/paths/~1products~1collections/post";

describe("npm run upstream", () => {
  it("is content where nothing differs but what is known", async () => {
    const path = published();
    expect(await upstream([path])).toEqual({
      status: 0,
      stdout: `Nothing differs, apart from ${knownCount} known differences (${list}).\n`,
      stderr: "",
    });
  });

  it("reads an address and the files beside it, and parameters of the path", async () => {
    const version = /^ {6}parameters:\n.+\n/m.exec(product)?.[0] ?? "none";
    const ofThePath = version.replaceAll(/^ {2}/gm, "");
    const path = published([version, ""], ["    get:\n", `${ofThePath}    get:\n`]);
    const folder = join(path, "../..");
    const server = await listen(({ url }, response) => {
      response.end(readFileSync(join(folder, url ?? "")));
    });
    const result = await upstream([`${server.url}/apps/products.yaml`]);
    server.close();
    expect(result).toMatchObject({ status: 0, stderr: "" });
  });

  it("tells what breaks users from what does not, with both places", async () => {
    const path = published(
      ["        name: { type: string }", "        name: { type: string, maxLength: 80 }"],
      ["        image: { type: string }", "        image: { type: string }\n        color: {}"],
      ["        _id: { type: string }", "        _id: { type: integer }"],
      ['        "422":', '        "409": { description: Taken }\n        "422":'],
    );
    const request = `${post}/requestBody/content/application~1json/schema`;
    const data = `${post}/responses/201/content/application~1json/schema/properties/data`;
    expect(await upstream([path])).toEqual({
      status: 1,
      stdout: `breaking for users of the client
  201 field data._id: type string → integer
    contract ${data}/properties/_id
    upstream ${data}/allOf/0/properties/_id
  request field name: maxLength 80 is new
    contract ${request}/properties/name
    upstream ${request}/properties/name/maxLength
not breaking
  request field color: new
    contract ${request}
    upstream ${request}/properties/color
  status 409: new
    contract ${post}
    upstream ${post}/responses/409
4 differ, 2 of them breaking, apart from ${knownCount} known differences (${list}).
`,
      stderr: "",
    });
  });

  it.each<[what: string, edit: readonly [from: string, to: string]]>([
    ["its path is gone", ["/products/collections", "/products/groups"]],
    [
      "its path has nothing left",
      ["  /products/collections:", "  /products/collections:\n  /old:"],
    ],
    ["its method is gone", ["    post:", "    put:"]],
  ])("calls it breaking where the operation is removed: %s", async (_what, edit) => {
    expect(await upstream([published(edit)])).toEqual({
      status: 1,
      stdout: `breaking for users of the client
  POST /products/collections: gone
    contract ${post}
    upstream #
1 differ, 1 of them breaking, apart from 0 known differences (${list}).
`,
      stderr: "",
    });
  });

  it("wants a difference that no longer occurs struck off the list", async () => {
    const slug = "slug: { type: string, description: In the address";
    const path = published([slug, `${slug}, pattern: '^\\S*$'`]);
    expect(await upstream([path])).toMatchObject({
      status: 1,
      stdout: `no longer occurs, so remove it from ${list}: request field slug: pattern ^\\S*$ is gone
Nothing differs, apart from ${knownCount - 1} known differences (${list}).\n`,
    });
  });

  it.each<[what: string, file: () => string, reason: RegExp]>([
    [
      "a file that is not there",
      () => join(tmpdir(), "none.json"),
      /none\.json does not exist\. Give/,
    ],
    ["text", () => "LICENSE", /^LICENSE: .+\. Give an OpenAPI 3 file/],
    [
      "JSON that is not OpenAPI",
      () => "package.json",
      /^package.json: Unsupported spec.+\. Give an OpenAPI 3/,
    ],
    ["a folder", () => "openapi", /^openapi: Expected a file.+[^.]\. Give an OpenAPI 3 file/],
    ["OpenAPI 2", () => published(["openapi: 3.0.0", "swagger: '2.0'"]), /is not OpenAPI 3\. Give/],
    [
      "a file without those it refers to",
      () => published(["../common", "../elsewhere"]),
      /Can't resolve \$ref: .+elsewhere.+\. Give/,
    ],
    [
      "another product",
      () => published(["/products/collections", "/blogs"], ["/products/reviews", "/blogs/posts"]),
      /has no paths under \/products\. Give/,
    ],
    [
      "a file without paths",
      () => published(["paths:", "x-paths:"]),
      /has no paths under \/products\. Give/,
    ],
    [
      "an address that nobody answers",
      () => "http://127.0.0.1:1/a.json",
      /^http:\/\/127.0.0.1:1\/a.json: fetch failed\. Try again later/,
    ],
    ["an address that is none", () => "https://", /^https:\/\/: .+\. Check/],
  ])("refuses %s in one line", async (_what, file, reason) => {
    const { status, stdout, stderr } = await upstream([file()]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  const usage = "npm run upstream [-- PATH-OR-URL] [--report markdown]";

  it.each([
    [[""], `Give one file or address: ${usage}\n`],
    [["one", "two"], `Give one file or address: ${usage}\n`],
    [["--report", "html"], `A report is text or markdown, and not html: ${usage}\n`],
  ])("refuses %j", async (args, stderr) => {
    expect(await upstream(args)).toEqual({ status: 2, stdout: "", stderr });
  });

  it.each([
    ["no JSON", "["],
    ["a difference without a reason", '[{ "differences": ["status 429: gone"] }]'],
  ])("refuses a list of known differences that is %s", async (_what, content) => {
    const project = `${mkdtempSync(join(tmpdir(), "highlevel-"))}/`;
    folders.push(project);
    cpSync(`${projectRoot}openapi`, `${project}openapi`, { recursive: true });
    cpSync(`${projectRoot}redocly.yaml`, `${project}redocly.yaml`);
    writeFileSync(project + list, content);
    const { status, stderr } = await upstream([published()], project);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^openapi\/known-differences\.json .+\n$/);
  });
});

/** Serves what a vendor publishes, and runs the command without a file; an answer can be replaced. */
async function upstreamFrom(
  path: string,
  args: readonly string[] = [],
  answer?: Parameters<typeof listen>[0],
  timeoutMs?: number,
) {
  const folder = join(path, "../..");
  const asked: (string | undefined)[] = [];
  const server = await listen((request, response) => {
    asked.push(request.url);
    if (answer !== undefined) return answer(request, response);
    response.end(readFileSync(join(folder, request.url ?? "")));
  });
  const address = `${server.url}/apps/products.yaml`;
  try {
    const ended = await runCommand(upstreamOf(address, timeoutMs), args);
    return { ...ended, address, asked };
  } finally {
    server.close();
  }
}

describe("npm run upstream, without a file", () => {
  it("reads the file that HighLevel publishes on GitHub", () => {
    expect(publishedAt).toMatch(
      /^https:\/\/raw\.githubusercontent\.com\/GoHighLevel\/highlevel-api-docs\/main\/.+\.json$/,
    );
  });

  it("fetches it, and the file of errors beside it", async () => {
    const { asked, ...ended } = await upstreamFrom(published());
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    expect(asked).toEqual(["/apps/products.yaml", "/common/errors.yaml"]);
  });

  it("reports a difference as Markdown in which nothing of the vendor's takes effect", async () => {
    const path = published([
      "        image: { type: string }",
      '        image: { type: string, pattern: "^`@all\\n\\n# x$" }\n        color: {}',
    ]);
    const { status, stdout, stderr, address } = await upstreamFrom(path, ["--report", "markdown"]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const request = `${post}/requestBody/content/application~1json/schema`;
    expect(
      stdout,
    ).toBe(`2 differ, 1 of them breaking, apart from ${knownCount} known differences (${list}).

### Breaking for users of the client

- \`\` request field image: pattern ^\`@all # x$ is new \`\`
  - contract: \`${request}/properties/image\`
  - upstream: \`${request}/properties/image/pattern\`

### Not breaking

- \`request field color: new\`
  - contract: \`${request}\`
  - upstream: \`${request}/properties/color\`

Compared: \`openapi/openapi.yaml\` and \`${address}\`.

Where the vendor is right, change the contract (CONTRIBUTING.md, _Change the contract_). Where the difference is wanted, add it to \`${list}\` with its reason. Remove from there what no longer occurs.
`);
  });

  it("names a known difference that no longer occurs in Markdown, too", async () => {
    const slug = "slug: { type: string, description: In the address";
    const path = published([slug, `${slug}, pattern: '^\\S*$'`]);
    const { status, stdout } = await upstreamFrom(path, ["--report", "markdown"]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      "### Known, and no longer there\n\n- `request field slug: pattern ^\\S*$ is gone`\n",
    );
  });

  it("reports a removed operation as Markdown, for an issue", async () => {
    const path = published(["    post:", "    put:"]);
    const { status, stdout, stderr } = await upstreamFrom(path, ["--report", "markdown"]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain(
      `### Breaking for users of the client\n\n- \`POST /products/collections: gone\`\n  - contract: \`${post}\`\n  - upstream: \`#\`\n`,
    );
    expect(stdout).not.toContain("### Known");
  });

  const other = product.replaceAll("/products/", "/blogs/").replaceAll(/\$ref: "\.\.[^"]+"/g, "");

  it.each<[what: string, answer: Parameters<typeof listen>[0], reason: RegExp]>([
    ["moved", (_, it) => it.writeHead(404).end(), /: 404 Not Found\. Find where the vendor/],
    ["withheld for now", (_, it) => it.writeHead(503).end(), /: 503 .+\. Try again later\./],
    ["cut off on the way", (_, it) => it.socket?.destroy(), /: fetch failed\. Try again later\./],
    [
      "there without those it refers to",
      ({ url }, it) => (url?.startsWith("/apps") ? it.end(product) : it.writeHead(404).end("gone")),
      /errors\.yaml.*404 Not Found\. Find where the vendor/,
    ],
    ["a page", (_, it) => it.end("<html>\n<p>Moved</p>"), /products\.yaml: .+\. Check the address/],
    ["of another product", (_, it) => it.end(other), /has no paths under \/products\. Give/],
  ])("says in one line that the file is %s, and files nothing", async (_what, answer, reason) => {
    const { status, stdout, stderr } = await upstreamFrom(published(), [], answer);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it.each<[what: string, answer: Parameters<typeof listen>[0]]>([
    ["an answer", () => {}],
    ["the rest of an answer", (_, it) => it.write("openapi: 3.0.0\n")],
  ])("does not wait for ever for %s", async (_what, answer) => {
    const { status, stderr } = await upstreamFrom(published(), [], answer, 20);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^http:.+No answer within 20 ms\. Try again later\.\n$/);
  });
});
