import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import { onDemand } from "./on-demand.js";

const name = "highlevel-product-collections";
const root = fileURLToPath(new URL("../", import.meta.url));

const typescripts = ["5.4.5", "5.9.3", "7.0.2"];
const resolutions = { nodenext: "nodenext", bundler: "esnext" };
/** Where the types of fetch come from: the browser's library, or Node's types alone. */
const platforms = {
  DOM: { lib: ["es2022", "dom"], types: [] },
  Node: { lib: ["es2022"], types: ["node"] },
};

/** What a stranger writes. */
const consumer = `
import {
  ApiError, type ClientOptions, ConnectionError, type ContractDrift, createClient, createLimiter,
  type HighLevelClient, HighLevelError, InvalidRequestError, type Issue, type NewProductCollection,
  type paths, type ProductCollection, type RateLimiter, type TokenProvider, UnexpectedResponseError,
} from "${name}";

const token: TokenProvider = async (rejected) => (rejected === undefined ? "one" : "another");
const limiter: RateLimiter = createLimiter({ limit: 10, intervalMs: 1_000 });
const drifts: ContractDrift[] = [];
const options: ClientOptions = {
  locationId: "6578278e879ad2646715ba9c",
  token,
  limiter,
  baseUrl: undefined,
  fetch: (url, init) => globalThis.fetch(url, init),
  onDrift: (drift) => drifts.push(drift),
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
    if (error instanceof ConnectionError) return error.delivered;
    if (error instanceof UnexpectedResponseError) return error.body;
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

/**
 * Packs what is built and installs it into an empty folder, as a stranger would.
 *
 * @param others - What the stranger has beside it, with exact versions.
 */
export function installPacked(folder: string, ...others: readonly string[]): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const packed = npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", folder);
  const [{ filename }]: [{ filename: string }] = JSON.parse(packed);
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  npm(folder, "install", "--prefix", folder, ...quietly, join(folder, filename), ...others);
}

function npm(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
    // npm is a command file on Windows, which only a shell starts.
    shell: process.platform === "win32",
  });
  if (status === 0) return stdout;
  const said = stderr?.split("\n").find((line) => /npm error (?!code)/.test(line));
  throw new CouldNotDoIt(`npm ${args[0]} failed: ${said ?? "it did not start, or not end"}`);
}

/** Runs a file with this Node.js to its end. */
function runNode(cwd: string, ...args: readonly string[]) {
  return new Promise<{ ok: boolean; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd, timeout: 120_000, env: { ...process.env, no_proxy: "127.0.0.1" } };
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? "") }),
    );
  });
}

/** What a compiler says against `consumer`, and what it should say against `broken` and does not. */
async function typeErrors(folder: string, tsc: string, compilerOptions: object): Promise<string[]> {
  const strictly = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const config = {
    compilerOptions: { ...strictly, noEmit: true, target: "es2022", ...compilerOptions },
    files: ["consumer.ts", "broken.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout, stderr } = await runNode(folder, tsc, "--pretty", "false");
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
  const giveUp = setTimeout(() => mock.kill(), 30_000);
  try {
    for await (const line of createInterface(mock.stdout)) {
      const url = line.match(/listening on (http:\S+:[1-9]\d*)/)?.[1];
      if (url !== undefined) return { url, close: () => mock.kill() };
    }
    throw new Error("Prism did not start within 30 s");
  } finally {
    clearTimeout(giveUp);
  }
}

cli(import.meta, "npm run test:consumers", {}, async () => {
  let failed = false;
  const check = async (what: string, findWrong: () => Promise<readonly string[]>) => {
    const wrong = await findWrong().catch((error: unknown) => {
      if (error instanceof CouldNotDoIt) throw error;
      return [String(error)];
    });
    failed ||= wrong.length > 0;
    console.log(`${what.padEnd(54)}${wrong.length === 0 ? "ok" : "failed"}`);
    for (const it of wrong) console.log(`  - ${it}`);
  };

  const folder = mkdtempSync(join(tmpdir(), "highlevel-consumer-"));
  let mock: Awaited<ReturnType<typeof startPrism>> | undefined;
  try {
    installPacked(folder, "@types/node@20.19.43");
    const compilers = typescripts.map((version) => ({
      version,
      tsc: join(onDemand("typescript", version), "bin/tsc"),
    }));
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
    write("consumer.ts", consumer);
    write("broken.ts", broken);
    write("run.mjs", `import { createClient } from "${name}";\n${use}`);
    write("run.cjs", `const { createClient } = require("${name}");\n${use}`);

    for (const { version, tsc } of compilers) {
      for (const [moduleResolution, module] of Object.entries(resolutions)) {
        for (const [platform, types] of Object.entries(platforms)) {
          await check(`TypeScript ${version}, ${moduleResolution}, ${platform}`, () =>
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
        const { ok, stdout, stderr } = await runNode(folder, file, mock.url);
        if (!ok || stderr !== "") return [stderr.trim()];
        return /^[0-9a-f]{24}\n$/.test(stdout) ? [] : [`printed no id: ${stdout}`];
      });
    }
  } finally {
    mock?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return failed ? exitCode.foundSomethingWrong : exitCode.done;
});
