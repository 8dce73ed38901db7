import { type ChildProcess, fork } from "node:child_process";
import { command, exitCode, type Io, projectRoot, start } from "./lib/cli.js";
import { nextMessage, startServer } from "./lib/rate-limited-server.js";
import { startRedis } from "./lib/redis.js";
import { installTools } from "./lib/tools.js";

const worker = `${projectRoot}scripts/test-redis/worker.mjs`;

/** What HighLevel allows an app in a location. */
const allowed = { limit: 100, intervalMs: 10_000 };
/**
 * What the fleet takes of it: small slices. Eleven windows of 1 s can touch one of 10 s, and 99 fit
 * into it; of one slice of 100 in 10 s, two can fall into one window of the server's.
 */
const perSecond = 9;
const createsOfEach = 100;
const abortedOfEach = 5;

/** How the creates of one process ended, as worker.mjs tells it. */
interface Ending {
  /** What the calls that failed rejected with. */
  readonly failures: readonly string[];
  /** How many of the aborted calls rejected for the signal's reason. */
  readonly left: number;
  /** How many calls had ended that stood behind them, when the last of them had. */
  readonly overtakenBy: number;
  readonly seconds: number;
}

async function shareOneBudget(redisPort: number, out: Io["out"]): Promise<boolean> {
  const server = await startServer(allowed);
  const processes: ChildProcess[] = [];
  try {
    const named = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${name}-${i}`);
    const wanted = ["a", "b"].map((name) => named(name, createsOfEach));
    const unwanted = ["a", "b"].map((name) => named(`${name}-aborted`, abortedOfEach));
    const shared = {
      url: server.url,
      redisPort,
      locationId: "6578278e879ad2646715ba9c",
    };
    for (const [i, slugs] of wanted.entries()) {
      const task = JSON.stringify({ ...shared, slugs, aborted: unwanted[i] });
      processes.push(fork(worker, [task], { execArgv: ["--import", "tsx"] }));
    }
    const told = () =>
      Promise.all(processes.map((child) => nextMessage(child, "a process of the fleet")));
    await told();
    const ended = told();
    for (const child of processes) child.send("go");
    const endings = (await ended) as Ending[]; // what worker.mjs sends
    const { created, refused } = await server.record();
    return report(out, wanted.flat(), unwanted.flat(), endings, created, refused);
  } finally {
    for (const child of processes) child.kill();
    server.close();
  }
}

/** Prints what came of it; returns whether all is as it should be. */
function report(
  out: Io["out"],
  wanted: readonly string[],
  unwanted: readonly string[],
  endings: readonly Ending[],
  created: Readonly<Record<string, number>>,
  refused: number,
): boolean {
  const count = (slugs: readonly string[]) => slugs.filter((slug) => created[slug]).length;
  const twice = Object.values(created).filter((times) => times > 1).length;
  const failures = endings.flatMap((ending) => ending.failures);
  const left = endings.reduce((sum, ending) => sum + ending.left, 0);
  const overtakenBy = endings.reduce((sum, ending) => sum + ending.overtakenBy, 0);
  const mostRefused = wanted.length / 100;
  const checks = [
    ["created", count(wanted), `of ${wanted.length}`, count(wanted) === wanted.length],
    ["failed calls", failures.length, failures[0] ?? "", failures.length === 0],
    ["created twice", twice, "", twice === 0],
    ["429s drawn", refused, `at most ${mostRefused}`, refused <= mostRefused],
    [
      "aborted calls that ended at once",
      left,
      `of ${unwanted.length}, before any of those behind them`,
      left === unwanted.length && overtakenBy === 0,
    ],
    ["aborted calls that created", count(unwanted), "", count(unwanted) === 0],
  ] as const;
  const seconds = endings.map((ending) => ending.seconds.toFixed(1)).join(" and ");
  out(
    `Two processes, ${createsOfEach} creates each at once, ${perSecond} a second out of one budget in Redis: ${seconds} s`,
  );
  for (const [what, figure, note, ok] of checks) {
    const row = `  ${what.padEnd(34)}${String(figure).padEnd(5)}${ok ? "ok   " : "wrong"}  ${note}`;
    out(row.trimEnd());
  }
  return checks.every(([, , , ok]) => ok);
}

export const run = command({ usage: "npm run test:redis" }, async (_args, io) => {
  installTools("test-redis", io);
  const redis = await startRedis();
  try {
    return (await shareOneBudget(redis.port, io.out)) ? exitCode.done : exitCode.failed;
  } finally {
    await redis.stop();
  }
});

start(import.meta, run);
