import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import * as documented from "../generated/examples.js";
import * as generated from "../generated/probes.js";
import { fakeHighLevel } from "../src/testing.js";
import { type ContractTestsOptions, contractTests } from "./index.js";
import { type Breach, type ContractRequest, requestsOf } from "./requests.js";

// The contract tests that the package gives to anybody, against servers that keep to the contract and
// servers that do not.

const account = { token: "pit-5e1f0c9a-77d2", locationId: "6578278e879ad2646715ba9c" };

const requests = Object.values(generated).flatMap((shown) => requestsOf(shown, account));

/** What a server answers in place of the fake's response to a request, and to one that is right. */
type Difference = (
  status: number,
  body: unknown,
  breaks: Breach,
  success: readonly [status: number, body: unknown],
) => readonly [number, unknown];

/** A server that is the fake, but for a difference, and knows one token. */
async function serve(difference: Difference): Promise<string> {
  const fake = fakeHighLevel();
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming.setEncoding("utf8")) text += chunk;
    const headers = new Headers(incoming.headers as Record<string, string>);
    const request = requestOf(incoming.method, incoming.url, headers, text);
    const breaks = request?.breaks ?? "nothing"; // which is sent with fresh values
    if (headers.get("Authorization") !== `Bearer ${account.token}`) headers.delete("Authorization");
    const { method = "", url = "" } = incoming;
    const init = { method, headers, body: text || null };
    const response = await fake.fetch(`http://fake${url}`, init);
    // The type of a parameter, and its bounds, the fake does not check.
    const isUnchecked = response.ok && breaks !== "nothing";
    const refusal = isUnchecked ? { status: 422, body: {} } : undefined;
    const { status, body } = refusal ?? { status: response.status, body: await response.json() };
    const [changedStatus, changedBody] = difference(status, body, breaks, successOf(request));
    outgoing.writeHead(changedStatus).end(JSON.stringify(changedBody));
  });
  return listen(server);
}

/** The request that has these parts. */
function requestOf(
  method: string | undefined,
  url: string | undefined,
  headers: Headers,
  text: string,
) {
  const names = requests.flatMap((request) => Object.keys(request.headers));
  return requests.find(
    (request) =>
      request.operation.method === method &&
      request.target === url &&
      (request.body ?? "") === text &&
      names.every((name) => (request.headers[name] ?? null) === headers.get(name)),
  );
}

function successOf(request: ContractRequest | undefined): readonly [number, unknown] {
  const all: readonly documented.OperationExamples[] = Object.values(documented);
  const shown = all.find(({ operation }) => operation === request?.operation);
  return [shown?.success ?? 0, shown?.responses[shown.success]];
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

/** The tests that fail, and what they say. */
async function failuresOf(options: ContractTestsOptions) {
  const failures: { name: string; message: string }[] = [];
  for (const { name, run } of contractTests(options)) {
    await run().catch(({ message }) => failures.push({ name, message }));
  }
  return failures;
}

const right: Readonly<Record<string, Difference>> = {
  "a server as the fake": (status, body) => [status, body],
  "one that refuses a body, or another content type, with 400": (status, body) =>
    status === 422 ? [400, {}] : [status, body],
  "one that refuses a header with 401, as HighLevel is said to": (status, body, breaks) =>
    breaks === "header" ? [401, {}] : [status, body],
  "one that answers with fields that are not documented": (status, body) => [
    status,
    { ...Object(body), traceId: "abc" },
  ],
};

it.each(Object.entries(right))("%s passes every test", async (_, difference) => {
  const baseUrl = await serve(difference);
  expect(await failuresOf({ baseUrl, ...account, create: true })).toEqual([]);
});

const isSuccess = (status: number) => status >= 200 && status < 300;

/** A server that is wrong, and what the requests break whose tests tell. */
const wrong: Readonly<
  Record<string, readonly [difference: Difference, tells: (it: Breach) => boolean]>
> = {
  "checks nothing": [
    (status, body, breaks, success) => (breaks === "nothing" ? [status, body] : success),
    (it) => it !== "nothing",
  ],
  "answers a success with another status": [
    (status, body) => [isSuccess(status) ? 299 : status, body],
    (it) => it === "nothing",
  ],
  "answers a success with a text": [
    (status, body) => [status, isSuccess(status) ? "Done" : body],
    (it) => it === "nothing",
  ],
  "answers a missing token with 403": [
    (status, body, breaks) => (breaks === "token" ? [403, {}] : [status, body]),
    (it) => it === "token",
  ],
  "refuses a token with a list": [
    (status, body, breaks) => [status, breaks === "token" ? [] : body],
    (it) => it === "token",
  ],
  "refuses a body with a text": [
    (status, body, breaks) => [status, breaks === "body" ? "No." : body],
    (it) => it === "body",
  ],
  "has an error of its own": [() => [500, {}], () => true],
};

it.each(Object.entries(wrong))(
  "a server that %s is told by name",
  async (_, [difference, tells]) => {
    const baseUrl = await serve(difference);
    const failures = await failuresOf({ baseUrl, ...account, create: true });
    const expected = requests.filter(({ breaks }) => tells(breaks)).map(({ name }) => name);
    expect(failures.map(({ name }) => name)).toEqual(expected);
    expect(failures).not.toEqual([]);
    for (const { message } of failures) {
      expect(message).toMatch(/^.+\nSent: [A-Z]+ .+\nCame: \d{3} .+\nRight: .+$/);
      expect(message).not.toContain(account.token);
    }
  },
);

describe("contractTests", () => {
  it("passes against the mock, with any token", async () => {
    const baseUrl = inject("mockUrl");
    expect(await failuresOf({ baseUrl, ...account, create: true })).toEqual([]);
  });

  it("sends wrong tokens alone without one, and nothing that could create without `create`", () => {
    const names = (options: object) =>
      contractTests({ baseUrl: "http://127.0.0.1:1", ...options }).map(({ name }) => name);
    const tokens = names({});
    expect(tokens).toContain("createProductCollection: a wrong token");
    expect(tokens.filter((name) => !name.includes("token"))).toEqual([]);
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
    const [sent] = fake.requests;
    const { operation, body } = generated.createProductCollection;
    const location = { [String(operation.locationField)]: account.locationId };
    expect(sent?.body).toEqual(expect.objectContaining(location));
    expect(operation.validateBody?.(sent?.body)).toBe(true);
    expect(sent?.body).not.toEqual({ ...Object(body), ...location });
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
    expect(failures).toHaveLength(contractTests({ baseUrl }).length);
    for (const { message } of failures) expect(message).toMatch(/^No server answers at http:.+$/);
  });

  it("shows the first 1 000 characters of a body that is not JSON, or has no end", async () => {
    const server = createServer((request, response) => {
      response.writeHead(401);
      if (request.headers.authorization === undefined) return response.end("<h1>".repeat(500));
      const more = (error?: Error | null) => {
        if (!error && !response.destroyed)
          response.write("a".repeat(2 ** 16), (error) => setImmediate(more, error));
      };
      return more();
    });
    const failures = await failuresOf({ baseUrl: await listen(server) });
    const endless = failures.find(({ name }) => name.includes("a wrong token"));
    const text = failures.find(({ name }) => name.includes("no token"));
    expect(endless?.message).toContain("sent more than 1 MiB");
    expect(text?.message).toContain("not JSON");
    for (const failure of [endless, text]) expect(failure?.message.length).toBeLessThan(2000);
  });
});
