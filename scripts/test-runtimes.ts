import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { build } from "esbuild";
import { closedPort, listen } from "../contract-tests/support/listen.js";
import { runToEnd } from "./lib/child.js";
import { launchChromium } from "./lib/chromium.js";
import { CliError, command, type Io, projectRoot, start } from "./lib/cli.js";
import { operationsOf, readContract } from "./lib/contract.js";
import { installPacked } from "./lib/pack.js";
import { conclude } from "./lib/skipped.js";
import { installTools } from "./lib/tools.js";

/** What smoke.mjs checks, and what is checked in Node.js or workerd alone, in the order of the table. */
const checks = [
  "create",
  "422",
  "401",
  "timeout",
  "redirect",
  "refused",
  "fake",
  "undici",
  "failures",
  "shared",
] as const;
type Check = (typeof checks)[number];

/** What a runtime saw of a check, or why it failed. */
type Results = Partial<Record<Check, { readonly saw?: string; readonly failed?: string }>>;

/** Where the smoke script finds its servers. */
interface Urls {
  readonly server: string;
  readonly nobody: string;
}

/** A runtime, ready to run the smoke script. */
interface Runtime {
  readonly version: string;
  run(folder: string, urls: Urls): Promise<Results>;
}

/** A runtime to test in. */
interface Candidate {
  readonly label: string;
  /** What this runtime is known to show, where it is not a plain "ok". */
  readonly sees: Partial<Record<Check, string>>;
  /** @throws CliError with the reason why it cannot be had. */
  prepare(): Promise<Runtime>;
}

/** What is seen of a redirect that is not followed, and `mayHaveCreated` of a refused connection. */
const showsAll = { redirect: "302", refused: "false" };
/** Deno and workerd give a failure no code, so that none is known to have come before the request. */
const showsNoFailure = { redirect: "302", refused: "true" };
/** A page may learn neither where it was sent nor why it could not connect. */
const showsNothing = { redirect: "0", refused: "true" };

/** The runtimes that `tools` holds, and this machine's Chromium. */
function candidatesIn(tools: string, io: Pick<Io, "out">): readonly Candidate[] {
  const denoArgs = ["run", "--quiet", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1"];
  return [
    // The oldest Node.js that the package names, and the newest of each line after it.
    ...["node-20", "node-22", "node-24", "node-26"].map((name) =>
      nodeJs(tools, name, name === "node-20" ? "undici-7" : "undici-8"),
    ),
    commandLine(tools, "Bun", "bun", "bin/bun", ["run"], showsAll),
    commandLine(tools, "Deno", "deno", "deno", denoArgs, showsNoFailure),
    {
      label: "workerd",
      sees: { ...showsNoFailure, shared: "ok" },
      async prepare() {
        const { file, version } = programIn(tools, "workerd", "bin/workerd");
        return { version, run: (folder, urls) => runInWorkerd(file, folder, urls) };
      },
    },
    {
      label: "Chromium",
      sees: showsNothing,
      async prepare() {
        const browser = await launchChromium(io).catch((error: Error) => {
          if (error instanceof CliError) throw error;
          throw new CliError(`does not start: ${error.message.split("\n")[0]}`);
        });
        const version = browser.version();
        await browser.close();
        return { version, run: (folder, urls) => runInChromium(folder, urls, io) };
      },
    },
  ];
}

/** A Node.js, with the undici that its users have. */
function nodeJs(tools: string, name: string, undici: string): Candidate {
  const found = `${tools}node_modules/${undici}`;
  const { version }: { version: string } = JSON.parse(
    readFileSync(`${found}/package.json`, "utf8"),
  );
  const node = commandLine(tools, "Node.js", name, "bin/node", [], {
    ...showsAll,
    undici: version,
    failures: "ok",
  });
  return {
    ...node,
    async prepare() {
      const runtime = await node.prepare();
      return {
        ...runtime,
        async run(folder, urls) {
          const link = join(folder, "node_modules/undici");
          symlinkSync(found, link, "junction");
          try {
            const results = await runtime.run(folder, urls);
            const { file } = programIn(tools, name, "bin/node");
            return { ...results, failures: await runFailures(file, `${found}/index.js`) };
          } finally {
            rmSync(link);
          }
        },
      };
    },
  };
}

/** Runs the failure scenarios of `src/` in a Node.js, with an undici. */
async function runFailures(node: string, undici: string): Promise<NonNullable<Results[Check]>> {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter", "dot"];
  const { ok, stdout, stderr } = await runToEnd(
    node,
    [...vitest, "--config", `${import.meta.dirname}/test-runtimes/failures.config.ts`],
    { cwd: projectRoot, env: { UNDICI_FILE: undici, NO_COLOR: "1" } },
  );
  if (ok) return { saw: "ok" };
  const failed = stderr.split("\n").filter((line) => line.startsWith(" FAIL "));
  return { failed: failed.join("\n    ") || stderr || stdout };
}

/** A runtime that runs a module from the command line. */
function commandLine(
  tools: string,
  label: string,
  name: string,
  path: string,
  args: readonly string[],
  sees: Candidate["sees"],
): Candidate {
  return {
    label,
    sees,
    async prepare() {
      const { file, version } = programIn(tools, name, path);
      return {
        version,
        async run(folder, urls) {
          const main = join(folder, "main.mjs");
          const does = "console.log(JSON.stringify(results));";
          writeFileSync(main, moduleThat(does, urls, sees.undici ? undiciOfNode : undefined));
          return JSON.parse(await outputOf(file, [...args, main], folder));
        },
      };
    },
  };
}

/** A program of test-runtimes/tools/package.json, which has a package for each platform. */
function programIn(tools: string, name: string, path: string) {
  const folder = `${tools}node_modules/${name}-${process.platform}-${process.arch}/`;
  if (!existsSync(folder)) {
    throw new CliError(`no package for ${process.platform} ${process.arch}`);
  }
  const { version }: { version: string } = JSON.parse(
    readFileSync(`${folder}package.json`, "utf8"),
  );
  const file = folder + path;
  // A musl system, say, installs it and cannot start it.
  const { status, error } = spawnSync(file, ["--version"]);
  if (status !== 0) throw new CliError(`does not start: ${error?.message ?? status}`);
  // Some of these packages carry the v of Node.js.
  return { file, version: version.replace(/^v/, "") };
}

/** The `undici` of the smoke script. */
const undiciOfNode = `import { createRequire } from "node:module";
import { undiciFetch } from "highlevel-product-collections/undici";
const { version } = createRequire(import.meta.url)("undici/package.json");
const undici = { fetch: undiciFetch, version };`;

/** A module that runs the smoke script, and then does something with its `results`. */
function moduleThat(does: string, urls: Urls, undici = "const undici = undefined;"): string {
  return `import * as highlevel from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.mjs";
${undici}
const results = await smoke(highlevel, testing, ${JSON.stringify(urls)}, undici);
${does}`;
}

/** What a program prints. @throws What it said where it failed. */
async function outputOf(program: string, args: readonly string[], folder: string) {
  const env = {
    no_proxy: "127.0.0.1",
    // Nothing but the client speaks to anyone.
    DO_NOT_TRACK: "1",
    DENO_NO_UPDATE_CHECK: "1",
    DENO_DIR: join(folder, "deno"),
  };
  const { ok, stdout, stderr } = await runToEnd(program, args, { cwd: folder, env });
  if (!ok) throw new Error(stderr.trim());
  return stdout;
}

/** What holds the client and the smoke script in one text, for runtimes without node_modules. */
async function bundle(folder: string, source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

async function runInWorkerd(program: string, folder: string, urls: Urls): Promise<Results> {
  // A worker may talk to others only while it handles a request. The client of /shared/ is the
  // module's, and so is what its default limiter knows: two requests share it.
  const source = `import * as highlevel from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.mjs";
const urls = ${JSON.stringify(urls)};
const shared = highlevel.createClient({
  baseUrl: urls.server + "/shared",
  locationId: "6578278e879ad2646715ba9c",
  token: "first-token",
});
export default {
  async fetch(request) {
    if (!new URL(request.url).pathname.startsWith("/shared")) {
      return Response.json(await smoke(highlevel, testing, urls));
    }
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const say = (word) => writer.write(new TextEncoder().encode(word + "\\n")).catch(() => {});
    say("came");
    let leave;
    const leaves = request.url.endsWith("/leaves") && new Promise((resolve) => { leave = resolve; });
    const onEvent = ({ type, reason }) => {
      if (type !== "waiting") return;
      say("waits for " + reason);
      leave?.(new Response("waits for " + reason));
    };
    shared
      .createProductCollection({ name: "Best Sellers", slug: "best-sellers" }, { onEvent })
      .then(({ _id }) => say(_id), (error) => say(String(error)))
      .then(() => writer.close());
    // Once it is answered, workerd drops what a request has not waited for, and its timers.
    return leaves || new Response(readable);
  },
};`;
  writeFileSync(join(folder, "worker.js"), await bundle(folder, source));
  const config = join(folder, "workerd.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "smoke", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      globalOutbound = "loopback",
    )),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "smoke")],
);`,
  );
  const args = ["serve", "--control-fd=1", config];
  const workerd = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    for await (const line of createInterface(workerd.stdout)) {
      const said: { event: string; port?: number } = JSON.parse(line);
      if (said.event !== "listen") continue;
      const worker = `http://127.0.0.1:${said.port}/`;
      const answer = await fetch(worker);
      if (!answer.ok) throw new Error(`the worker answered ${answer.status}`);
      const results = (await answer.json()) as Results; // what smoke.mjs gives
      return { ...results, shared: await tryShared(`${worker}shared`, urls.server) };
    }
    throw new Error("ended before it listened");
  } finally {
    workerd.kill("SIGKILL");
  }
}

/**
 * Two requests at once for the module's one client, when its budget is spent: both wait, and both are
 * answered; and then the same, where the first has left while its call waits.
 */
async function tryShared(url: string, server: string): Promise<NonNullable<Results[Check]>> {
  try {
    for (const leaves of [false, true]) {
      const before = await sharedCount(server);
      await (await fetch(url)).text(); // its answer says that nothing is left
      const first = await startWaiting(leaves ? `${url}/leaves` : url);
      const second = await startWaiting(url);
      const ends = await Promise.all([first.end(), second.end()]);
      for (const end of leaves ? ends.slice(1) : ends) {
        if (!/\n[0-9a-f]{24}\n$/.test(end)) {
          return { failed: `${leaves ? "after one that left: " : ""}${end || "no answer"}` };
        }
      }
      const sent = (await sharedCount(server)) - before;
      const expected = leaves ? 2 : 3;
      if (sent !== expected) return { failed: `${sent} requests were sent, not ${expected}` };
    }
    return { saw: "ok" };
  } catch (error) {
    return { failed: String(error) };
  }
}

/** How many requests the server was sent by those who share a budget. */
async function sharedCount(server: string): Promise<number> {
  return Number(await (await fetch(`${server}/shared-count`)).text());
}

/** Asks the worker for a collection, and comes back when its call waits for a place. */
async function startWaiting(url: string) {
  const { body } = await fetch(url);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  const read = async () => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: "" };
    said += value ?? "";
    return !done;
  };
  while (!said.includes("waits for budget")) {
    if (!(await read())) throw new Error(`it did not wait: ${said}`);
  }
  return {
    async end() {
      while (await read());
      return said;
    },
  };
}

async function runInChromium(folder: string, urls: Urls, io: Pick<Io, "out">): Promise<Results> {
  const script = await bundle(folder, moduleThat("export default results;", urls));
  const page = await listen((request, response) => {
    const isScript = request.url === "/smoke.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : "<!doctype html>");
  });
  const browser = await launchChromium(io);
  try {
    const tab = await browser.newPage();
    await tab.goto(page.url);
    const results = await tab.evaluate(`import("/smoke.js").then((it) => it.default)`);
    return results as Results; // what smoke.mjs gives
  } finally {
    await browser.close();
    page.close();
  }
}

/** The first example that the contract gives of each answer's body. */
type Examples = ReadonlyMap<number, unknown>;

async function readExamples(): Promise<Examples> {
  const [{ operation } = { operation: undefined }] = operationsOf(await readContract());
  return new Map(
    Object.entries(operation?.responses ?? {}).map(([status, { content }]) => {
      const [example] = Object.values(content?.["application/json"]?.examples ?? {});
      return [Number(status), example?.value];
    }),
  );
}

/** Answers the smoke script as the first part of the path says, and keeps what it was sent. */
async function startServer(examples: Examples) {
  const requests: { readonly behaviour: string; readonly token: string | undefined }[] = [];
  const elsewhere: string[] = [];
  const other = await listen((request, response) => {
    elsewhere.push(`${request.method} ${request.url}`);
    response.end();
  });
  const server = await listen(async (request, response) => {
    // A browser asks first, and shows a page only what it was allowed.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader(
      "access-control-allow-headers",
      "accept, authorization, content-type, version",
    );
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    // A window that is spent, for those who share a budget.
    const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-interval-milliseconds": "1500" };
    if (request.url?.startsWith("/shared/")) {
      for (const [name, value] of Object.entries({ ...spent, "x-ratelimit-max": "1" })) {
        response.setHeader(name, value);
      }
    }
    const answer = (status: number) =>
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(examples.get(status)));

    const [, behaviour = "", ...path] = request.url?.split("/") ?? [];
    const { authorization, version, "content-type": type } = request.headers;
    if (behaviour === "shared-count") {
      return response.end(String(requests.filter((it) => it.behaviour === "shared").length));
    }
    requests.push({ behaviour, token: authorization?.replace("Bearer ", "") });
    const body = (await json(request).catch(() => ({}))) as { altId?: string; slug?: string };
    const isMeant =
      request.method === "POST" &&
      path.join("/") === "products/collections" &&
      version === "2021-07-28" &&
      type?.startsWith("application/json") &&
      body.altId === "6578278e879ad2646715ba9c" &&
      body.slug === "best-sellers";
    if (!isMeant) return answer(400);
    if (behaviour === "create" || behaviour === "shared") return answer(201);
    // fetch says what it is; undici's dispatch does not.
    if (behaviour === "undici") return answer("sec-fetch-mode" in request.headers ? 400 : 201);
    if (behaviour === "refuse") return answer(422);
    if (behaviour === "expire") return answer(authorization === "Bearer second-token" ? 201 : 401);
    if (behaviour === "redirect")
      return response.writeHead(302, { location: `${other.url}/` }).end();
    // What is left is to hang.
    return undefined;
  });
  return {
    url: server.url,
    elsewhere: elsewhere as readonly string[],
    /** The tokens of the requests for a behaviour, in order. */
    tokens: (behaviour: string) =>
      requests.filter((it) => it.behaviour === behaviour).map(({ token }) => token),
    close() {
      server.close();
      other.close();
    },
  };
}

/** What the server does for a check, as the first part of its path, where its tokens are looked at. */
const behaviours: Partial<Record<Check, string>> = {
  create: "create",
  422: "refuse",
  401: "expire",
  timeout: "hang",
  redirect: "redirect",
};

/** Whether a check is for some runtimes alone. */
const isSpecial = (check: Check) => ["undici", "failures", "shared"].includes(check);

const notRun = (check: Check): NonNullable<Results[Check]> =>
  isSpecial(check) ? { saw: "-" } : { failed: "did not run" };

/** What is wrong with what a runtime saw, and with what the server saw of it. */
function faults(
  results: Results,
  sees: Candidate["sees"],
  server: Awaited<ReturnType<typeof startServer>>,
): Partial<Record<Check, string>> {
  const found: Partial<Record<Check, string>> = {};
  for (const check of checks) {
    const expected = sees[check] ?? (isSpecial(check) ? "-" : "ok");
    const { saw, failed } = results[check] ?? notRun(check);
    if (saw !== expected) found[check] = failed ?? `saw ${saw}, not ${expected}`;
    const behaviour = behaviours[check];
    if (behaviour === undefined) continue;
    const sent = server.tokens(behaviour).join(", ");
    const meant = check === "401" ? "first-token, second-token" : "first-token";
    if (sent !== meant) found[check] ??= `the server was sent: ${sent || "nothing"}`;
  }
  if (server.elsewhere.length > 0) found.redirect = `was followed: ${server.elsewhere}`;
  return found;
}

export const run = command({ usage: "npm run test:runtimes" }, async (_args, io) => {
  const { out } = io;
  const tools = installTools("test-runtimes", io);
  const examples = await readExamples();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const row = (label: string, version: string, ...results: readonly string[]) =>
    out(
      [label.padEnd(10), version.padEnd(17), ...results.map((it) => it.padEnd(10))]
        .join("")
        .trimEnd(),
    );
  const folder = mkdtempSync(join(tmpdir(), "highlevel-runtimes-"));
  try {
    installPacked(folder);
    copyFileSync(`${projectRoot}scripts/test-runtimes/smoke.mjs`, join(folder, "smoke.mjs"));
    row("runtime", "version", ...checks);
    for (const { label, sees, prepare } of candidatesIn(tools, io)) {
      let runtime: Runtime;
      try {
        runtime = await prepare();
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        counts.skipped++;
        row(label, "", `skipped: ${error.message}`);
        continue;
      }
      const server = await startServer(examples);
      const urls = { server: server.url, nobody: `http://127.0.0.1:${await closedPort()}` };
      try {
        const results = await runtime.run(folder, urls);
        const found = faults(results, sees, server);
        row(
          label,
          runtime.version,
          ...checks.map((it) => (found[it] ? "failed" : ((results[it] ?? notRun(it)).saw ?? ""))),
        );
        const wrong = Object.entries(found);
        for (const [check, why] of wrong) out(`  - ${check}: ${why}`);
        counts[wrong.length === 0 ? "passed" : "failed"]++;
      } catch (error) {
        counts.failed++;
        row(label, runtime.version, `failed: ${error instanceof Error ? error.message : error}`);
      } finally {
        server.close();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return conclude(counts, io);
});

start(import.meta, run);
