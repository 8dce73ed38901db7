import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { text } from "node:stream/consumers";
import { listen } from "../contract-tests/support/listen.js";
import { startPrism } from "../contract-tests/support/prism.js";
import { runToEnd } from "./lib/child.js";
import { CliError, command, projectRoot, start } from "./lib/cli.js";
import { contractPath } from "./lib/contract.js";
import { conclude } from "./lib/skipped.js";

const folder = `${projectRoot}openapi/code-samples/`;

/** How the sample of a language is run. */
interface Runner {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What has to be installed, and the argument that makes it say its version. */
  readonly needs: readonly [string, string];
  /** Whether it is a command to paste: it names the server itself, and prints the whole answer. */
  readonly isPasted?: boolean;
}

/** By the ending of the sample's file name, in the order of the page. */
const runners: Readonly<Record<string, Runner>> = {
  ".sh": {
    label: "curl",
    command: "sh",
    args: ["-c"],
    needs: ["curl", "--version"],
    isPasted: true,
  },
  ".ts": {
    label: "TypeScript",
    command: process.execPath,
    args: ["--import", "tsx"],
    needs: [process.execPath, "--version"],
  },
  ".mjs": {
    label: "Node.js",
    command: process.execPath,
    args: [],
    needs: [process.execPath, "--version"],
  },
  ".py": { label: "Python", command: "python3", args: [], needs: ["python3", "--version"] },
  ".php": { label: "PHP", command: "php", args: [], needs: ["php", "--version"] },
  ".java": { label: "Java", command: "java", args: [], needs: ["java", "--version"] },
  ".go": { label: "Go", command: "go", args: ["run"], needs: ["go", "version"] },
  ".rb": { label: "Ruby", command: "ruby", args: [], needs: ["ruby", "--version"] },
  ".ps1": {
    label: "PowerShell",
    command: "pwsh",
    args: ["-NoProfile", "-File"],
    needs: ["pwsh", "--version"],
  },
};

const contractUrl = "https://services.leadconnectorhq.com";
const token = "token-of-the-samples";
const locationId = "6578278e879ad2646715ba9c";

/** What the samples are answered: the mock's 201, its 422, or a redirect. */
type Behaviour = "create" | "refuse" | "redirect";

/** One request of a sample, and what the mock said to it. */
interface Exchange {
  readonly body: string;
  readonly authorization: string | undefined;
  readonly status: number;
  readonly violations: string | null;
  readonly answer: string;
}

/** Stands before the mock, since a sample shows neither what it sends nor the headers it is sent. */
async function startRecorder(mockUrl: string) {
  let behaviour: Behaviour = "create";
  let exchanges: Exchange[] = [];
  const server = await listen(async (request, response) => {
    const body = await text(request);
    if (behaviour === "redirect") {
      const { authorization } = request.headers;
      exchanges.push({ body, authorization, status: 302, violations: null, answer: "" });
      response.writeHead(302, { location: `${server.url}/elsewhere` }).end();
      return;
    }
    const { host, connection, upgrade, "content-length": length, ...headers } = request.headers;
    const answered = await fetch(`${mockUrl}${request.url}`, {
      method: request.method ?? "",
      headers: {
        ...(headers as Record<string, string>),
        ...(behaviour === "refuse" && { prefer: "code=422" }),
      },
      body,
    });
    const answer = await answered.text();
    exchanges.push({
      body,
      authorization: headers.authorization,
      status: answered.status,
      violations: answered.headers.get("sl-violations"),
      answer,
    });
    response.writeHead(answered.status, { "content-type": "application/json" }).end(answer);
  });
  return {
    ...server,
    /** Answers so from now on, and forgets what was. */
    answer(next: Behaviour) {
      behaviour = next;
      exchanges = [];
    },
    exchanges: (): readonly Exchange[] => exchanges,
  };
}

/** Runs a sample to its end. */
function runSample({ command, args, isPasted }: Runner, file: string, baseUrl: string) {
  const sample = isPasted
    ? readFileSync(`${folder}${file}`, "utf8").replace(contractUrl, baseUrl)
    : `${folder}${file}`;
  const env = {
    HIGHLEVEL_BASE_URL: baseUrl,
    HIGHLEVEL_TOKEN: token,
    HIGHLEVEL_LOCATION_ID: locationId,
    no_proxy: "127.0.0.1",
    GOTOOLCHAIN: "local",
    POWERSHELL_TELEMETRY_OPTOUT: "1",
  };
  return runToEnd(command, [...args, sample], { cwd: projectRoot, env });
}

/** What is wrong with a sample; undefined where nothing is. */
async function fault(
  runner: Runner,
  file: string,
  recorder: Awaited<ReturnType<typeof startRecorder>>,
): Promise<string | undefined> {
  recorder.answer("create");
  const created = await runSample(runner, file, recorder.url);
  const [exchange, ...others] = recorder.exchanges();
  if (exchange === undefined) return `sent nothing: ${firstLine(created.stderr)}`;
  if (others.length > 0) return `sent ${others.length + 1} requests`;
  if (exchange.violations !== null) return `breaks the contract: ${exchange.violations}`;
  if (exchange.status !== 201) return `was answered ${exchange.status}: ${exchange.answer}`;
  if (exchange.authorization !== `Bearer ${token}`) return "sent another token";
  if (JSON.parse(exchange.body).altId !== locationId) return "named another location";
  if (!created.ok) return `failed after a 201: ${firstLine(created.stderr)}`;
  const wanted = runner.isPasted ? exchange.answer : JSON.parse(exchange.answer).data._id;
  if (created.stdout.trim() !== wanted) return "printed something else than what was created";

  recorder.answer("refuse");
  const refused = await runSample(runner, file, recorder.url);
  if (refused.ok) return "took a 422 for a success";
  const said = runner.isPasted ? refused.stdout + refused.stderr : refused.stderr;
  if (!/422.*Unprocessable Entity/s.test(said)) return "does not show status and body";

  recorder.answer("redirect");
  const redirected = await runSample(runner, file, recorder.url);
  if (recorder.exchanges().length > 1) return "followed a redirect";
  if (redirected.ok) return "took a redirect for a success";
  return undefined;
}

function firstLine(said: string): string {
  return said.trim().split("\n")[0] ?? "";
}

/** Why a command cannot be had; undefined where it can. */
function missing([command, version]: Runner["needs"]): string | undefined {
  const { error, status } = spawnSync(command, [version], { stdio: "ignore" });
  if (error !== undefined) return `${command} is not installed`;
  return status === 0 ? undefined : `${command} does not start`;
}

export const run = command({ usage: "npm run test:samples" }, async (_args, io) => {
  const { root, out } = io;
  if (!existsSync(`${root}dist/index.js`)) {
    throw new CliError("The TypeScript sample imports the built package: npm run build");
  }
  const inContract = readFileSync(root + contractPath, "utf8");
  const endings = Object.keys(runners);
  const files = readdirSync(folder).sort(
    (a, b) => endings.indexOf(extname(a)) - endings.indexOf(extname(b)),
  );
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const row = (sample: string, result: keyof typeof counts, reason = "") => {
    counts[result]++;
    out(`${sample.padEnd(12)}${result.padEnd(9)}${reason}`.trimEnd());
  };
  const mock = await startPrism();
  let recorder: Awaited<ReturnType<typeof startRecorder>> | undefined;
  try {
    recorder = await startRecorder(mock.url);
    for (const file of files) {
      const runner = runners[extname(file)];
      if (runner === undefined) row(file, "failed", "no known language");
      else if (!inContract.includes(`code-samples/${file}\n`)) {
        row(runner.label, "failed", "is not in the contract");
      } else {
        const reason = missing(runner.needs);
        if (reason !== undefined) row(runner.label, "skipped", reason);
        else {
          const wrong = await fault(runner, file, recorder);
          row(runner.label, wrong === undefined ? "passed" : "failed", wrong);
        }
      }
    }
  } finally {
    recorder?.close();
    await mock.close();
  }
  return conclude(counts, io);
});

start(import.meta, run);
