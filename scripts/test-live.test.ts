import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../contract-tests/support/listen.js";
import { validateRequestBody } from "../generated/contract.js";
import { runCommand } from "./lib/testing.js";
import { run } from "./test-live.js";

const token = "a-token-of-the-sub-account";
const locationId = "6578278e879ad2646715ba9c";
const created = {
  _id: "655b33a82209e60b6adb87a5",
  altId: locationId,
  name: "Contract test",
  slug: "contract-test",
  image: "http://example.com/watermark.png",
  seo: {},
  createdAt: "2024-02-22T09:27:19.728Z",
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Answer = readonly [status: number, body: unknown];

/**
 * A server that claims the contract, and keeps it but for what `change` makes of its answers; it hangs up
 * where that is undefined.
 */
async function startServer(
  change: (answer: Answer, body: unknown) => Answer | undefined = (answer) => answer,
) {
  const requests: unknown[] = [];
  let creations = 0;
  const answer = ({ headers }: IncomingMessage, body: unknown): Answer => {
    const { authorization, version, "content-type": type } = headers;
    if (authorization !== `Bearer ${token}`) {
      return [401, { statusCode: 401, message: "Invalid token", error: "Unauthorized" }];
    }
    if (version !== "2021-07-28" || type !== "application/json" || !validateRequestBody(body)) {
      return [422, { statusCode: 422, message: ["refused"], error: "Unprocessable Entity" }];
    }
    return [201, { data: created }];
  };
  const server = await listen(async (request, response) => {
    const body = await json(request).catch(() => undefined);
    requests.push(body);
    const changed = change(answer(request, body), body);
    if (changed === undefined) return response.destroy();
    const [status, content] = changed;
    if (status === 201) creations++;
    const isText = typeof content === "string";
    response.writeHead(status, { "content-type": isText ? "text/html" : "application/json" });
    response.end(isText ? content : JSON.stringify(content));
  });
  closers.push(server.close);
  return { url: server.url, requests, creations: () => creations };
}

const testLive = (args: string[], env: Record<string, string> = {}) =>
  runCommand(run, args, {
    env: { HIGHLEVEL_TOKEN: token, HIGHLEVEL_LOCATION_ID: locationId, ...env },
  });

/** The lines of the report, without the probes that led to them. */
function departuresIn(stdout: string): string[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().replace(/ {2}\[.*\]$/, ""))
    .sort();
}

describe("npm run test:live", () => {
  it("finds no departure in a server that keeps the contract", async () => {
    const { url, requests } = await startServer();
    const { status, stdout, stderr } = await testLive(["--base-url", url, "--create"]);
    expect(stderr).toBe("");
    expect(stdout).toContain("No contract violations found.");
    expect(status).toBe(0);
    expect(requests.length).toBeGreaterThan(70);
    expect(
      requests.filter(
        (body) => validateRequestBody(body) && Object(body).slug.startsWith("contract-test-"),
      ),
    ).toHaveLength(1);
  });

  it("creates nothing unless told to", async () => {
    const { url, creations } = await startServer();
    expect((await testLive(["--base-url", url])).status).toBe(0);
    expect(creations()).toBe(0);
    await testLive(["--base-url", url, "--create"]);
    expect(creations()).toBe(1);
  });

  it("lists each departure of a server that drifts, once, and none beside", async () => {
    const { createdAt, ...dataWithoutDate } = { ...created, slug: 1 };
    const { url } = await startServer(([status, body]) => {
      if (status === 201) return [201, { data: dataWithoutDate }];
      if (status === 422) return [422, { ...(body as object), message: "refused" }];
      return [404, "<html>Not Found</html>"];
    });
    const { status, stdout } = await testLive(["--base-url", url, "--create"]);
    expect(status).toBe(1);
    expect(departuresIn(stdout)).toEqual([
      "201  /data/createdAt  the contract: Response body property data must have required property 'createdAt'",
      "201  /data/slug  the contract: Response body property data.slug must be string",
      "404  (the answer)  the contract: Unable to match the returned status code with those defined in the document: 201,400,401,403,422,429",
      "404  (the answer)  the contract: refuses this with 401",
      "422  /message  the contract: Response body property message must be array",
    ]);
    expect(stdout).toContain("Contract violations found: 5\n");
  });

  it.each([
    [
      "accepts what the contract refuses",
      [201, { data: created }],
      "201  (the answer)  the contract: refuses this with 401",
    ],
    [
      "redirects",
      [307, {}],
      "307  (the answer)  the contract: Unable to match the returned status code with those defined in the document: 201,400,401,403,422,429",
    ],
    [
      "answers 501, which Prism hides",
      [501, {}],
      "501  (the answer)  the contract: an answer of JSON, with a documented status",
    ],
    [
      "answers HTML",
      [422, "<html>"],
      '422  (the answer)  the contract: The received media type "text/html" does not match the one specified in the current response: application/json',
    ],
  ] as const)("reports a server that %s", async (_, answer, line) => {
    const { url } = await startServer(() => [...answer]);
    const { status, stdout } = await testLive(["--base-url", url]);
    expect(departuresIn(stdout)).toContain(line);
    expect(status).toBe(1);
  });

  it.each([
    [
      "a server that is down",
      ["--base-url", "http://127.0.0.1:9"],
      {},
      /^http:\/\/127\.0\.0\.1:9 does not answer .*Is it running/,
    ],
    ["what is not a URL", ["--base-url", "nonsense"], {}, /^--base-url must be an absolute URL/],
    [
      "plain http off loopback",
      ["--base-url", "http://example.com"],
      {},
      /^--base-url must be https/,
    ],
    [
      "another protocol",
      ["--base-url", "ftp://x"],
      {},
      /^--base-url must be a URL that begins with https:\/\/\n$/,
    ],
    ["no server at all", [], { HIGHLEVEL_BASE_URL: "" }, /^--base-url must be an absolute URL/],
    ["an unknown option", ["--nonsense"], {}, /^Unknown option '--nonsense'/],
  ])("says in one line that it cannot test %s", async (_, args, env, line) => {
    const { status, stderr } = await testLive(args, env);
    expect(stderr).toMatch(line);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(2);
  });

  it("says in one line that it cannot create where the server dies before it answers", async () => {
    const { url } = await startServer((answer) => (answer[0] === 201 ? undefined : answer));
    const { status, stderr } = await testLive(["--base-url", url, "--create"]);
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+ does not answer .*\n$/);
    expect(status).toBe(2);
  });

  it("stops where the server refuses the token", async () => {
    const { url } = await startServer();
    const { status, stderr } = await testLive(["--base-url", url], {
      HIGHLEVEL_TOKEN: "another-token",
    });
    expect(stderr).toBe(
      "The server refuses the token (401). Set HIGHLEVEL_TOKEN to one that it takes.\n",
    );
    expect(status).toBe(2);
  });

  const noAccess = [403, { statusCode: 403, message: "No access to this location." }] as const;

  it("stops where the token has no access to the location", async () => {
    const { url } = await startServer((answer) => (answer[0] === 401 ? answer : noAccess));
    const { status, stderr } = await testLive(["--base-url", url]);
    expect(stderr).toBe(
      "The token has no access to the location (403). Set HIGHLEVEL_LOCATION_ID to one that it has access to.\n",
    );
    expect(status).toBe(2);
  });

  it("takes a 403 for a refusal where the request names no location of the token's", async () => {
    const { url } = await startServer((answer, body) => {
      const { altId, altType } = Object(body);
      return answer[0] !== 422 || (altId === locationId && altType === "location")
        ? answer
        : noAccess;
    });
    const { status, stdout, stderr } = await testLive(["--base-url", url]);
    expect(stderr).toBe("");
    expect(stdout).toContain("No contract violations found.");
    expect(status).toBe(0);
  });
});
