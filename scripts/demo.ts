import { startPrism } from "../contract-tests/support/prism.js";
import {
  ApiError,
  type ClientEvent,
  type ClientOptions,
  createClient,
  type Fetch,
  HighLevelError,
  InvalidRequestError,
  type NewProductCollection,
  type RateLimit,
} from "../src/index.js";
import { CliError, command, exitCode, type Io, messageOf, start } from "./lib/cli.js";

/** The location of the contract's example of a created collection, which is what the mock answers. */
const mocksLocationId = "Z4Bxl8J4SaPEPLq9IQ8g";

function printRow({ out }: Io, name: string, value: unknown): void {
  out(`  ${name.padEnd(13)}${value}`);
}

/** Prints a heading and rows of two columns. */
function print(io: Io, heading: string, rows: readonly (readonly [string, unknown])[]): void {
  io.out(heading);
  for (const [name, value] of rows) printRow(io, name, value);
  io.out("");
}

/** Creates the collection and prints what was sent and what came back. */
async function create(io: Io, options: ClientOptions, collection: NewProductCollection) {
  let body = "";
  const client = createClient({
    ...options,
    fetch: (url, init) => {
      body = String(init.body);
      return fetch(url, init);
    },
  });
  const { _id, altId, name, slug, createdAt } = await client.createProductCollection(collection);
  print(io, "Created a collection", [
    ["sent", body],
    ["id", _id],
    ["location", altId],
    ["name", name],
    ["slug", slug],
    ["created at", createdAt],
    ["rate limit", rateLimitInWords(client.rateLimit)],
  ]);
}

function rateLimitInWords(rateLimit: RateLimit | undefined): string {
  if (rateLimit === undefined) return "the API said nothing of it";
  const { limit, remaining, intervalMs, dailyLimit, dailyRemaining } = rateLimit;
  const seconds = (intervalMs ?? 0) / 1_000;
  return `${remaining} of ${limit} requests left in ${seconds} s, ${dailyRemaining} of ${dailyLimit} today`;
}

/** What HighLevel answers when the budget is spent. */
function tooManyRequests(): Response {
  const body = JSON.stringify({ statusCode: 429, message: "Too Many Requests" });
  return new Response(body, {
    status: 429,
    headers: {
      "Content-Type": "application/json",
      "Retry-After": "1",
      "X-RateLimit-Max": "100",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Interval-Milliseconds": "10000",
    },
  });
}

/** Creates a collection over a budget that is spent, and prints the events as they come. */
async function createOverTheBudget(
  io: Io,
  options: ClientOptions,
  collection: NewProductCollection,
): Promise<void> {
  let isSpent = true;
  const fetchOverBudget: Fetch = (url, init) => {
    if (!isSpent) return fetch(url, init);
    isSpent = false;
    return Promise.resolve(tooManyRequests());
  };
  const client = createClient({
    ...options,
    fetch: fetchOverBudget,
    onEvent: (event) => printRow(io, event.type, inWords(event)),
  });
  io.out("Waited for the rate limit, and sent again what it had refused: the call's events");
  const { _id } = await client.createProductCollection(collection);
  printRow(io, "id", `${_id}\n`);
}

function inWords(event: ClientEvent): string {
  switch (event.type) {
    case "waiting": {
      const what = event.reason === "budget" ? "a place in the rate limit" : event.reason;
      return `${((event.ms ?? 0) / 1_000).toFixed(1)} s for ${what}`;
    }
    case "attempt": {
      const { limit, remaining } = event.rateLimit ?? {};
      return `${event.attempt} was answered ${event.status}; ${remaining} of ${limit} requests left`;
    }
    case "refreshing":
      return "another token";
    case "drift":
      return event.issues.map(({ path, message }) => `${path} ${message}`).join(", ");
  }
}

async function againstTheMock(io: Io, collection: NewProductCollection): Promise<void> {
  const mock = await startPrism();
  try {
    io.out(`The contract's mock runs on ${mock.url} and answers with the contract's examples.\n`);
    const options = {
      baseUrl: mock.url,
      locationId: mocksLocationId,
      token: "any-token-will-do",
    };
    await create(io, options, collection);
    await createOverTheBudget(io, options, collection);

    const client = createClient(options);
    const broken = { slug: "best sellers", seo: { title: 1 } } as unknown as NewProductCollection;
    await client.createProductCollection(broken).catch((error: unknown) => {
      if (!(error instanceof InvalidRequestError)) throw error;
      print(io, "Refused a collection that breaks the contract, and sent nothing", [
        ["given", JSON.stringify(broken)],
        ["error", error.name],
        ...error.issues.map(({ path, message }) => [path, message] as const),
      ]);
    });

    const rejected = createClient({ ...options, headers: { Prefer: "code=401" } });
    await rejected.createProductCollection(collection).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      print(io, "Told of a token that is not valid", [
        ["error", error.name],
        ["status", error.status],
        ["message", error.message],
        ["created", error.mayHaveCreated ? "perhaps" : "nothing"],
      ]);
    });
  } finally {
    await mock.close();
  }
}

async function live(io: Io, collection: NewProductCollection): Promise<void> {
  const { HIGHLEVEL_TOKEN: token, HIGHLEVEL_LOCATION_ID: locationId } = io.env;
  if (!token || !locationId) {
    throw new CliError("--live needs HIGHLEVEL_TOKEN and HIGHLEVEL_LOCATION_ID to be set.");
  }
  const baseUrl = io.env.HIGHLEVEL_BASE_URL;
  try {
    createClient({ locationId, token, baseUrl });
  } catch (error) {
    throw new CliError(
      messageOf(error)
        .replace("createClient: `token`", "HIGHLEVEL_TOKEN")
        .replace("createClient: `locationId`", "HIGHLEVEL_LOCATION_ID")
        .replace("createClient: `baseUrl`", "HIGHLEVEL_BASE_URL")
        .replace(/; `allowHttp.*/, ""),
    );
  }
  const where = baseUrl ?? "HighLevel's API";
  io.out(
    `Creating "${collection.name}" (${collection.slug}) in location ${locationId} at ${where}.\n`,
  );
  await create(io, { locationId, token, baseUrl }, collection);
}

export const run = command(
  {
    usage: "npm run demo [-- --live] [--name NAME] [--slug SLUG]",
    options: {
      live: { type: "boolean", default: false },
      name: { type: "string", default: "Best Sellers" },
      slug: { type: "string", default: "best-sellers" },
    },
  },
  async ({ values: { live: isLive, name, slug } }, io) => {
    try {
      await (isLive ? live : againstTheMock)(io, { name, slug });
      return exitCode.done;
    } catch (error) {
      // What the client says is meant for people; a bad option is a TypeError.
      if (!(error instanceof HighLevelError || error instanceof TypeError)) throw error;
      io.err(`${error.name}: ${error.message}`);
      return exitCode.failed;
    }
  },
);

start(import.meta, run);
