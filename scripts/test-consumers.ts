import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { closedPort, listen } from "../contract-tests/support/listen.js";
import { exampleBodies } from "../generated/examples.js";
import { runToEnd } from "./lib/child.js";
import { CliError, command, exitCode, projectRoot, start } from "./lib/cli.js";
import { installPacked } from "./lib/pack.js";
import { installTools } from "./lib/tools.js";

const name = "highlevel-product-collections";

const resolutions = { nodenext: "nodenext", bundler: "esnext" };
/** Where the types of fetch come from: the browser's library, or Node's types alone. */
const platforms = {
  DOM: { lib: ["es2022", "dom"], types: [] },
  Node: { lib: ["es2022"], types: ["node"] },
};

/** What a stranger writes. */
const consumer = `
import {
  AbortedError, ApiError, type ClientEvent, type ClientOptions, ConnectionError, createClient,
  createLimiter, type HighLevelClient, HighLevelError, InvalidRequestError, type Issue,
  type NewProductCollection, type paths, type ProductCollection, type RateLimiter,
  type TokenProvider, UnexpectedResponseError,
} from "${name}";
import { type FakeHighLevel, fakeHighLevel } from "${name}/testing";
import { undiciFetch } from "${name}/undici";

const fake: FakeHighLevel = fakeHighLevel({ limit: 10 });
fake.answerNext(429, { retryAfterMs: 20 });
export const clientOptions = [fake.fetch, undiciFetch].map((fetch) => ({ fetch }) satisfies Partial<ClientOptions>);

const token: TokenProvider = async (rejected) => (rejected === undefined ? "one" : "another");
const limiter: RateLimiter = createLimiter({ limit: 10, intervalMs: 1_000 });
const events: ClientEvent[] = [];
const options: ClientOptions = {
  locationId: "6578278e879ad2646715ba9c",
  token,
  limiter,
  baseUrl: undefined,
  fetch: (url, init) => globalThis.fetch(url, init),
  onEvent: (event) => events.push(event),
};
const client: HighLevelClient = createClient(options);
const collection: NewProductCollection = { name: "Best Sellers", slug: "best-sellers", seo: {} };
export type Path = keyof paths;
export const remaining: number | undefined = client.rateLimit?.remaining;

export async function create(signal: AbortSignal): Promise<string> {
  try {
    const bounds = { signal, timeoutMs: 1_000 };
    const created: ProductCollection = await client.createProductCollection(collection, bounds);
    return created._id;
  } catch (error) {
    if (error instanceof InvalidRequestError) {
      const issues: readonly Issue[] = error.issues;
      return issues.map(({ path, message }) => path + message).join();
    }
    if (error instanceof ApiError) {
      switch (error.status) {
        case 400:
        case 401:
        case 403: {
          const message: string | undefined = error.body.message;
          return message ?? error.headers.get("date") ?? "";
        }
        case 422: {
          const messages: readonly string[] | undefined = error.body.message;
          return messages?.join() ?? "";
        }
        case 429:
          return String(error.rateLimit?.dailyRemaining);
        default: {
          const none: never = error;
          return none;
        }
      }
    }
    if (error instanceof ConnectionError || error instanceof AbortedError) {
      return String(error.mayHaveCreated satisfies boolean);
    }
    if (error instanceof UnexpectedResponseError) return String(error.body);
    throw error instanceof HighLevelError ? error.cause : error;
  }
}
`;

/** Compiles only where the types are not seen. */
const broken = `
import { ApiError, createClient } from "${name}";

const client = createClient({ locationId: "6578278e879ad2646715ba9c", token: "one" });
createClient({ locationId: 1, token: "one" }); // wrong
await client.createProductCollection({ name: "Best Sellers" }); // wrong
await client.createProductCollection({ name: "Best Sellers", slug: "a", slugs: "b" }); // wrong
await client.createProductCollection({ name: "Best Sellers", slug: "a" }).catch((error) => {
  if (error instanceof ApiError && error.status === 422) {
    const message: string | undefined = error.body.message; // wrong
    return message;
  }
  return undefined;
});
`;

/** Creates a collection and prints its id. */
const use = `
createClient({ baseUrl: process.argv[2], locationId: "6578278e879ad2646715ba9c", token: "one" })
  .createProductCollection({ name: "Best Sellers", slug: "best-sellers" })
  .then(({ _id }) => console.log(_id));
`;

/** How a test runner is started in the folder of a consumer, and prints its results as JSON. */
function environmentsOf(versions: Record<string, string>) {
  const jest = (testEnvironment: string, testEnvironmentOptions = {}) => [
    // The package is an ES module, and stays one.
    "--experimental-vm-modules",
    "node_modules/jest/bin/jest.js",
    "--json",
    "--config",
    JSON.stringify({
      testMatch: ["**/jest.test.mjs"],
      transform: {},
      testEnvironment,
      testEnvironmentOptions,
    }),
  ];
  const vitest = "node_modules/vitest/vitest.mjs run vitest.test.mjs --reporter=json --environment";
  const withFetch = (fetch: "option" | "global") => jest("./jsdom-with-fetch.mjs", { fetch });
  return {
    [`Jest ${versions.jest}, node, Jest's fake timers`]: jest("node"),
    [`Jest ${versions.jest}, jsdom, fetch as an option`]: withFetch("option"),
    [`Jest ${versions.jest}, jsdom, global fetch, fake timers`]: withFetch("global"),
    [`Vitest ${versions.vitest}, happy-dom, its fake timers`]: [...vitest.split(" "), "happy-dom"],
    [`CommonJS, all entries, Sinon ${versions.sinon}'s fake timers`]: ["commonjs.cjs"],
  };
}

/** What fails in an environment. */
async function failuresIn(folder: string, args: readonly string[]): Promise<string[]> {
  const server = await startServer();
  try {
    const nobody = `http://127.0.0.1:${await closedPort()}`;
    const urls = JSON.stringify({ server: server.url, nobody });
    const env = { CONSUMER_URLS: urls };
    const { ok, stdout, stderr } = await runNode(folder, args, env);
    const at = stdout.indexOf("{");
    if (at === -1) return [stderr.trim()];
    const { testResults }: Report = JSON.parse(stdout.slice(at));
    const results = testResults.flatMap((it) => it.assertionResults);
    if (results.length < leastChecks) return [`only ${results.length} checks ran: ${stderr}`];
    const failures = results.flatMap(({ title, failureMessages }) =>
      failureMessages.map((message) => `${title}: ${message}`),
    );
    return ok || failures.length > 0 ? failures : [stderr.trim()];
  } finally {
    server.close();
  }
}

/** What a test runner prints. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Checks that every environment has. */
const leastChecks = 5;

/** Answers the checks as the first part of the path says. */
async function startServer() {
  let wasSilent = () => {};
  const silence = new Promise<void>((resolve) => {
    wasSilent = resolve;
  });
  return listen(async ({ method, url = "" }, response) => {
    // happy-dom asks first, as a browser does.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader(
      "access-control-allow-headers",
      "accept, authorization, content-type, user-agent, version",
    );
    if (method === "OPTIONS") return response.writeHead(204).end();
    const answer = (status: number, body: string) =>
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    switch (url.split("/")[1]) {
      case "products":
        return answer(201, JSON.stringify(exampleBodies[201]));
      case "refuse":
        return answer(422, JSON.stringify(exampleBodies[422]));
      case "break":
        return answer(201, "<!doctype html>");
      case "when-silent":
        await silence;
        return answer(200, "{}");
      default:
        return wasSilent();
    }
  });
}

/** Runs a file with this Node.js to its end. */
function runNode(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return runToEnd(process.execPath, args, { cwd, env: { ...env, no_proxy: "127.0.0.1" } });
}

/** What a compiler says against `consumer`, and what it should say against `broken` and does not. */
async function typeErrors(folder: string, tsc: string, compilerOptions: object): Promise<string[]> {
  const strictly = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const config = {
    compilerOptions: { ...strictly, noEmit: true, target: "es2022", ...compilerOptions },
    files: ["consumer.ts", "broken.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout, stderr } = await runNode(folder, [tsc, "--pretty", "false"]);
  const said = (stdout || stderr).split("\n").filter((line) => /^\S/.test(line));
  const isMeant = (line: string, at: number) => line.includes(`broken.ts(${at},`);
  const meant = broken
    .split("\n")
    .flatMap((line, index) => (/ wrong$/.test(line) ? index + 1 : []));
  return [
    ...said.filter((line) => !meant.some((at) => isMeant(line, at))),
    ...meant
      .filter((at) => !said.some((line) => isMeant(line, at)))
      .map((at) => `compiles, and must not: ${broken.split("\n")[at - 1]?.trim()}`),
  ];
}

/** Serves an OpenAPI document with Prism's command line, as the README tells a stranger to. */
async function startPrism(file: string) {
  const prism = createRequire(import.meta.url).resolve("@stoplight/prism-cli");
  const mock = spawn(process.execPath, [prism, "mock", "--port", "0", file], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface(mock.stdout)) {
    const url = line.match(/listening on (http:\S+:[1-9]\d*)/)?.[1];
    if (url !== undefined) return { url, close: () => mock.kill() };
  }
  throw new Error("Prism ended before it listened");
}

export const run = command({ usage: "npm run test:consumers" }, async (_args, io) => {
  const tools = installTools("test-consumers", io);
  let failed = false;
  const check = async (what: string, findWrong: () => Promise<readonly string[]>) => {
    const wrong = await findWrong().catch((error: unknown) => {
      if (error instanceof CliError) throw error;
      return [String(error)];
    });
    failed ||= wrong.length > 0;
    io.out(`${what.padEnd(58)}${wrong.length === 0 ? "ok" : "failed"}`);
    for (const it of wrong) io.out(`  - ${it}`);
  };

  const folder = mkdtempSync(join(tmpdir(), "highlevel-consumer-"));
  let mock: Awaited<ReturnType<typeof startPrism>> | undefined;
  try {
    installPacked(folder, `${io.root}node_modules/@types/node`);
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(`${tools}package.json`, "utf8"),
    );
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
    write("consumer.ts", consumer);
    write("broken.ts", broken);
    write("run.mjs", `import { createClient } from "${name}";\n${use}`);
    write("run.cjs", `const { createClient } = require("${name}");\n${use}`);

    const compilers = Object.entries(dependencies).filter(([it]) => it.startsWith("typescript-"));
    for (const [compiler, version] of compilers) {
      const tsc = `${tools}node_modules/${compiler}/bin/tsc`;
      for (const [moduleResolution, module] of Object.entries(resolutions)) {
        for (const [platform, types] of Object.entries(platforms)) {
          await check(`${version.replace("npm:", "")}, ${moduleResolution}, ${platform}`, () =>
            typeErrors(folder, tsc, { module, moduleResolution, ...types }),
          );
        }
      }
    }

    const { resolve } = createRequire(join(folder, "package.json"));
    await check(`${name}/openapi.json`, async () => {
      const { openapi } = JSON.parse(readFileSync(resolve(`${name}/openapi.json`), "utf8"));
      return /^3\.1/.test(openapi) ? [] : [`its version is ${openapi}`];
    });
    await check(`${name}/openapi.yaml in Prism`, async () => {
      mock = await startPrism(resolve(`${name}/openapi.yaml`));
      return [];
    });
    for (const [how, file] of [
      ["import", "run.mjs"],
      ["require", "run.cjs"],
    ] as const) {
      await check(`${how}, Node.js ${process.version}`, async () => {
        if (mock === undefined) return ["there is no mock to create a collection in"];
        const { ok, stdout, stderr } = await runNode(folder, [file, mock.url]);
        if (!ok || stderr !== "") return [stderr.trim()];
        return /^[0-9a-f]{24}\n$/.test(stdout) ? [] : [`printed no id: ${stdout}`];
      });
    }

    cpSync(`${projectRoot}scripts/test-consumers/environments`, folder, { recursive: true });
    for (const tool of [...Object.keys(dependencies), "@jest"]) {
      if (tool.startsWith("typescript-")) continue;
      const [from, to] = [join(tools, "node_modules", tool), join(folder, "node_modules", tool)];
      symlinkSync(from, to, "junction");
    }
    for (const [environment, args] of Object.entries(environmentsOf(dependencies))) {
      await check(environment, () => failuresIn(folder, args));
    }
  } finally {
    mock?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return failed ? exitCode.failed : exitCode.done;
});

start(import.meta, run);
