import { startPrism } from "../contract-tests/support/prism.js";
import {
  ApiError,
  type ClientOptions,
  createClient,
  HighLevelError,
  InvalidRequestError,
  type NewProductCollection,
} from "../src/index.js";
import { CliError, command, exitCode, type Io, start } from "./lib/cli.js";

/** Prints a heading and rows of two columns. */
function print({ out }: Io, heading: string, rows: readonly (readonly [string, unknown])[]): void {
  out(heading);
  for (const [name, value] of rows) out(`  ${name.padEnd(12)}${value}`);
  out("");
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

function rateLimitInWords(rateLimit: ReturnType<typeof createClient>["rateLimit"]): string {
  if (rateLimit === undefined) return "the API said nothing of it";
  const { limit, remaining, intervalMs, dailyLimit, dailyRemaining } = rateLimit;
  return `${remaining} of ${limit} left in ${intervalMs} ms, ${dailyRemaining} of ${dailyLimit} today`;
}

async function againstTheMock(io: Io, collection: NewProductCollection): Promise<void> {
  const mock = await startPrism();
  try {
    io.out(`The contract's mock runs on ${mock.url} and answers with the contract's examples.\n`);
    const options = {
      baseUrl: mock.url,
      locationId: "6578278e879ad2646715ba9c",
      token: "any-token-will-do",
    };
    await create(io, options, collection);

    const client = createClient(options);
    const broken = { slug: "best sellers", seo: { title: 1 } } as unknown as NewProductCollection;
    await client.createProductCollection(broken).catch((error: unknown) => {
      if (!(error instanceof InvalidRequestError)) throw error;
      print(io, "Refused a collection that breaks the contract, and sent nothing", [
        ["error", error.name],
        ...error.issues.map(({ path, message }) => [path, message] as const),
      ]);
    });

    const preferring401: ClientOptions["fetch"] = (url, init) => {
      const headers = new Headers(init.headers);
      headers.set("Prefer", "code=401");
      return fetch(url, { ...init, headers });
    };
    const rejected = createClient({ ...options, fetch: preferring401 });
    await rejected.createProductCollection(collection).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      print(io, "Told of a token that is not valid", [
        ["error", error.name],
        ["status", error.status],
        ["message", error.message],
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
