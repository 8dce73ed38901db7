import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { listen } from "../../contract-tests/support/listen.js";
import { CliError, projectRoot } from "../lib/cli.js";

/** When to kill an importer: at its n-th request or at its n-th write to the journal. */
export interface Kill {
  readonly n: number;
  readonly moment: "request" | "answer" | "before" | "middle" | "after";
}

/** What came of an import that was killed now and then. */
export interface Survival {
  /** How many processes were killed; one more ended by itself. */
  readonly kills: number;
  /** How many rows the server created more than once. */
  readonly createdTwice: number;
  /** How many rows it created, and how many of those the journal calls created or may exist. */
  readonly created: number;
  readonly accountedFor: number;
  /** Rows that the journal says may exist. */
  readonly mayExist: number;
  /** Rows that the journal calls created, and the server has never seen. */
  readonly invented: number;
  /** Rows of which the journal ends with neither. */
  readonly lost: number;
}

const locationId = "6578278e879ad2646715ba9c";
const moments = ["request", "answer", "before", "middle", "after"] as const;

/** Kills at random moments, the same for the same seed. */
export function randomKills(count: number, seed: number): Kill[] {
  let state = seed;
  const random = () => {
    // A linear congruential generator: Numerical Recipes, chapter 7.1.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => ({
    moment: moments[Math.floor(random() * moments.length)] ?? "request",
    n: 1 + Math.floor(random() * 40),
  }));
}

/**
 * Imports a file with examples/import-csv.ts, kills it at each of these moments, and starts it again;
 * at last lets it come to its end.
 */
export async function importWithKills(rows: number, kills: readonly Kill[]): Promise<Survival> {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-import-"));
  const file = join(folder, "collections.csv");
  const slugs = Array.from({ length: rows }, (_, i) => `row-${i + 1}`);
  writeFileSync(file, `name,slug\n${slugs.map((slug) => `Row,${slug}\n`).join("")}`);

  /** How often each slug was created. */
  const created = new Map<string, number>();
  let importer: ChildProcess | undefined;
  let killAt: Kill | undefined;
  let requests = 0;
  let refusals = 0;
  const server = await listen(async (request, response) => {
    const { slug } = Object(await json(request).catch(() => ({}))); // broken off by a kill
    if (slug === undefined) return;
    const isTheMoment = ++requests === killAt?.n;
    const isRefused = requests % 10 === 9;
    if (isRefused) refusals++;
    else created.set(slug, (created.get(slug) ?? 0) + 1);
    if (isTheMoment && killAt?.moment === "request") return importer?.kill("SIGKILL");
    response.writeHead(isRefused ? 429 : 201, {
      "content-type": "application/json",
      // As good as no limit, and windows that are soon over.
      "x-ratelimit-max": "1000000",
      "x-ratelimit-remaining": isRefused ? "0" : "999999",
      "x-ratelimit-interval-milliseconds": "5",
    });
    response.end(JSON.stringify({ data: { _id: slug, altId: locationId, name: "Row", slug } }));
    if (isTheMoment && killAt?.moment === "answer") importer?.kill("SIGKILL");
  });

  async function run(kill: Kill | undefined): Promise<NodeJS.Signals | null> {
    killAt = kill;
    requests = 0;
    const killer = pathToFileURL(`${import.meta.dirname}/kill-at-write.mjs`).href;
    const preload = kill === undefined ? [] : ["--import", killer];
    const isAtWrite = kill !== undefined && !["request", "answer"].includes(kill.moment);
    const child = spawn(
      process.execPath,
      ["--import", "tsx", ...(isAtWrite ? preload : []), "examples/import-csv.ts", file],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          HIGHLEVEL_TOKEN: "token-of-the-importer",
          HIGHLEVEL_LOCATION_ID: locationId,
          HIGHLEVEL_BASE_URL: server.url,
          KILL_AT: JSON.stringify(kill),
        },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    importer = child;
    const [said, [status, signal]] = await Promise.all([text(child.stderr), once(child, "close")]);
    if (signal === null && status > 1) throw new CliError(`the importer failed: ${said}`);
    return signal;
  }

  try {
    let killed = 0;
    for (const kill of kills) if ((await run(kill)) !== null) killed++;
    await run(undefined);
    if (refusals === 0) throw new CliError("No request was refused, so that was not tried.");

    const fates = new Map<string, string>();
    for (const line of readFileSync(`${file}.${locationId}.journal`, "utf8").split("\n")) {
      const { row, is } = parsed(line);
      if (typeof row === "number") fates.set(`row-${row}`, String(is));
    }
    const count = (which: (slug: string) => boolean) => slugs.filter(which).length;
    const isSettled = (slug: string) => /^(created|may exist)$/.test(fates.get(slug) ?? "");
    return {
      kills: killed,
      createdTwice: count((slug) => (created.get(slug) ?? 0) > 1),
      created: created.size,
      accountedFor: count((slug) => created.has(slug) && isSettled(slug)),
      mayExist: count((slug) => fates.get(slug) === "may exist"),
      invented: count((slug) => fates.get(slug) === "created" && !created.has(slug)),
      lost: count((slug) => !isSettled(slug)),
    };
  } finally {
    importer?.kill("SIGKILL");
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function parsed(line: string): { row?: unknown; is?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {}; // broken off by a kill
  }
}
