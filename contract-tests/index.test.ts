import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { fakeHighLevel } from "../src/testing.js";
import { type ContractTestsOptions, contractTests } from "./index.js";

// The contract tests that the package gives to anybody, against servers that keep to the contract and
// servers that do not.

const account = { token: "pit-5e1f0c9a-77d2", locationId: "6578278e879ad2646715ba9c" };

/** How a server differs from the fake. */
interface Difference {
  /** What it makes of a request before it checks it. */
  readonly reads?: (request: { headers: Headers; body: Fields | undefined }) => void;
  /** What it answers in place of the fake's response. */
  readonly answers?: (status: number, body: Fields, request: Request) => [number, unknown];
}

type Fields = Record<string, unknown>;

/** A server that is the fake, but for a difference, and knows one token. */
async function serve({ reads, answers }: Difference): Promise<string> {
  const fake = fakeHighLevel();
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
    const headers = new Headers(incoming.headers as Record<string, string>);
    if (headers.get("Authorization") !== `Bearer ${account.token}`) headers.delete("Authorization");
    const body = parsed(text);
    reads?.({ headers, body });
    const { method = "", url = "" } = incoming;
    const sent = reads && body !== undefined ? JSON.stringify(body) : text;
    const request = new Request(`http://fake${url}`, { method, headers, body: sent || null });
    const response = await fake.fetch(request.clone());
    const json = await response.json();
    const [status, answer] = answers?.(response.status, json, request) ?? [response.status, json];
    outgoing.writeHead(status).end(JSON.stringify(answer));
  });
  return listen(server);
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function parsed(text: string): Fields | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The names of the tests that fail, and what they say. */
async function failuresOf(options: ContractTestsOptions) {
  const failures: { name: string; message: string }[] = [];
  for (const { name, run } of contractTests(options)) {
    await run().catch(({ message }) => failures.push({ name, message }));
  }
  return failures;
}

const isVersion = ({ headers }: Request) => headers.get("Version") !== "2021-07-28";
const isJson = ({ headers }: Request) => headers.get("Content-Type") === "application/json";

const right: Readonly<Record<string, Difference>> = {
  "the fake": {},
  "one that refuses a body, or another content type, with 400": {
    answers: (status, body) => (status === 422 ? [400, { message: "No." }] : [status, body]),
  },
  "one that refuses another Version with 401, as HighLevel is said to": {
    answers: (status, body, request) =>
      isVersion(request) ? [401, { message: "version header is invalid" }] : [status, body],
  },
  "one that answers with fields that are not documented": {
    answers: (status, body) => [status, { ...body, traceId: "abc" }],
  },
};

describe.each(Object.entries(right))("%s", (_, difference) => {
  it("passes every test", async () => {
    const baseUrl = await serve(difference);
    expect(await failuresOf({ baseUrl, ...account, create: true })).toEqual([]);
  });
});

const made = (body: Fields | undefined) => Object(body?.data);

/** A server that is wrong, and the tests that tell. */
const wrong: readonly (readonly [
  name: string,
  difference: Difference,
  tells: readonly RegExp[],
])[] = [
  [
    "accepts LOCATION",
    {
      reads: ({ body }) =>
        body?.altType === "LOCATION" && Object.assign(body, { altType: "location" }),
    },
    [/\/altType "LOCATION" \(enum\)/],
  ],
  [
    "accepts any version",
    { reads: ({ headers }) => headers.set("Version", "2021-07-28") },
    [/header Version left out/, /header Version "no such value"/],
  ],
  [
    "accepts a slug with a tab",
    {
      reads: ({ body }) =>
        typeof body?.slug === "string" &&
        Object.assign(body, { slug: body.slug.replace("\t", "") }),
    },
    [/\/slug "best-sellers\\t" \(pattern\)/],
  ],
  [
    "does not check seo.title",
    { reads: ({ body }) => delete Object(body?.seo).title },
    [/\/seo\/title null/, /\/seo\/title 1/],
  ],
  [
    "creates with 200",
    { answers: (status, body) => [status === 201 ? 200 : status, body] },
    [/breaks nothing/],
  ],
  [
    "leaves out createdAt",
    {
      answers(status, body) {
        delete made(body).createdAt;
        return [status, body];
      },
    },
    [/breaks nothing/],
  ],
  [
    "answers a missing token with 403",
    { answers: (status, body) => (status === 401 ? [403, { message: "No." }] : [status, body]) },
    [/no token/, /a password for a token/],
  ],
  [
    "gives the statusCode of a 401 as a text",
    { answers: (status, body) => [status, status === 401 ? { statusCode: "401" } : body] },
    [/no token/, /a password for a token/],
  ],
  [
    "gives the message of a 422 for another content type as a text",
    {
      answers: (status, body, request) =>
        status === 422 && !isJson(request) ? [422, { message: "No." }] : [status, body],
    },
    [/another content type/, /the body left out/],
  ],
];

it.each(wrong)("a server that %s is told by name", async (_, difference, tells) => {
  const baseUrl = await serve(difference);
  const failures = await failuresOf({ baseUrl, ...account, create: true });
  expect(failures.map(({ name }) => name)).toEqual(
    tells.map((name) => expect.stringMatching(name)),
  );
  for (const { message } of failures) {
    expect(message).toMatch(/^.+\nSent: POST .+\nCame: \d{3} .+\nRight: .+$/);
    expect(message).not.toContain(account.token);
  }
});

describe("contractTests", () => {
  it("passes against the mock, with any token", async () => {
    const baseUrl = inject("mockUrl");
    expect(await failuresOf({ baseUrl, ...account, create: true })).toEqual([]);
  });

  it("sends wrong tokens alone without one, and nothing that could create without `create`", () => {
    const names = (options: object) =>
      contractTests({ baseUrl: "http://127.0.0.1:1", ...options }).map(({ name }) => name);
    expect(names({})).toHaveLength(3);
    const harmless = names(account);
    expect(harmless).not.toContain("createProductCollection: a request that breaks nothing");
    expect(harmless).toContain("createProductCollection: /altId left out (required)");
    const all = names({ ...account, create: true });
    expect(all).toEqual(expect.arrayContaining(harmless));
    expect(new Set(all).size).toBe(all.length);
  });

  it("creates under another name each time", async () => {
    const fake = fakeHighLevel();
    const server = createServer(async (incoming, outgoing) => {
      let body = "";
      for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
      await fake.fetch("http://fake", { method: "POST", body });
      outgoing.writeHead(500).end();
    });
    const baseUrl = await listen(server);
    const [test] = contractTests({ baseUrl, ...account, create: true });
    await test?.run().catch(() => {});
    const [sent] = fake.requests as readonly { readonly body: unknown }[] as readonly {
      body: Fields;
    }[];
    expect(sent?.body).toMatchObject({ altId: account.locationId, altType: "location" });
    expect(sent?.body.slug).toMatch(/^best-sellers-.+/);
  });

  it.each([
    ["baseUrl", { baseUrl: "127.0.0.1:4010" }],
    ["locationId", { baseUrl: "http://a", token: "a" }],
    ["token", { baseUrl: "http://a", locationId: "a" }],
    ["token", { baseUrl: "http://a", create: true }],
  ])("refuses a `%s` that is missing or invalid", (name, options) => {
    expect(() => contractTests(options)).toThrow(TypeError);
    expect(() => contractTests(options)).toThrow(`\`${name}\``);
  });

  it("says in one line that nobody answers", async () => {
    const baseUrl = await listen(createServer());
    const unused = baseUrl.replace(/\d+$/, "1");
    const failures = await failuresOf({ baseUrl: unused });
    expect(failures).toHaveLength(3);
    for (const { message } of failures) expect(message).toMatch(/^No server answers at http:.+$/);
  });

  it("shows the first 1 000 characters of a body that is not JSON, or has no end", async () => {
    const server = createServer((request, response) => {
      response.writeHead(401);
      if (request.headers.authorization === undefined) return response.end("<h1>".repeat(500));
      const more = () => void (response.destroyed || response.write("a".repeat(2 ** 16), more));
      return more();
    });
    const [endless, text] = await failuresOf({ baseUrl: await listen(server) });
    expect(endless?.message).toContain("sent more than 1 MiB");
    expect(text?.message).toContain("not JSON");
    for (const failure of [endless, text]) expect(failure?.message.length).toBeLessThan(2000);
  });
});
