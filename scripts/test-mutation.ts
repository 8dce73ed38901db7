import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDereferenced } from "../contract-tests/support/document.js";
import { findings } from "../contract-tests/support/findings.js";
import { CliError, command, exitCode, type Io, projectRoot, start } from "./lib/cli.js";
import { contractPath } from "./lib/contract.js";
import { copyProject } from "./lib/copy.js";
import { readDocument } from "./lib/redocly.js";
import { installTools } from "./lib/tools.js";
import { type Mutant, mutantsOf } from "./test-mutation/mutants.js";
import { shareOut } from "./test-mutation/share-out.js";

// Whether any test is decoration. Each single point of the contract is changed in a copy, and each
// change has to be noticed by lint, the compiler or a contract test; Stryker does the same to src/.

/** What has to notice a mutant, the quickest first. */
const guards = [
  { name: "lint and generation", args: ["--import", "tsx", "scripts/generate.ts"] },
  { name: "compiler", args: ["node_modules/typescript/bin/tsc"] },
  {
    name: "contract tests",
    args: ["node_modules/vitest/vitest.mjs", "run", "--project", "contract", "--bail", "1"],
  },
] as const;

/** Runs Node.js in a folder, silent or with what it prints on stderr, and gives its exit code. */
function node(
  folder: string,
  args: readonly string[],
  output: "ignore" | "inherit" = "ignore",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const shown = output === "ignore" ? output : process.stderr;
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", shown, shown] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The guard that notices the mutant; undefined where none does. */
async function noticedBy(
  folder: string,
  { document }: Pick<Mutant, "document">,
): Promise<string | undefined> {
  const file = join(folder, contractPath);
  writeFileSync(file, JSON.stringify(document, null, 2));
  // The contract tests' comparison, asked here in milliseconds; starting a process takes seconds.
  if (findings(await readDereferenced(file)).length > 0) return "comparison with the source page";
  for (const { name, args } of guards) {
    if ((await node(folder, args)) !== 0) return name;
  }
  return undefined;
}

/** A built copy in which nothing is noticed as long as nothing is changed, or everything would be. */
async function cleanCopy(contract: Mutant["document"]): Promise<string> {
  const folder = copyProject();
  await node(folder, ["--import", "tsx", "scripts/build.ts"]);
  const guard = await noticedBy(folder, { document: contract });
  if (guard === undefined) return folder;
  rmSync(folder, { recursive: true, force: true });
  throw new CliError(`Fix this first: ${guard} fails as it is.`);
}

async function mutateContract(workers: number, limit: number, out: Io["out"]): Promise<string[]> {
  const document = await readDocument(projectRoot + contractPath);
  const contract = JSON.parse(JSON.stringify(document));
  const mutants = mutantsOf(contract).slice(0, limit);
  const survivors: string[] = [];
  const counts = new Map<string, number>();
  let done = 0;
  await shareOut(mutants, workers, async (left) => {
    const folder = await cleanCopy(contract);
    try {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const guard = await noticedBy(folder, mutant);
        if (guard === undefined) survivors.push(`${mutant.pointer} ${mutant.change}`);
        else counts.set(guard, (counts.get(guard) ?? 0) + 1);
        process.stderr.write(`\r${++done} of ${mutants.length} mutants of the contract`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  process.stderr.write("\n");
  const noticed = [...counts].map(([guard, count]) => `${count} by ${guard}`).join(", ");
  out(`The contract: ${mutants.length} mutants, ${noticed}, ${survivors.length} unnoticed.`);
  return survivors;
}

/** Lets Stryker change `src/` in a copy, prints what survived, and gives the score in percent. */
async function mutateSource(workers: number, io: Io): Promise<number> {
  const tools = installTools("test-mutation", io);
  const folder = copyProject();
  try {
    writeFileSync(join(folder, "vitest.stryker.config.ts"), strykersVitest);
    writeFileSync(join(folder, "stryker.config.json"), JSON.stringify(strykerOptions(workers)));
    const stryker = `${tools}node_modules/@stryker-mutator/core/bin/stryker.js`;
    await node(folder, [stryker, "run"], "inherit");
    const report = join(folder, "report.json");
    if (!existsSync(report)) throw new CliError("Stryker gave no report.");
    return scoreOf(JSON.parse(readFileSync(report, "utf8")), io.out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Only the tests in src/: what the client does is tested where it stands. A mutant that waits for
// ever fails its test after 8 s, because a new process of Stryker's would take longer.
const strykersVitest = `
import { defineConfig } from "vitest/config";
export default defineConfig({ test: { include: ["src/**/*.test.ts"], testTimeout: 8_000 } });
`;

const strykerOptions = (concurrency: number) => ({
  testRunner: "vitest",
  vitest: { configFile: "vitest.stryker.config.ts" },
  mutate: ["src/**/*.ts", "!src/**/*.test.ts"],
  coverageAnalysis: "perTest",
  concurrency,
  reporters: ["json", "progress-append-only"],
  jsonReporter: { fileName: "report.json" },
});

/** What is read of Stryker's report. */
interface StrykerReport {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly mutants: readonly {
          readonly status: string;
          readonly mutatorName: string;
          readonly replacement?: string;
          readonly location: { readonly start: { readonly line: number } };
        }[];
      }
    >
  >;
}

function scoreOf({ files }: StrykerReport, out: Io["out"]): number {
  let noticed = 0;
  let missed = 0;
  for (const [file, { mutants }] of Object.entries(files)) {
    for (const { status, mutatorName, replacement, location } of mutants) {
      if (status === "Killed" || status === "Timeout") noticed++;
      if (status === "Survived" || status === "NoCoverage") {
        missed++;
        out(`  survived: ${file}:${location.start.line} ${mutatorName} ${replacement ?? ""}`);
      }
    }
  }
  out(`src/: ${noticed + missed} mutants, ${noticed} noticed, ${missed} unnoticed.`);
  return (100 * noticed) / (noticed + missed);
}

export const run = command(
  {
    usage: "npm run test:mutation [-- --only contract|src] [--workers 2] [--limit MUTANTS]",
    options: {
      only: { type: "string" },
      workers: { type: "string", default: "2" },
      limit: { type: "string" },
    },
  },
  async ({ values: { only, workers, limit } }, io) => {
    const { out } = io;
    if (only !== undefined && only !== "contract" && only !== "src") {
      throw new CliError(`--only takes contract or src, not ${only}.`);
    }
    const count = positive("--workers", workers);
    const most = limit === undefined ? Number.POSITIVE_INFINITY : positive("--limit", limit);
    let isGood = true;
    if (only !== "src") {
      const survivors = await mutateContract(count, most, out);
      for (const it of survivors) out(`  survived: ${it}`);
      isGood &&= survivors.length === 0;
    }
    if (only !== "contract") {
      const score = await mutateSource(count, io);
      out(`src/: Stryker's score is ${score.toFixed(1)} %.`);
      isGood &&= score >= 92;
    }
    return isGood ? exitCode.done : exitCode.failed;
  },
);

function positive(name: string, given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) {
    throw new CliError(`${name} must be a whole number from 1 up, not ${given}.`);
  }
  return number;
}

start(import.meta, run);
