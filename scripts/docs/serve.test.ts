import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closedPort } from "../../contract-tests/support/listen.js";
import { type Recorder, recordAndAnswer } from "../test-docs/recorder.js";
import { relay, serveDocs } from "./serve.js";

const method = "POST";
const path = "/products/collections";
const secret = "Bearer a-token";

let highlevel: Recorder;
let page: Awaited<ReturnType<typeof serveDocs>>;

beforeAll(async () => {
  highlevel = await recordAndAnswer({
    status: 422,
    headers: { "x-ratelimit-remaining": "41", "set-cookie": "a=b", "content-type": "text/plain" },
    body: "refused",
  });
  page = await serveDocs("the page", { server: highlevel.url, method, path });
});

afterAll(() => {
  page.close();
  highlevel.close();
});

interface Attempt {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the page itself sends to the relay. */
const own = (): Attempt => ({
  url: page.url,
  method,
  path: relay + path,
  headers: { host: new URL(page.url).host, origin: page.url, authorization: secret },
});

/** Sends what fetch would not: any host, any origin, a path as it stands. */
function attempt({ url, method, path, headers }: Attempt, sent = "{}") {
  return new Promise<{ status: number | undefined; headers: object; body: string }>(
    (resolve, reject) => {
      request(url, { method, path, headers }, async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, headers: response.headers, body });
      })
        .once("error", reject)
        .end(method === "POST" ? sent : undefined);
    },
  );
}

it("relays a request of the page, and its answer, without what belongs to other sites", async () => {
  const { status, headers, body } = await attempt(own());
  expect({ status, body }).toEqual({ status: 422, body: "refused" });
  expect(headers).toMatchObject({ "x-ratelimit-remaining": "41" });
  expect(headers).not.toHaveProperty("set-cookie");
  const [arrived, ...more] = highlevel.take();
  expect(more).toEqual([]);
  expect(arrived).toMatchObject({ method, path, body: "{}", headers: { authorization: secret } });
  expect(arrived?.headers).not.toHaveProperty("origin");
});

const others: readonly (readonly [string, (it: Attempt) => Partial<Attempt>])[] = [
  ["with another method", () => ({ method: "DELETE" })],
  ["to read", () => ({ method: "GET" })],
  ["to another path", () => ({ path: `${relay}/products` })],
  ["to a path that leads elsewhere", (it) => ({ path: `${it.path}/../x` })],
  ["with a query", (it) => ({ path: `${it.path}?x` })],
  ["around the relay", () => ({ path })],
  ["to another server", () => ({ path: `http://example.com${path}` })],
  ["without an origin", ({ headers: { origin, ...rest } }) => ({ headers: rest })],
  [
    "of another page",
    ({ headers }) => ({ headers: { ...headers, origin: "https://example.com" } }),
  ],
  ["of a file", ({ headers }) => ({ headers: { ...headers, origin: "null" } })],
  [
    "under a name that was pointed at this machine",
    ({ headers }) => ({
      headers: { ...headers, host: "rebound.example:80", origin: "http://rebound.example:80" },
    }),
  ],
];
it.each(others)("relays nothing %s", async (_, change) => {
  const { status } = await attempt({ ...own(), ...change(own()) });
  expect([403, 404]).toContain(status);
  expect(highlevel.take()).toEqual([]);
});

it("follows no redirect, and says that there was one", async () => {
  const elsewhere = await recordAndAnswer({ status: 201 });
  const redirecting = await recordAndAnswer({ status: 307, headers: { location: elsewhere.url } });
  const served = await serveDocs("", { server: redirecting.url, method, path });
  try {
    const headers = { host: new URL(served.url).host, origin: served.url };
    const answer = await attempt({ ...own(), url: served.url, headers });
    expect(answer.status).toBe(502);
    expect(answer.headers).toMatchObject({ "relay-error": expect.stringContaining("307") });
    expect(answer.headers).not.toHaveProperty("location");
    expect(redirecting.take()).toHaveLength(1);
    expect(elsewhere.take()).toEqual([]);
  } finally {
    for (const server of [elsewhere, redirecting, served]) server.close();
  }
});

it("relays no body of more than 1 MiB", async () => {
  const { status, headers } = await attempt(own(), "x".repeat(1024 * 1024 + 1));
  expect(status).toBe(502);
  expect(headers).toMatchObject({ "relay-error": expect.stringContaining("larger than 1 MiB") });
  expect(highlevel.take()).toEqual([]);
});

it("says why it has no answer, without the token", async () => {
  const server = `http://127.0.0.1:${await closedPort()}`;
  const served = await serveDocs("", { server, method, path });
  try {
    const headers = { ...own().headers, host: new URL(served.url).host, origin: served.url };
    const answer = await attempt({ ...own(), url: served.url, headers });
    expect(answer.status).toBe(502);
    expect(answer.headers).toMatchObject({
      "relay-error": expect.stringContaining("ECONNREFUSED"),
    });
    expect(JSON.stringify(answer)).not.toContain("a-token");
  } finally {
    served.close();
  }
});
