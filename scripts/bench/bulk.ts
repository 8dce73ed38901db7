import { setMaxListeners } from "node:events";
import { createRequire } from "node:module";
import { ApiError, createClient } from "highlevel-product-collections";
import type { Io } from "../lib/cli.js";
import { type ServerBudget, startServer } from "../lib/rate-limited-server.js";
import { locationId, measured, token, toolsFolder, vendor } from "./measured.js";
import { megabytes, type Part, printTable, type Target, times } from "./report.js";

/** Creates a collection with the slug, and gives up when the signal says so. */
type Create = (slug: string, signal: AbortSignal) => Promise<unknown>;

/** Many calls at once against one server, and what must come of them. */
interface Row {
  readonly name: string;
  readonly count: number;
  readonly server: ServerBudget;
  /** What a client needs that is told everything, in a window that has just begun. */
  readonly leastSeconds: number;
  readonly bounds: Bounds;
  /** How many clients the calls are spread over. Default: 1. */
  readonly clients?: number;
  /** How often it is done, each time at another moment of the server's window. Default: 3. */
  readonly phases?: number;
}

/** What must hold; a row without any is there to compare with. */
interface Bounds {
  readonly timesLeast?: number;
  readonly seconds?: number;
  readonly refused?: number;
  /** How many are created, if not all; the others are told why not. */
  readonly created?: number;
}

interface Outcome {
  /** The server has it on record, and the caller was told. */
  readonly created: number;
  /** Neither created nor told that the day's budget is spent. */
  readonly lost: number;
  readonly twice: number;
  /** How many answers were 429. */
  readonly refused: number;
  readonly seconds: number;
}

const giveUpMs = 60_000;
const second = { limit: 100, intervalMs: 1000 };
const halfEaten = { timesLeast: 1.25, refused: 25 };

const rows: readonly Row[] = [
  {
    name: "100 a window",
    count: 1000,
    server: second,
    leastSeconds: 9,
    bounds: { timesLeast: 1.15 },
  },
  {
    name: "100 a window, 50 eaten at its start",
    count: 500,
    server: { ...second, others: { count: 50, come: "at the start" } },
    leastSeconds: 9,
    bounds: halfEaten,
  },
  {
    name: "100 a window, 50 eaten as it passes",
    count: 500,
    server: { ...second, others: { count: 50, come: "spread" } },
    leastSeconds: 9,
    bounds: halfEaten,
  },
  {
    name: "500 a window",
    count: 1000,
    server: { limit: 500, intervalMs: 1000 },
    leastSeconds: 1,
    bounds: { seconds: 2.5 },
  },
  {
    name: "20 a window",
    count: 200,
    server: { limit: 20, intervalMs: 1000 },
    leastSeconds: 9,
    bounds: { refused: 10 },
  },
  {
    name: "100 a window, 50 clients",
    count: 500,
    server: second,
    leastSeconds: 4,
    bounds: { timesLeast: 1.15 },
    clients: 50,
  },
  {
    name: "100 a window, 150 a day",
    count: 500,
    server: { ...second, dailyLimit: 150 },
    leastSeconds: 1,
    bounds: { created: 150, refused: 10, seconds: 2.5 },
  },
  {
    name: "100 in 10 s",
    count: 250,
    server: { limit: 100, intervalMs: 10_000 },
    leastSeconds: 20,
    bounds: { timesLeast: 1.15 },
    phases: 1,
  },
];

export const benchBulk: Part = async (_rounds, { out }) => {
  const worst: [Row, Outcome][] = [];
  for (const row of rows) worst.push([row, await worstOfPhases(row)]);
  const forVendor: Row = {
    name: `100 a window, ${vendor} with retry`,
    count: 1000,
    server: second,
    leastSeconds: 9,
    bounds: {},
  };
  worst.push([forVendor, await fire(forVendor, 0, vendorClient)]);

  out(
    "Creates fired at once at a server with fixed windows of 1 s: the worst of 3 moments in its window",
  );
  printTable(out, [
    ["", "calls", "created", "lost", "twice", "429s", "seconds", "× least", "must hold", ""],
    ...worst.map(([row, outcome]) => [
      row.name,
      ...[row.count, outcome.created, outcome.lost, outcome.twice, outcome.refused].map(String),
      outcome.seconds.toFixed(2),
      times(outcome.seconds / row.leastSeconds),
      wordsOf(row.bounds),
      row === forVendor ? "" : holds(row, outcome) ? "holds" : "missed",
    ]),
  ]);
  out("Two processes over Redis: npm run test:redis");
  out("");
  return [
    ...worst
      .filter(([row]) => row !== forVendor)
      .map(([row, outcome]) => ({
        what: `${row.name}, ${row.count} calls: ${wordsOf(row.bounds)}`,
        holds: holds(row, outcome),
      })),
    ...(await benchLocations(out)),
  ];
};

function wordsOf({ timesLeast, seconds, refused, created }: Bounds): string {
  const bounds = [
    timesLeast !== undefined && `at most ${times(timesLeast)}`,
    seconds !== undefined && `at most ${seconds.toFixed(1)} s`,
    refused !== undefined && `at most ${refused} of 429`,
    created !== undefined && `${created} created`,
  ];
  return bounds.filter((words) => words !== false).join(", ");
}

function holds({ count, leastSeconds, bounds }: Row, outcome: Outcome): boolean {
  return (
    outcome.lost === 0 &&
    outcome.twice === 0 &&
    outcome.created === (bounds.created ?? count) &&
    outcome.refused <= (bounds.refused ?? Number.POSITIVE_INFINITY) &&
    outcome.seconds <= (bounds.seconds ?? Number.POSITIVE_INFINITY) &&
    outcome.seconds <= (bounds.timesLeast ?? Number.POSITIVE_INFINITY) * leastSeconds
  );
}

/** Fires at moments of chance, spread over the server's window; gives the worst of each figure. */
async function worstOfPhases(row: Row): Promise<Outcome> {
  const phases = row.phases ?? 3;
  const outcomes: Outcome[] = [];
  for (let i = 0; i < phases; i++) {
    outcomes.push(await fire(row, (i + Math.random()) / phases, thisClient));
  }
  const most = (figure: keyof Outcome) => Math.max(...outcomes.map((outcome) => outcome[figure]));
  return {
    created: Math.min(...outcomes.map(({ created }) => created)),
    lost: most("lost"),
    twice: most("twice"),
    refused: most("refused"),
    seconds: most("seconds"),
  };
}

/** Fires all creates at once, and compares what the callers were told with the server's record. */
async function fire(
  { count, server: budget, clients = 1 }: Row,
  phase: number,
  createWith: (url: string) => Create,
): Promise<Outcome> {
  const server = await startServer({ ...budget, phase });
  try {
    const creates = Array.from({ length: clients }, () => createWith(server.url));
    const slugs = Array.from({ length: count }, (_, i) => `no-${i}`);
    const signal = AbortSignal.timeout(giveUpMs);
    setMaxListeners(0, signal); // the vendor's SDK listens once for each call
    const start = performance.now();
    const settled = await Promise.allSettled(
      slugs.map((slug, i) => creates[i % clients]?.(slug, signal)),
    );
    const seconds = (performance.now() - start) / 1000;
    const { created, refused } = await server.record();
    const isCreated = (slug: string, i: number) =>
      created[slug] !== undefined && settled[i]?.status === "fulfilled";
    const isTold = (slug: string, i: number) => {
      const outcome = settled[i];
      return (
        created[slug] === undefined &&
        outcome?.status === "rejected" &&
        outcome.reason instanceof ApiError &&
        outcome.reason.rateLimit?.dailyRemaining === 0
      );
    };
    return {
      created: slugs.filter(isCreated).length,
      lost: slugs.filter((slug, i) => !isCreated(slug, i) && !isTold(slug, i)).length,
      twice: Object.values(created).filter((times) => times > 1).length,
      refused,
      seconds,
    };
  } finally {
    server.close();
  }
}

function thisClient(baseUrl: string): Create {
  const highlevel = createClient({ locationId, token, baseUrl });
  return (slug, signal) => highlevel.createProductCollection({ name: slug, slug }, { signal });
}

function vendorClient(baseURL: string): Create {
  const { HighLevel } = createRequire(`${toolsFolder}package.json`)(vendor);
  const { products } = new HighLevel({
    privateIntegrationToken: token,
    apiVersion: "2021-07-28",
    logLevel: "none",
    rateLimitRetry: true,
  });
  return (slug, signal) => {
    const body = { altId: locationId, altType: "location", name: slug, slug };
    return products.createProductCollection(body, { baseURL, signal });
  };
}

/** What measure-locations.mjs prints. */
interface Locations {
  readonly all: Fired;
  readonly withoutLimiter: Fired;
  /** How many calls of a location whose budget is spent were still waiting at the end. */
  readonly busyWaited: number;
  readonly heap: { readonly before: number; readonly most: number; readonly after: number };
}

interface Fired {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly failed: number;
  /** Why one of them failed. */
  readonly reason: string;
}

/** Many locations at once, beside one whose budget is spent for a minute. */
async function benchLocations(out: Io["out"]): Promise<Target[]> {
  const locations = 1000;
  const callsOfEach = 20;
  const server = await startServer(second);
  const busy = await startServer({ limit: 1, intervalMs: 60_000 });
  try {
    const { intervalMs } = second;
    const task = { url: server.url, busyUrl: busy.url, locations, callsOfEach, intervalMs };
    const printed = await measured("measure-locations.mjs", task, ["--expose-gc"]);
    const { all, withoutLimiter, busyWaited, heap } = printed as Locations; // it prints that
    const { created, refused } = await server.record();
    const own = Object.entries(created).filter(([slug]) => slug.startsWith("all-"));
    out(`${locations} locations, ${callsOfEach} calls each at once, beside one that has to wait`);
    printTable(out, [
      ["", "failed", "seconds", "CPU seconds"],
      ...Object.entries({ "this client": all, "this client, limiter: false": withoutLimiter }).map(
        ([name, fired]) => [
          name,
          String(fired.failed),
          fired.seconds.toFixed(2),
          fired.cpuSeconds.toFixed(2),
        ],
      ),
    ]);
    printTable(out, [
      ["created", String(own.length)],
      ["429s", String(refused)],
      ["calls of the one that wait", String(busyWaited)],
      ["heap before", megabytes(heap.before)],
      ["heap at the end of the calls", megabytes(heap.most)],
      ["heap a window later", megabytes(heap.after)],
      ...(all.reason === "" ? [] : [["a call failed with", all.reason]]),
    ]);
    const isWhole = own.length === locations * callsOfEach && own.every(([, times]) => times === 1);
    return [
      { what: "1 000 locations: all created, none twice", holds: isWhole && all.failed === 0 },
      {
        what: "1 000 locations: none waits for another",
        holds: busyWaited === callsOfEach - 1 && refused === 0,
      },
      { what: "1 000 locations: heap within 1 MB", holds: heap.after - heap.before <= 1e6 },
    ];
  } finally {
    server.close();
    busy.close();
  }
}
