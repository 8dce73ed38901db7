import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ClientOptions } from "../src/index.js";
import {
  closedPort,
  countingServer,
  created,
  locationId,
  type Received,
  respond,
  token,
} from "../src/test-support/servers.js";
import { importCsv } from "./import-csv.js";

/** No import here is held up by the rate limit. */
const plenty = {
  "X-RateLimit-Max": "1000000",
  "X-RateLimit-Remaining": "1000000",
  "X-RateLimit-Interval-Milliseconds": "1",
};
const slugOf = ({ body }: Received): string => JSON.parse(body).slug;

/** A server that creates what it is sent, but for the slugs that are statuses. */
async function startServer(
  handle = (response: ServerResponse, slug: string) => {
    const status = Number(slug) || 201;
    respond(response, status, status === 201 ? created : { message: "taken" }, plenty);
  },
) {
  const server = await countingServer((response, request) => handle(response, slugOf(request)));
  const slugs = () => server.requests.map(slugOf);
  return { ...server, slugs, options: { locationId, token, baseUrl: server.url } };
}

function writeCsv(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "import-csv-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "all.csv");
  writeFileSync(file, content);
  return file;
}

const csvOf = (slugs: readonly string[]) => `name,slug\n${slugs.map((it) => `A,${it}\n`).join("")}`;
const manySlugs = (count: number) => Array.from({ length: count }, (_, i) => `row-${i + 2}`);

function start(file: string, baseUrl: string) {
  const script = fileURLToPath(new URL("import-csv.ts", import.meta.url));
  const env = { ...process.env, HIGHLEVEL_TOKEN: token, HIGHLEVEL_LOCATION_ID: locationId };
  const child = spawn(process.execPath, ["--import", "tsx", script, file], {
    env: { ...env, HIGHLEVEL_BASE_URL: baseUrl },
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

beforeEach(() => void vi.spyOn(process.stderr, "write").mockReturnValue(true));

describe("a file", () => {
  it.each<[saved: string, content: string | Buffer]>([
    ["as UTF-8", "name,slug\nCafé,cafe\n"],
    ["as UTF-8 with a byte order mark", "\uFEFFname,slug\r\nCafé,cafe\r\n"],
    ["with lines as on an old Mac", "name,slug\rCafé,cafe\r"],
    ["without a last line break", "slug,name\ncafe,Café"],
    ["with capitals and spaces in its headings", " Name ,SLUG, Notes\nCafé,cafe,ok\n"],
    ["with all cells in quotes", '"name","slug"\n" Café ","cafe"\n'],
    ["with spaces around its cells", "name , slug\nCafé , cafe \n"],
    ["with semicolons", "name;slug;title\nCafé;cafe;\n"],
    ["with tabs", "name\tslug\nCafé\tcafe\n"],
    ["with blank rows", "name,slug,image\n\n,,\n , ,\n   \n,,,,,\nCafé,cafe,\n\n"],
  ])("saved %s is imported", async (_, content) => {
    const server = await startServer();
    const outcome = await importCsv(writeCsv(content), server.options);
    expect(outcome).toMatchObject({ created: 1, stoppedBy: undefined });
    expect([outcome.refused.size, outcome.mayExist.size]).toEqual([0, 0]);
    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { altId: locationId, altType: "location", name: "Café", slug: "cafe" },
    ]);
  });

  const latin1 = "name,slug\r\nCafé Crème,cafe-creme\r\n,\r\nHats,\r\n";
  it.each<[saved: string, content: string | Buffer, reason: RegExp]>([
    [
      "in the machine's own encoding",
      Buffer.from(latin1, "latin1"),
      /is not UTF-8: save it as "CSV UTF-8"/,
    ],
    ["as UTF-16 with a byte order mark", Buffer.from(`\uFEFF${latin1}`, "utf16le"), /is not UTF-8/],
    ["as UTF-16", Buffer.from("name,slug\nA,a", "utf16le"), /headings name and slug, in UTF-8/],
    ["with a letter cut off at its end", Buffer.from("name,slug\nA,a\nÉ").subarray(0, -1), /UTF-8/],
    ["without a column", "name,title\nA,a\n", /must have the headings name and slug/],
    [
      "with a comma that is not in quotes",
      "name,slug\nHats, caps,hats\n",
      /Row 2 .* quote its commas/,
    ],
    ["with a quote that does not end", 'name,slug\nA,a\nB,"b\n', /Quote Not Closed/],
    ["empty", "", /is empty/],
  ])("saved %s is refused, and nothing is sent", async (_, content, reason) => {
    const server = await startServer();
    await expect(importCsv(writeCsv(content), server.options)).rejects.toThrow(reason);
    expect(server.requests).toEqual([]);
  });
});

describe("an import", () => {
  const rows = '"A\nB",a,\nHats,,\n,,\n,b,\nC,422,\nD,500,"Search, title"\nE,has space,\nF,418,\n';

  it("tells in the end which rows were refused, and which may exist, as a spreadsheet counts", async () => {
    const server = await startServer();
    const file = writeCsv(`name,slug,title\n${rows}`);
    const told = [
      /^Row 3 was refused: .*\/slug is required$/m,
      /^Row 5 was refused: .*\/name is required$/m,
      /^Row 6 was refused: HighLevel answered 422: taken$/m,
      /^Row 7 may exist, look before you send it: HighLevel answered 500, /m,
      /^Row 8 was refused: .*\/slug must match pattern/m,
      /^Row 9 was refused: HighLevel answered 418, /m,
      /^1 created, 5 refused, 1 may exist$/m,
    ];
    for (const _ of ["the first time", "again, without sending anything"]) {
      const { code, stdout, stderr } = await start(file, server.url).ended;
      for (const line of told) expect(stdout).toMatch(line);
      expect([code, stdout.split("\n").length]).toEqual([1, told.length + 1]);
      expect(stderr).toMatch(/\r7 of 7 rows\n$/);
      expect(server.slugs().toSorted()).toEqual(["418", "422", "500", "a"]);
    }
  });

  it("says in one line why it does not begin, without a stack, and exits with 2", async () => {
    const { url } = await startServer();
    const missing = await start("no-such-file.csv", url).ended;
    expect(missing).toEqual({
      code: 2,
      stdout: "",
      stderr: "There is no file no-such-file.csv.\n",
    });
  });

  it("stops at a response that every row would meet, and the same command goes on", async () => {
    let status = 401;
    const server = await startServer((response) => respond(response, status, created, plenty));
    const file = writeCsv(csvOf(manySlugs(99)));
    const stopped = await importCsv(file, server.options);
    expect(stopped).toMatchObject({ created: 0, stoppedBy: expect.stringContaining("401") });
    expect([stopped.refused.size, stopped.mayExist.size]).toEqual([0, 0]);
    const before = server.requests.length;
    expect(before).toBeLessThanOrEqual(50);
    status = 201;
    expect(await importCsv(file, server.options)).toMatchObject({ created: 99 });
    expect(server.slugs().slice(before).toSorted()).toEqual(manySlugs(99).toSorted());
  });

  let closedUrl = "";
  beforeEach(async () => {
    closedUrl = `http://127.0.0.1:${await closedPort()}`;
  });
  const proxyError = (status: number) =>
    Object.assign(new Error(`Proxy response (${status}) !== 200 when HTTP Tunneling`), {
      code: "UND_ERR_ABORTED",
    });
  it.each<[trouble: string, trouble: Partial<ClientOptions>, reason: RegExp]>([
    [
      "a proxy that refuses the tunnel",
      { fetch: () => Promise.reject(new TypeError("fetch failed", { cause: proxyError(407) })) },
      /Proxy response \(407\)/,
    ],
    [
      "a server that refuses connections",
      { fetch: (_, init) => fetch(closedUrl, init) },
      /ECONNREFUSED/,
    ],
    [
      "a token provider that throws",
      { token: () => Promise.reject(new Error("the vault is sealed")) },
      /^the vault is sealed$/,
    ],
  ])(
    "stops at %s, where no row was sent, and the same command goes on",
    async (_, trouble, reason) => {
      const server = await startServer();
      const file = writeCsv(csvOf(manySlugs(99)));
      const stopped = await importCsv(file, { ...server.options, maxRetries: 0, ...trouble });
      expect(stopped).toMatchObject({ created: 0, stoppedBy: expect.stringMatching(reason) });
      expect([stopped.refused.size, stopped.mayExist.size]).toEqual([0, 0]);
      expect(await importCsv(file, server.options)).toMatchObject({ created: 99 });
      expect(server.slugs().toSorted()).toEqual(manySlugs(99).toSorted());
    },
  );

  it("notes a row only just before it is sent, so that one killed before is sent again", async () => {
    const server = await startServer();
    const file = writeCsv(csvOf(["a"]));
    const token = () => Promise.reject(new Error("the vault is sealed"));
    await importCsv(file, { ...server.options, token });
    const [journal = ""] = readdirSync(dirname(file)).filter((it) => it.endsWith(".journal"));
    expect(readFileSync(join(dirname(file), journal), "utf8")).not.toContain("begun");
  });

  it("stops when response after response leaves open what was created", async () => {
    const server = await startServer((response) => respond(response, 502, "", plenty));
    const { mayExist, stoppedBy } = await importCsv(writeCsv(csvOf(manySlugs(99))), server.options);
    expect(stoppedBy).toMatch(/502/);
    expect(mayExist.size).toBe(server.requests.length);
    expect(server.requests.length).toBeLessThan(100);
  });

  it("ends at Ctrl-C without the rows that wait, and with the answers of those that were sent", async () => {
    const spent = {
      ...plenty,
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Interval-Milliseconds": "9000000",
    };
    const stop = new AbortController();
    let headers: Record<string, string> = spent;
    const server = await startServer((response) => {
      respond(response, 201, created, headers);
      if (server.requests.length === 10) setTimeout(() => stop.abort("Ctrl-C"), 50);
    });
    const file = writeCsv(csvOf(manySlugs(100)));
    const stopped = await importCsv(file, server.options, stop);
    expect(stopped).toMatchObject({ created: server.requests.length, stoppedBy: "Ctrl-C" });
    expect(stopped.mayExist.size).toBe(0);
    headers = plenty;
    expect(await importCsv(file, server.options)).toMatchObject({ created: 100 });
    expect(server.slugs().toSorted()).toEqual(manySlugs(100).toSorted());
  });

  it("takes a row whose end is missing from the journal for one that may exist", async () => {
    const server = await startServer();
    const file = writeCsv(csvOf(["a", "b", "c"]));
    const host = new URL(server.url).host.replace(":", "-");
    writeFileSync(
      `${file}.${locationId}@${host}.journal`,
      "\n2 begun\n3 begun\n2 created 1\n3 crea",
    );
    const { mayExist, created } = await importCsv(file, server.options);
    expect([[...mayExist.keys()], created, server.slugs()]).toEqual([[3], 2, ["c"]]);
  });

  it("is refused beside another one of the same file, and after the file has changed", async () => {
    const held: ServerResponse[] = [];
    const server = await startServer((response) => void held.push(response));
    const file = writeCsv(csvOf(["a"]));
    const first = importCsv(file, server.options);
    await server.received(1);
    const { code, stderr } = await start(file, server.url).ended;
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Process \d+ is importing this file.*\n$/),
    ]);
    for (const response of held) respond(response, 201);
    expect(await first).toMatchObject({ created: 1 });
    writeFileSync(file, csvOf(["b", "a"]));
    await expect(importCsv(file, server.options)).rejects.toThrow(
      "The file changed after its import began",
    );
    expect(server.requests.length).toBe(1);
  });

  it("killed three times at random moments sends no row twice, and loses none", async () => {
    const slugs = manySlugs(150);
    let killIn = 0;
    let kill = () => {};
    const server = await startServer((response) => {
      // The row at which it is killed has no response.
      if (--killIn === 0) kill();
      else setTimeout(() => respond(response, 201, created, plenty), Math.random() * 10);
    });
    const file = writeCsv(csvOf(slugs));
    for (let kills = 0; kills < 3; kills++) {
      const { child, ended } = start(file, server.url);
      kill = () => child.kill("SIGKILL");
      killIn = 1 + Math.floor(Math.random() * 20);
      expect((await ended).code).toBeNull();
    }
    const { stdout } = await start(file, server.url).ended;
    const mayExist = [...stdout.matchAll(/^Row (\d+) may exist/gm)].map(([, row]) => `row-${row}`);
    const sent = server.slugs();
    expect(new Set(sent).size, "rows sent twice").toBe(sent.length);
    expect(new Set([...sent, ...mayExist]).size, "rows sent or told").toBe(slugs.length);
    expect(stdout).toContain(`${slugs.length - mayExist.length} created, 0 refused`);
    expect(mayExist.length).toBeGreaterThanOrEqual(3);
  });
});
