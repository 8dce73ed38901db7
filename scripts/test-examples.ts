import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ending, runToEnd } from "./lib/child.js";
import { CliError, command, exitCode, type Io, projectRoot, start } from "./lib/cli.js";
import { startRedis } from "./lib/redis.js";
import { installTools } from "./lib/tools.js";
import { importWithKills, randomKills } from "./test-examples/kills.js";
import { importManyRows } from "./test-examples/speed.js";

const require = createRequire(import.meta.url);

/** What examples/ has of the packages in tools/, beside this one and its own. */
const linked = {
  "highlevel-product-collections": projectRoot,
  "rate-limiter-flexible": `${projectRoot}node_modules/rate-limiter-flexible`,
  "@types/node": `${projectRoot}node_modules/@types/node`,
};

/** The examples in a folder where all packages are that they need, as a user has them. */
function stage(tools: string): string {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-examples-"));
  const modules = join(folder, "node_modules");
  const { dependencies }: { dependencies: object } = require(`${tools}package.json`);
  const installed = Object.keys(dependencies).map((name) => [name, `${tools}node_modules/${name}`]);
  for (const [name = "", target = ""] of [...installed, ...Object.entries(linked)]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(target, join(modules, name), "junction");
  }
  const examples = ["logging-pino.ts", "opentelemetry.ts", "queue.ts", "shared-budget.ts"];
  for (const name of examples) cpSync(`${projectRoot}examples/${name}`, join(folder, name));
  cpSync(`${import.meta.dirname}/test-examples/with-packages`, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ extends: `${projectRoot}tsconfig.json`, include: ["*.ts"], exclude: [] }),
  );
  return folder;
}

/** Runs a program of Node.js to its end, where tsx is. */
function node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ending> {
  return runToEnd(process.execPath, args, { cwd: projectRoot, env });
}

/** A line of the report: what, the figure, what it should be, and whether it is. */
type Row = readonly [what: string, figure: string | number, should: string | number, ok: boolean];

function equal(what: string, figure: number, should: number): Row {
  return [what, figure, should, figure === should];
}

/** What the two kinds of kill tests have in common. */
interface AfterKills {
  readonly kills: number;
  readonly createdTwice: number;
  readonly invented: number;
  readonly lost: number;
}

function afterKills({ kills, createdTwice, invented, lost }: AfterKills, wanted: number): Row[] {
  return [
    equal("processes killed", kills, wanted),
    equal("created twice", createdTwice, 0),
    equal("called created, and not created", invented, 0),
    equal("whose end is not known", lost, 0),
  ];
}

async function checkQueue(folder: string): Promise<Row[]> {
  const redis = await startRedis();
  try {
    const args = ["--import", "tsx", join(folder, "queue-jobs.ts")];
    const { ok, stdout, stderr } = await node(args, { REDIS_PORT: String(redis.port) });
    if (!ok) throw new CliError(`queue-jobs.ts failed: ${stderr}`);
    const outcome = JSON.parse(stdout);
    return [
      ...afterKills(outcome, outcome.killsWanted),
      ["jobs that may have created, not run again", outcome.mayExist, "", outcome.mayExist > 0],
    ];
  } finally {
    await redis.stop();
  }
}

async function checkImport(kills: number, seed: number): Promise<Row[]> {
  const survival = await importWithKills(kills * 200, randomKills(kills, seed));
  const { created, accountedFor, mayExist } = survival;
  return [
    ...afterKills(survival, kills),
    equal("created, and in the journal", accountedFor, created),
    ["rows that may exist, not sent again", mayExist, "", mayExist > 0],
  ];
}

async function checkSpeed(rows: number): Promise<Row[]> {
  const few = await importManyRows(rows / 10);
  const many = await importManyRows(rows);
  const [fewMb, mb] = [few, many].map(({ peakBytes }) => Math.round(peakBytes / 1e6));
  return [
    ["rows a second", Math.round(many.rowsPerSecond), "", true],
    [`MB of memory at most for ${rows / 10} rows`, fewMb ?? 0, "", true],
    [`MB of memory at most for ${rows} rows`, mb ?? 0, `at most ${mostMb}`, (mb ?? 0) <= mostMb],
  ];
}

/** What an import may take, however long its file is. */
const mostMb = 400;

function reportEnding(out: Io["out"], what: string, { ok, stdout, stderr }: Ending): boolean {
  out(`${what}: ${ok ? "ok" : `wrong\n${stdout}${stderr}`}`);
  return ok;
}

function report(out: Io["out"], heading: string, rows: readonly Row[]): boolean {
  out(heading);
  for (const [what, figure, should, ok] of rows) {
    const note = should === "" ? "" : `(${should})`;
    out(
      `  ${what.padEnd(44)}${String(figure).padEnd(9)}${ok ? "ok   " : "wrong"} ${note}`.trimEnd(),
    );
  }
  return rows.every(([, , , ok]) => ok);
}

export const run = command(
  {
    usage: "npm run test:examples [-- --kills 50] [--seed 1] [--rows 100000]",
    options: {
      kills: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      rows: { type: "string", default: "100000" },
    },
  },
  async ({ values }, io) => {
    const numbers = [values.kills, values.seed, values.rows].map(Number);
    const [kills = 0, seed = 0, rows = 0] = numbers;
    if (!numbers.every((it) => Number.isInteger(it) && it > 0) || rows % 10 !== 0) {
      throw new CliError(
        "--kills, --seed and --rows take whole numbers, --rows a multiple of ten.",
      );
    }
    const folder = stage(installTools("test-examples", io));
    try {
      const compiled = await node([require.resolve("typescript/bin/tsc"), "-p", folder]);
      const told = await node(["--import", "tsx", join(folder, "events.ts")]);
      const oks = [
        reportEnding(io.out, "The examples that need packages of their own compile", compiled),
        reportEnding(
          io.out,
          "pino and OpenTelemetry tell a call in order, without the token",
          told,
        ),
        report(io.out, "Jobs in the queue, workers killed", await checkQueue(folder)),
        report(io.out, `Rows of an import, killed by seed ${seed}`, await checkImport(kills, seed)),
        report(io.out, "An import of many rows, no rate limit", await checkSpeed(rows)),
      ];
      return oks.every(Boolean) ? exitCode.done : exitCode.failed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

start(import.meta, run);
