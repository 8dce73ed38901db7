import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { json, text } from "node:stream/consumers";
import {
  type ClientEvent,
  createClient,
  type Fetch,
  type FetchInit,
  type RateLimiter,
} from "highlevel-product-collections";
import { undiciFetch } from "highlevel-product-collections/undici";
import { RateLimiterMemory, RateLimiterQueue } from "rate-limiter-flexible";
import { afterEach, describe, expect, it, vi } from "vitest";
import { importCsv } from "./import-csv.js";
import { openJournal } from "./import-journal.js";
import { createEverywhere, folderStore, type LocationStore } from "./many-locations.js";
import { startMock } from "./mock.js";
import { oauthTokens, type Tokens } from "./oauth-token.js";
import { createProgress } from "./progress-line.js";
import { sharedBudget } from "./shared-budget.js";
import { createBestSellers } from "./with-openapi-fetch.js";

// Each example, run.

const locationId = "6578278e879ad2646715ba9c";
const token = "a-token-of-the-sub-account";

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** Answers each request with what `answer` gives: a status and a body. */
async function serve(
  answer: (request: IncomingMessage) => Promise<[status: number, body: unknown]>,
) {
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const created = (body: unknown) => ({ data: { _id: "655b33a82209e60b6adb87a5", ...Object(body) } });

/** A folder that is gone after the test. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-examples-"));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The rows that an import has written beside its file, and undefined if it has written none. */
function rowsIn(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

describe("many collections from a CSV file", () => {
  const answers: Record<string, [status: number, body: unknown]> = {
    taken: [422, { message: ["slug taken"] }],
    broken: [500, {}],
  };
  /** Creates all but what `answers` has, and keeps the slugs that it was sent. */
  async function serveCollections() {
    const slugs: string[] = [];
    const baseUrl = await serve(async (request) => {
      const body = Object(await json(request));
      slugs.push(body.slug);
      return answers[body.slug] ?? [201, created(body)];
    });
    return { slugs, baseUrl };
  }

  it("end in one of three ways, each row is sent once, and lists say which failed how", async () => {
    const { slugs, baseUrl } = await serveCollections();
    const file = join(newFolder(), "all.csv");
    const rows = ['"A, with a comma",a,', 'B,taken,"Title ""B"""', "C,has space,", "D,broken,"];
    writeFileSync(file, `\uFEFFname,slug,title\n${rows.join("\n")}\nE,e,\n`);

    const summary = { created: 2, failed: 2, mayExist: 1, stoppedBy: undefined };
    expect(await importCsv(file, { locationId, token, baseUrl })).toEqual(summary);
    expect(slugs.toSorted()).toEqual(["a", "broken", "e", "taken"]);
    const heading = '"name","slug","title"\n';
    expect(rowsIn(`${file}.${locationId}.failed.csv`)).toBe(
      `${heading}"B","taken","Title ""B"""\n"C","has space",""\n`,
    );
    expect(rowsIn(`${file}.${locationId}.may-exist.csv`)).toBe(`${heading}"D","broken",""\n`);
    expect(readFileSync(`${file}.${locationId}.journal`, "utf8")).toContain(
      '{"row":2,"is":"failed","detail":"ApiError: HighLevel answered 422: slug taken"}\n',
    );

    // The same command once more has nothing to do.
    expect(await importCsv(file, { locationId, token, baseUrl })).toEqual(summary);
    expect(slugs).toHaveLength(4);
    // In another location all is to do.
    await importCsv(file, { locationId: "another-location", token, baseUrl });
    expect(slugs).toHaveLength(8);
  });

  it("stop at what all would fail with, and go on with the same command", async () => {
    const { slugs, baseUrl } = await serveCollections();
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, `name,slug\n${[..."abcdefgh"].map((slug) => `Row,${slug}\n`).join("")}`);
    let isRevoked = true;
    const provider = () => {
      if (isRevoked) throw new Error("The token was revoked");
      return token;
    };

    const stopped = await importCsv(file, { locationId, token: provider, baseUrl });
    expect(stopped).toMatchObject({ created: 0, stoppedBy: "Error: The token was revoked" });
    expect(slugs).toEqual([]);
    isRevoked = false;
    const { created } = await importCsv(file, { locationId, token: provider, baseUrl });
    expect(created).toBe(8);
    expect(slugs.toSorted()).toEqual([..."abcdefgh"]);
  });

  it("take a row that was answered 401 for not sent, though the token provider failed", async () => {
    const baseUrl = await serve(async (request) => {
      await text(request);
      return [401, { message: "Invalid JWT" }];
    });
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, "name,slug\nA,a\nB,b\n");
    const provider = (rejected?: string) => {
      if (rejected !== undefined) throw new Error("The refresh token was revoked");
      return token;
    };
    expect(await importCsv(file, { locationId, token: provider, baseUrl })).toEqual({
      created: 0,
      failed: 0,
      mayExist: 0,
      stoppedBy: "Error: The refresh token was revoked",
    });
  });

  it("end at Ctrl-C with the rows that are under way, and go on with the same command", async () => {
    const slugs: string[] = [];
    const stop = new AbortController();
    const baseUrl = await serve(async (request) => {
      const body = Object(await json(request));
      slugs.push(body.slug);
      stop.abort("Ctrl-C");
      return [201, created(body)];
    });
    const file = join(newFolder(), "all.csv");
    const all = Array.from({ length: 200 }, (_, i) => `row-${i}`);
    writeFileSync(file, `name,slug\n${all.map((slug) => `Row,${slug}\n`).join("")}`);
    const options = { locationId, token, baseUrl, limiter: false } as const;
    const stopped = await importCsv(file, options, { stop });
    expect(stopped).toMatchObject({ created: slugs.length, stoppedBy: "Ctrl-C" });
    expect(slugs.length).toBeLessThanOrEqual(50);
    expect(await importCsv(file, options)).toMatchObject({ created: 200, stoppedBy: undefined });
    expect(slugs.toSorted()).toEqual(all.toSorted());
  });

  it("have sent no row, and so list none that may exist, where nobody listens", async () => {
    const file = join(newFolder(), "all.csv");
    writeFileSync(file, "name,slug\nA,a\nB,b\n");
    const { slugs, baseUrl } = await serveCollections();
    const down = (url: string, init: FetchInit) =>
      undiciFetch(url.replace(baseUrl, "http://127.0.0.1:9"), init);
    const fetch = Object.assign(down, { tellsNeverSent: true });
    const summary = await importCsv(file, { locationId, token, baseUrl, fetch, maxRetries: 0 });
    expect(summary).toMatchObject({ created: 0, failed: 0, mayExist: 0 });
    expect(summary.stoppedBy).toMatch(/^ConnectionError: .*nothing was created/);
    expect(await importCsv(file, { locationId, token, baseUrl })).toMatchObject({ created: 2 });
    expect(slugs.toSorted()).toEqual(["a", "b"]);
  });

  it("stop after twenty answers in a row of which nobody knows what they did", async () => {
    let requests = 0;
    const baseUrl = await serve(async (request) => {
      await text(request);
      requests++;
      return [500, {}];
    });
    const file = join(newFolder(), "all.csv");
    writeFileSync(
      file,
      `name,slug\n${Array.from({ length: 500 }, (_, i) => `Row,${i}\n`).join("")}`,
    );
    const { mayExist, stoppedBy } = await importCsv(file, { locationId, token, baseUrl });
    expect(stoppedBy).toMatch(/^UnexpectedResponseError: HighLevel answered 500/);
    expect(mayExist).toBe(requests);
    expect(requests).toBeLessThan(100);
  });

  it.each([
    ["has no column slug", "name\nA\n", /has no column slug/],
    ["breaks off within quotes", 'name,slug\nA,a\n"B,b\n', /Quote/],
  ])("are not begun from a file that %s", async (_, content, message) => {
    const { slugs, baseUrl } = await serveCollections();
    const file = join(newFolder(), "bad.csv");
    writeFileSync(file, content);
    await expect(importCsv(file, { locationId, token, baseUrl })).rejects.toThrow(message);
    expect(slugs).toEqual([]);
  });

  it("are refused where the file has changed, or another process has it", async () => {
    const { slugs, baseUrl } = await serveCollections();
    const file = join(newFolder(), "all.csv");
    const run = () => importCsv(file, { locationId, token, baseUrl });
    writeFileSync(file, "name,slug\nA,a\n");
    await run();
    writeFileSync(file, "name,slug\nB,b\nA,a\n");
    await expect(run()).rejects.toThrow("Has the CSV file changed, or the server?");
    writeFileSync(file, "name,slug\nA,a\n");
    const journal = `${file}.${locationId}.journal`;
    const other = await openJournal(`${journal}-2`, "it");
    const [, here] = /lock-\d+(@[^,]+)/.exec(readdirSync(dirname(file)).join()) ?? [];
    await other.close();
    // Another process of this machine, and one of another whose number no process of this one has.
    for (const holder of [`${process.ppid}${here}`, "4194305@another-machine"]) {
      const lock = `${journal}.lock-${holder}`;
      writeFileSync(lock, "");
      await expect(run()).rejects.toThrow("Another process has");
      rmSync(lock);
    }
    // That of a process which was killed is no obstacle: no process has this number.
    writeFileSync(`${journal}.lock-4194305${here}`, "");
    expect(await run()).toMatchObject({ created: 1 });
    expect(readdirSync(dirname(file)).filter((name) => name.includes("lock"))).toEqual([]);
    expect(slugs).toEqual(["a"]);
  });
});

describe("an import is not taken", () => {
  const long = "A name that fills the file".repeat(30); // more than is read at once
  const start = () => {
    const file = join(newFolder(), "all.csv");
    writeFileSync(
      file,
      `name,slug\n${Array.from({ length: 400 }, (_, i) => `${long},${i}\n`).join("")}`,
    );
    const options = { locationId, token, baseUrl: "http://127.0.0.1:1" };
    const sent: string[] = [];
    const fetch: Fetch = async (_, { body }) => {
      sent.push(JSON.parse(body).slug);
      return Response.json(created(JSON.parse(body)), { status: 201 });
    };
    return { file, sent, options: { limiter: false, fetch, ...options } as const };
  };

  it("for done where it was tried against another server", async () => {
    const { file, sent, options } = start();
    await importCsv(file, options);
    const real = importCsv(file, { ...options, baseUrl: "https://services.leadconnectorhq.com" });
    await expect(real).rejects.toThrow("or the server?");
    expect(sent).toHaveLength(400);
  });

  it("up twice by one process, and a second one disturbs nothing", async () => {
    const { file, sent, options } = start();
    const [first, second] = await Promise.allSettled([
      importCsv(file, options),
      importCsv(file, options),
    ]);
    expect([first.status, second.status].toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(sent).toHaveLength(400);
    expect(await importCsv(file, options)).toMatchObject({ created: 400 });
  });

  it("up twice through a link, nor again once it is done", async () => {
    const { file, sent, options } = start();
    const link = join(newFolder(), "latest.csv");
    symlinkSync(file, link);
    const imports = [importCsv(file, options), importCsv(link, options)];
    const ended = await Promise.allSettled(imports);
    expect(ended.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await importCsv(link, options)).toMatchObject({ created: 400 });
    expect(sent).toHaveLength(400);
  });

  it("further once its file is changed, and no row of the new text is sent", async () => {
    const { file, sent, options } = start();
    const before = readFileSync(file, "utf8");
    utimesSync(file, 1e9, 1e9);
    const fetch: Fetch = async (url, init) => {
      if (sent.length === 0) {
        writeFileSync(file, before.replaceAll(`${long},`, `${long.slice(1)},x`));
        utimesSync(file, 1e9, 1e9); // as rsync does
      }
      return options.fetch(url, init);
    };
    await expect(importCsv(file, { ...options, fetch })).rejects.toThrow("was changed meanwhile");
    expect(sent.filter((slug) => slug.startsWith("x"))).toEqual([]);
    writeFileSync(file, before);
    expect(await importCsv(file, options)).toMatchObject({ created: 400 });
    expect(new Set(sent).size).toBe(sent.length);
  });

  it("further where an answer says nothing of the row", async () => {
    for (const status of [401, 403, 404, 407]) {
      const { file, options } = start();
      const fetch: Fetch = async () => new Response("<h1>No</h1>", { status });
      const summary = await importCsv(file, { ...options, fetch });
      expect(summary).toMatchObject({ created: 0, failed: 0, mayExist: 0 });
      expect(summary.stoppedBy).toContain(String(status));
    }
  });

  it("further after twenty refusals in a row that nobody documents", async () => {
    const { file, options } = start();
    const fetch: Fetch = async () => new Response("", { status: 418 });
    const { failed, stoppedBy } = await importCsv(file, { ...options, fetch });
    expect(stoppedBy).toContain("418");
    expect(failed).toBeLessThan(100);
  });

  it("up where a file has no rows", async () => {
    const { file, options } = start();
    for (const content of ["", "name,slug\n"]) {
      writeFileSync(file, content);
      await expect(importCsv(file, options)).rejects.toThrow("has no rows");
    }
  });

  it("further at Ctrl-C, however long its rows would wait; what never left was not sent", async () => {
    const { file, options } = start();
    const stop = new AbortController();
    let tries = 0;
    const refused = async () => {
      if (++tries === 50) setImmediate(() => stop.abort("Ctrl-C"));
      throw Object.assign(new Error("connect ECONNREFUSED"), { neverSent: true });
    };
    const fetch = Object.assign(refused, { tellsNeverSent: true });
    const calls = { ...options, fetch, maxRetries: 1_000, maxWaitMs: 2 ** 30 };
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    cleanUps.push(() => vi.restoreAllMocks());
    const importing = importCsv(file, calls, { stop });
    expect(await importing).toEqual({ created: 0, failed: 0, mayExist: 0, stoppedBy: "Ctrl-C" });
    const journal = readFileSync(`${file}.${locationId}.journal`, "utf8");
    // The last word on each row that was tried, as if the process had been killed while it waited.
    const waited = [...journal.matchAll(/"row":(\d+),"is":"not sent","detail":"Error: connect/g)];
    expect(new Set(waited.map(([, row]) => row)).size).toBe(50);
    expect(await importCsv(file, options)).toMatchObject({ created: 400, mayExist: 0 });
  });

  it("up where a column is not known, which may be misspelt", async () => {
    const { file, sent, options } = start();
    writeFileSync(file, "name,slug,Image\nA,a,b\n");
    await expect(importCsv(file, options)).rejects.toThrow(
      "has a column Image; those known are name,",
    );
    expect(sent).toEqual([]);
  });
});

it("the lists of an import are written after the last row, and then are the user's", async () => {
  const file = join(newFolder(), "all.csv");
  const list = `${file}.${locationId}.failed.csv`;
  writeFileSync(file, "name,slug\nA,a b\nB,b\n");
  const stop = new AbortController();
  const fetch: Fetch = async (_, { body }) => {
    stop.abort("Ctrl-C");
    return Response.json(created(JSON.parse(body)), { status: 201 });
  };
  const events: string[] = [];
  const onEvent = ({ type }: ClientEvent) => void events.push(type);
  const options = { locationId, token, fetch, onEvent };
  await importCsv(file, options, { stop });
  expect(existsSync(list)).toBe(false);
  await importCsv(file, options);
  expect(rowsIn(list)).toBe('"name","slug"\n"A","a b"\n');
  writeFileSync(list, "name,slug\nA,a-b\n");
  await importCsv(file, options);
  expect(rowsIn(list)).toBe("name,slug\nA,a-b\n");
  expect(events).toContain("attempt"); // the caller's listener is told too
});

describe("the journal of an import", () => {
  it("goes on after a line that was broken off, and says what may exist", async () => {
    const file = join(newFolder(), "journal");
    const begun = ['{"of":"it"}', '{"row":1,"is":"created"}', '{"row":2,"is":"about to'];
    writeFileSync(file, begun.join("\n"));
    const first = await openJournal(file, "it");
    expect([1, 2].map(first.fateOf)).toEqual(["created", undefined]);
    await first.write(2, "about to send");
    await first.write(5_000, "about to send");
    await first.write(5_000, "not sent", "401");
    await first.close();

    const second = await openJournal(file, "it");
    expect([1, 2, 3, 5_000].map(second.fateOf)).toEqual([
      "created",
      "may exist",
      undefined,
      "not sent",
    ]);
    expect(second.count("about to send")).toBe(0);
    expect(second.count("may exist")).toBe(1);
    await second.close();
  });

  it("takes nothing more once the disk has refused a line", async () => {
    const file = join(newFolder(), "journal");
    const journal = await openJournal(file, "it");
    const before = readFileSync(file, "utf8");
    const handle = await open(file);
    const { appendFile } = Object.getPrototypeOf(handle);
    await handle.close();
    const full = vi.spyOn(Object.getPrototypeOf(handle), "appendFile");
    full.mockRejectedValueOnce(new Error("No space is left")).mockImplementation(appendFile);
    cleanUps.push(() => full.mockRestore());
    await expect(journal.write(1, "about to send")).rejects.toThrow("No space is left");
    await expect(journal.write(2, "about to send")).rejects.toThrow("No space is left");
    expect(readFileSync(file, "utf8")).toBe(before);
    await expect(journal.close()).rejects.toThrow("No space is left");
  });
});

describe("a progress line", () => {
  const context = { call: 1, locationId };
  const rateLimit = {
    limit: 100,
    remaining: 0,
    intervalMs: 10_000,
    dailyLimit: 200_000,
    dailyRemaining: 190_000,
  };

  it("says what is done, what is waited for, and when the last will be done", () => {
    let now = 0;
    const { line, onEvent } = createProgress(1_000, 100, () => now);
    const tally = { done: 100, failed: 0, unknown: 0 };
    expect(line(tally)).toBe("100 of 1000 done");
    const error = { name: "ConnectionError", message: "No answer" };
    onEvent({ ...context, type: "attempt", attempt: 1, ms: 5, error });
    onEvent({ ...context, type: "waiting", reason: "retry", ms: 1 });
    expect(line(tally)).toBe("100 of 1000 done, waiting 1 s for the time to send again, No answer");
    onEvent({ ...context, type: "attempt", attempt: 2, ms: 5, status: 201 });
    onEvent({ ...context, type: "waiting", reason: "token" });
    expect(line(tally)).toBe("100 of 1000 done, waiting for a token");

    now = 10_000;
    onEvent({ ...context, type: "attempt", attempt: 1, ms: 5, status: 201 });
    expect(line({ done: 300, failed: 2, unknown: 1 })).toBe(
      "300 of 1000 done, 2 failed, 1 may exist, the last in about 35 s",
    );
    onEvent({ ...context, type: "attempt", attempt: 1, ms: 5, status: 201, rateLimit });
    onEvent({ ...context, type: "waiting", reason: "budget", ms: 7_500, ahead: 3 });
    now = 11_000;
    expect(line({ ...tally, done: 300 })).toBe(
      "300 of 1000 done, waiting 7 s for the rate limit, the last in about 70 s",
    );
    expect(line({ ...tally, done: 1_000 })).toBe("1000 of 1000 done");
  });

  it("says that the day's budget is less than what is to do", () => {
    const { line, onEvent } = createProgress(1_000_000, 0, () => 0);
    const daily = { ...rateLimit, dailyRemaining: 150_000 };
    onEvent({ ...context, type: "attempt", attempt: 1, ms: 5, status: 201, rateLimit: daily });
    expect(line({ done: 50_000, failed: 0, unknown: 0 })).toBe(
      "50000 of 1000000 done, the last in about 26 h, 150000 more today",
    );
  });
});

describe("a thousand locations", () => {
  it("have a client each, whose token comes out of the store", async () => {
    const locationIds = Array.from({ length: 1_000 }, (_, i) => `location-${i}`);
    let mostUnderWay = 0;
    let begun = 0;
    let answered = 0;
    const store: LocationStore = {
      locationIds: async () => locationIds,
      tokensOf: (id) => ({
        async load() {
          mostUnderWay = Math.max(mostUnderWay, ++begun - answered);
          return { accessToken: `token-of-${id}`, refreshToken: "r", expiresAt: 4e12 };
        },
        save: () => Promise.reject(new Error("No token has expired.")),
      }),
    };
    const baseUrl = await serve(async (request) => {
      const body = Object(await json(request));
      answered++;
      if (body.altId === "location-7") return [500, {}];
      return request.headers.authorization === `Bearer token-of-${body.altId}`
        ? [201, created({ ...body, _id: `in ${body.altId}` })]
        : [403, { message: "The token does not have access to this location." }];
    });
    const outcomes = new Map<string, unknown>();
    const app = { clientId: "id", clientSecret: "secret" };
    const collection = { name: "Best Sellers", slug: "best-sellers" };
    const all = createEverywhere(store, app, collection, { baseUrl });
    for await (const { locationId, ...outcome } of all) outcomes.set(locationId, outcome);
    expect(outcomes.size).toBe(1_000);
    expect(outcomes.get("location-7")).toMatchObject({ mayExist: true });
    outcomes.delete("location-7");
    expect([...outcomes.values()]).toEqual(
      [...outcomes.keys()].map((id) => ({ collectionId: `in ${id}` })),
    );
    expect(mostUnderWay).toBe(50);
  });

  it("have their tokens in a folder, a file each", async () => {
    const folder = newFolder();
    const tokens = { accessToken: "a", refreshToken: "r", expiresAt: 1 };
    const store = folderStore(folder);
    await store.tokensOf("one").save(tokens);
    expect(await store.locationIds()).toEqual(["one"]);
    expect(await store.tokensOf("one").load()).toEqual(tokens);
  });
});

describe("a token provider over OAuth", () => {
  it("refreshes what is expired or rejected, once for all calls, and saves what it gets", async () => {
    let refreshes = 0;
    const tokenUrl = await serve(async (request) => {
      const form = new URLSearchParams(await text(request));
      expect(form.get("refresh_token")).toBe(`refresh-${refreshes}`);
      expect(form.get("user_type")).toBe("Location");
      refreshes++;
      const access_token = `access-token-${refreshes}`;
      return [200, { access_token, refresh_token: `refresh-${refreshes}`, expires_in: 86_399 }];
    });
    const baseUrl = await serve(async (request) =>
      request.headers.authorization === "Bearer access-token-2"
        ? [201, created(await json(request))]
        : [401, { message: "Invalid token" }],
    );
    let stored: Tokens = { accessToken: "access-token-0", refreshToken: "refresh-0", expiresAt: 0 };
    const provider = oauthTokens(
      { clientId: "id", clientSecret: "secret", tokenUrl },
      {
        load: async () => stored,
        save: async (tokens) => {
          stored = tokens;
        },
      },
    );
    const highlevel = createClient({ locationId, token: provider, baseUrl });

    const collections = await Promise.all(
      ["a", "b", "c"].map((slug) => highlevel.createProductCollection({ name: slug, slug })),
    );

    expect(collections.map(({ slug }) => slug)).toEqual(["a", "b", "c"]);
    expect(refreshes).toBe(2); // the expired one, and the one that the API rejected
    expect(stored).toMatchObject({ accessToken: "access-token-2", refreshToken: "refresh-2" });
  });
});

describe("a token provider over OAuth", () => {
  /** HighLevel's OAuth, where a refresh token serves once. */
  async function serveTokens(answer = (tokens: object) => tokens) {
    let refreshToken = "refresh-0";
    const tokenUrl = await serve(async (request) => {
      const given = new URLSearchParams(await text(request)).get("refresh_token");
      if (given !== refreshToken) return [400, { error: "invalid_grant" }];
      refreshToken = `${refreshToken}-1`;
      const tokens = { access_token: "fresh", refresh_token: refreshToken, expires_in: 86_399 };
      return [200, answer(tokens)];
    });
    return { clientId: "id", clientSecret: "secret", tokenUrl };
  }
  const old: Tokens = { accessToken: "old", refreshToken: "refresh-0", expiresAt: 0 };

  it("saves nothing over its tokens where it is given none", async () => {
    const app = await serveTokens(({ ...tokens }: { refresh_token?: string }) => {
      delete tokens.refresh_token;
      return tokens;
    });
    const save = vi.fn();
    await expect(oauthTokens(app, { load: async () => old, save })()).rejects.toThrow("no tokens");
    expect(save).not.toHaveBeenCalled();
  });

  it("spends no refresh token twice, however late the store gives it", async () => {
    const app = await serveTokens();
    let stored = old;
    let giveLate = (_: Tokens) => {};
    const loads = [() => new Promise<Tokens>((give) => (giveLate = give)), async () => stored];
    const store = {
      load: () => (loads.length > 1 ? loads.shift() : loads[0])?.() ?? Promise.reject(),
      async save(tokens: Tokens) {
        stored = tokens;
      },
    };
    const provider = oauthTokens(app, store);
    const late = provider();
    expect(await provider()).toBe("fresh");
    giveLate(old);
    expect(await late).toBe("fresh");
  });
});

describe("a budget shared by many processes", () => {
  it("is one that the client takes as a limiter", async () => {
    const limiter = sharedBudget({});
    expect(() => createClient({ locationId, token, limiter })).not.toThrow();
  });

  it("makes calls of all clients wait for their places", async () => {
    let places = 0;
    let requests = 0;
    const tooEarly: number[] = [];
    const baseUrl = await serve(async (request) => {
      if (++requests > places) tooEarly.push(requests);
      return [201, created(await json(request))];
    });
    // What Redis keeps for a fleet, memory keeps for this process; `npm run test:redis` has Redis.
    const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 2, duration: 1 }));
    const keys = new Set<string>();
    const limiter: RateLimiter = {
      async waitForPlace(key) {
        keys.add(key);
        await queue.removeTokens(1, key);
        places++;
      },
    };
    const clients = [1, 2].map(() => createClient({ locationId, token, baseUrl, limiter }));
    await Promise.all(
      clients.flatMap((client) =>
        ["a", "b"].map((slug) => client.createProductCollection({ name: slug, slug })),
      ),
    );
    expect({ places, requests, tooEarly }).toEqual({ places: 4, requests: 4, tooEarly: [] });
    expect([...keys]).toEqual([`${locationId}@${baseUrl}`]);
  });
});

describe("the contract's mock", { timeout: 60_000 }, () => {
  it("serves tests of one's own code, and bare openapi-fetch", async () => {
    const mock = await startMock();
    cleanUps.push(mock.stop);

    const highlevel = createClient({ locationId, token, baseUrl: mock.url });
    const collection = await highlevel.createProductCollection({ name: "Best Sellers", slug: "b" });
    expect(collection.name).toBe("Best Sellers");

    const bestSellers = await createBestSellers(mock.url, token, locationId);
    expect(bestSellers.slug).toBe("best-sellers");
  });
});
