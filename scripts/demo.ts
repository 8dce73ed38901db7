// npm run demo: four calls against the contract's mock.

import {
  ApiError,
  type ClientEvent,
  createClient,
  InvalidRequestError,
  type NewProductCollection,
} from "../src/index.js";
import { startMock } from "./lib/mock.js";

const mock = await startMock();
console.log(`The contract's mock runs on ${mock.url} and responds with the contract's examples.\n`);

const options = {
  baseUrl: mock.url,
  locationId: "6578278e879ad2646715ba9c",
  token: "any-token-will-do",
};
const collection: NewProductCollection = { name: "Best Sellers", slug: "best-sellers" };

try {
  await create();
  await createOverTheRateLimit();
  await refuseWhatBreaksTheContract();
  await useTokenThatIsRejected();
} finally {
  await mock.close();
}

async function create(): Promise<void> {
  const client = createClient(options);
  const { _id, name, slug, createdAt } = await client.createProductCollection(collection);
  const { limit, remaining, intervalMs = 0 } = client.rateLimit ?? {};
  print("Created a collection", {
    sent: JSON.stringify(collection),
    id: _id,
    name,
    slug,
    "created at": createdAt,
    "rate limit": `${remaining} of ${limit} requests left in ${intervalMs / 1000} s`,
  });
}

/** The mock has no rate limit: the first response is made here, as HighLevel sends it. */
async function createOverTheRateLimit(): Promise<void> {
  const headers = { "Retry-After": "1", "X-RateLimit-Max": "100", "X-RateLimit-Remaining": "0" };
  const responses = [new Response("{}", { status: 429, headers })];
  const client = createClient({
    ...options,
    fetch: async (url, init) => responses.pop() ?? fetch(url, init),
    onEvent: (event) => printRow(event.type, formatEvent(event)),
  });
  console.log("Hit the rate limit, waited and retried. Events:");
  const { _id } = await client.createProductCollection(collection);
  printRow("id", `${_id}\n`);
}

function formatEvent(event: ClientEvent): string {
  switch (event.type) {
    case "sending":
      return `request ${event.attempt}`;
    case "attempt":
      return `request ${event.attempt} was answered ${event.status}`;
    case "waiting":
      return `${seconds(event.ms)}, for the ${event.reason}`;
    case "refreshing":
      return "asked for another token";
    case "drift":
      return event.issues.map(({ path, message }) => `${path} ${message}`).join(", ");
    case "finished":
      return `after ${seconds(event.ms)} and ${event.attempts} requests`;
  }
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function refuseWhatBreaksTheContract(): Promise<void> {
  const broken = { slug: "best sellers", seo: { title: 1 } } as unknown as NewProductCollection;
  const call = createClient(options).createProductCollection(broken);
  const error = await call.catch((error: unknown) => error);
  if (!(error instanceof InvalidRequestError)) throw error;
  print("Refused a collection that breaks the contract, and sent nothing", {
    given: JSON.stringify(broken),
    error: error.name,
    ...Object.fromEntries(error.issues.map(({ path, message }) => [path, message])),
  });
}

async function useTokenThatIsRejected(): Promise<void> {
  const client = createClient({ ...options, headers: { Prefer: "code=401" } });
  const call = client.createProductCollection(collection);
  const error = await call.catch((error: unknown) => error);
  if (!(error instanceof ApiError)) throw error;
  const { name, status, message, mayHaveCreated } = error;
  const created = mayHaveCreated ? "perhaps" : "nothing";
  print("Rejected an invalid token", { error: name, status, message, created });
}

function print(heading: string, rows: Readonly<Record<string, unknown>>): void {
  console.log(heading);
  for (const [name, value] of Object.entries(rows)) printRow(name, value);
  console.log();
}

function printRow(name: string, value: unknown): void {
  console.log(`  ${name.padEnd(13)}${value}`);
}
