// The collections of a thousand locations through one BullMQ queue in Redis, on as many machines as you like:
//
//   REDIS_URL=redis://127.0.0.1:6379 HIGHLEVEL_TOKENS=tokens.json npx tsx queue.ts
//
// tokens.json has a token for each location, { "6578278e879ad2646715ba9c": "pit-..." }, and is read again for
// each request. This works off what your program has added with `addCollections`. It needs bullmq and ioredis,
// and a Redis that keeps what it has acknowledged (`appendonly yes`, `appendfsync always`).
//
// Nothing is created twice. A job that may have been sent before its worker was killed, or whose response
// leaves open what was created, is among the failed jobs: look in HighLevel, and if its collection is missing,
// remove the job and add it again.

import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  DelayedError,
  type Job,
  Queue,
  UnrecoverableError,
  Worker,
  type WorkerOptions,
} from "bullmq";
import {
  AbortedError,
  ApiError,
  type ClientOptions,
  ConnectionError,
  createClient,
  type HighLevelClient,
  HighLevelError,
  InvalidRequestError,
  type NewProductCollection,
  UnexpectedResponseError,
} from "highlevel-product-collections";
import { Redis } from "ioredis";

export const queueName = "product-collections";

export interface CollectionJob {
  readonly locationId: string;
  readonly collection: NewProductCollection;
}

const maxInFlight = 10; // of a location in a process, so that a slow one holds up no other

/**
 * Adds jobs. One that waits or is done already is left alone.
 *
 * @returns The jobs that were not added, by their index in the list: those that break the contract, with the
 * issues, and those that failed earlier, with the reason.
 */
export async function addCollections(connection: Redis, jobs: readonly CollectionJob[]) {
  const queue = new Queue<CollectionJob>(queueName, { connection });
  queue.on("error", () => {}); // the connection has listeners of its own
  try {
    const known = new Map((await queue.getFailed()).map((job) => [job.id, job.failedReason]));
    const refused = [];
    const failed = [];
    const valid = [];
    for (const [index, job] of jobs.entries()) {
      const { locationId, collection } = job ?? {};
      const issues = await findIssues(locationId, collection);
      if (issues.length > 0) {
        refused.push({ index, issues });
        continue;
      }
      // Added twice it is one job. BullMQ allows no colon in an id.
      const parts = [collection.slug, locationId];
      const jobId = parts.map((it) => it.replace(/[%:@]/g, encodeURIComponent)).join("@");
      if (known.has(jobId)) {
        failed.push({ index, jobId, reason: known.get(jobId) });
        continue;
      }
      // An attempt fails if Redis refuses a command; HighLevel's responses delay the job or end it.
      const backoff = { type: "exponential", delay: 1_000 };
      const opts = { jobId, attempts: 20, backoff };
      valid.push({ name: "create", data: { locationId, collection }, opts });
    }
    await queue.addBulk(valid);
    return { refused, failed };
  } finally {
    await queue.close();
  }
}

/** What in a job breaks the contract: an aborted call is checked, and sends nothing. */
async function findIssues(locationId: string, collection: NewProductCollection) {
  try {
    const client = createClient({ locationId, token: "none", limiter: false });
    await client.createProductCollection(collection, { signal: AbortSignal.abort() });
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.issues;
    if (error instanceof TypeError) return [{ path: "/locationId", message: error.message }];
    if (!(error instanceof AbortedError)) throw error;
  }
  return [];
}

/**
 * Starts to work off the queue. A job's result is the id of its collection. While a location has trouble (a
 * spent day, a rejected token, no options), its jobs wait in all workers; one worker reports it, once, as an
 * "error" event.
 *
 * @param connection - With `maxRetriesPerRequest: null`.
 * @param optionsFor - Called when the first job of a location comes, and again after a trouble.
 */
export function startWorker(
  connection: Redis,
  optionsFor: (locationId: string) => Omit<ClientOptions, "locationId">,
  workerOptions: Partial<WorkerOptions> = {},
): Worker<CollectionJob, string> {
  const locations = new Map<string, { client?: HighLevelClient; inFlight: number }>();
  const beforeSending = new AsyncLocalStorage<() => Promise<void>>();

  function makeClient(locationId: string): HighLevelClient {
    const options = optionsFor(locationId);
    return createClient({
      ...options,
      locationId,
      limiter: false, // the queue does the waiting
      maxRetries: 0,
      async fetch(url, init) {
        await beforeSending.getStore()?.();
        return (options.fetch ?? fetch)(url, init);
      },
    });
  }

  async function create(job: Job<CollectionJob>, token?: string): Promise<string> {
    const { id = "", data } = job;
    const { locationId, collection } = data;
    const location = locations.get(locationId) ?? { inFlight: 0 };
    locations.set(locationId, location);
    const key = `${queueName}:${locationId}`;
    const askForTurn = (canGo: boolean) =>
      connection.eval(takeTurn, 1, key, id, Number(canGo)) as Promise<[number, number]>;
    async function delay(ms: number): Promise<never> {
      await job.moveToDelayed(Date.now() + ms, token);
      throw new DelayedError();
    }

    const [waitMs, isProbe] = await askForTurn(location.inFlight < maxInFlight);
    if (waitMs > 0) return delay(waitMs);
    const endTrouble = () => isProbe && connection.hdel(key, "until", "trouble");

    const mark = createMark(connection, worker.toKey(id));
    location.inFlight++;
    try {
      const client = location.client ?? makeClient(locationId);
      location.client = client;
      const call = () => client.createProductCollection(collection);
      const { _id } = await beforeSending.run(mark.set, call);
      await endTrouble();
      return _id;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (mark.state === "another's") {
        throw new UnrecoverableError("May exist: its worker stopped while it was being sent");
      }
      if (mark.state === "own" && error instanceof HighLevelError && error.mayHaveCreated) {
        throw new UnrecoverableError(`May exist: ${message}`);
      }
      await mark.remove();
      if (isRefused(error)) {
        await endTrouble();
        throw new UnrecoverableError(`Refused: ${message}`);
      }
      delete location.client;
      const { kind, pauseMs } = troubleIn(error, message);
      const isNew = await connection.eval(pause, 1, key, pauseMs, kind);
      if (isNew && kind !== "busy") {
        worker.emit("error", new Error(`The jobs of location ${locationId} wait: ${message}`));
      }
      const [ms] = await askForTurn(false);
      return await delay(ms);
    } finally {
      location.inFlight--;
    }
  }

  const worker = new Worker<CollectionJob, string>(queueName, create, {
    connection,
    concurrency: 100,
    runRetryDelay: 1_000,
    // A job whose worker was killed goes on, as often as that happens; the mark says if it may not.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    ...workerOptions,
  });
  return worker;
}

/**
 * Marks a job in Redis just before it is sent: without a mark, a worker that was killed has sent nothing. Only
 * one worker can set it, even if two believe that they hold the job.
 */
function createMark(connection: Redis, jobKey: string) {
  const own = randomUUID();
  const mark = {
    state: "none" as "none" | "own" | "another's",
    async set(): Promise<void> {
      const isFirst = (await connection.hsetnx(jobKey, "sender", own)) === 1;
      // It is set already when the client sends again with another token, or ioredis repeats a command.
      const isOwn = isFirst || (await connection.hget(jobKey, "sender")) === own;
      mark.state = isOwn ? "own" : "another's";
      if (!isOwn) throw new Error("another worker has sent it");
    },
    async remove(): Promise<void> {
      await connection.eval(removeMark, 1, jobKey, own);
    },
  };
  return mark;
}

/** Whether HighLevel, or the client, has refused this collection for good. */
function isRefused(error: unknown): boolean {
  if (error instanceof InvalidRequestError) return true;
  const isOfTheLocation = [401, 403, 404, 405, 407, 429];
  return isResponse(error) && !isOfTheLocation.includes(error.status);
}

function isResponse(error: unknown): error is ApiError | UnexpectedResponseError {
  return error instanceof ApiError || error instanceof UnexpectedResponseError;
}

/** A location's trouble, and how long its jobs wait before one of them finds out whether it is over. */
function troubleIn(error: unknown, message: string) {
  if (error instanceof ConnectionError) return { kind: message, pauseMs: 10_000 };
  if (!isResponse(error)) return { kind: message, pauseMs: 60_000 };
  const { status, rateLimit, retryAfterMs = 60_000 } = error;
  const isBusy = status === 429 && rateLimit.dailyRemaining !== 0;
  return { kind: isBusy ? "busy" : status, pauseMs: status === 429 ? retryAfterMs : 60_000 };
}

// The workers share what they know of a location in a hash in Redis:
// - under a job's id the time that the job has reserved, and in `free` the next time that is free,
// - in `pace` when the next request would be sent if each had waited for the one before,
// - in `trouble` what is wrong, and in `until` when a job may find out whether it is over.
// Times are in milliseconds, by Redis's clock.
const lua = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
  local function set(field, value) redis.call('HSET', KEYS[1], field, value) end
  local function keep() -- until nothing in it is of use
    redis.call('PEXPIRE', KEYS[1], math.max(get('free'), get('until')) - now + 86400000)
  end
`;

/**
 * Lets a job go, or reserves the next free time for it, 125 ms after the one before. A job that comes back at
 * its time goes, unless the location has trouble or more than eight come late together. So at most 89 go
 * within 10 s, and with ten held up on their way no more than 99 arrive.
 *
 * @returns How long to wait, 0 if it may go; and 1 if it finds out for the others whether a trouble is over.
 */
const takeTurn = `${lua}
  local id, canGo = ARGV[1], ARGV[2] == '1'
  local reserved, free, pace, untilMs = get(id), get('free'), get('pace'), get('until')
  local isDue = reserved > 0 and reserved <= now + 50 or reserved == 0 and free <= now
  if canGo and isDue and untilMs <= now and pace <= now + 1000 then
    local isProbe = redis.call('HEXISTS', KEYS[1], 'trouble')
    redis.call('HDEL', KEYS[1], id)
    set('pace', math.max(pace, now) + 125)
    if reserved == 0 then set('free', now + 125) end
    if isProbe == 1 then set('until', now + 10000) end
    keep()
    return { 0, isProbe }
  end
  if reserved > now + 50 and reserved > untilMs then return { reserved - now, 0 } end
  local at = math.max(now + (canGo and 1 or 1000), free, pace, untilMs)
  set('free', at + (at == untilMs and 2000 or 125))
  set(id, at)
  keep()
  return { at - now, 0 }
`;

/** Lets a location's jobs wait. Returns 1 if it has not had this trouble so far. */
const pause = `${lua}
  local isNew = redis.call('HGET', KEYS[1], 'trouble') ~= ARGV[2]
  set('until', now + ARGV[1])
  set('trouble', ARGV[2])
  keep()
  return isNew and 1 or 0
`;

const removeMark = `
  if redis.call('HGET', KEYS[1], 'sender') == ARGV[1] then redis.call('HDEL', KEYS[1], 'sender') end
`;

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { REDIS_URL = "redis://127.0.0.1:6379", HIGHLEVEL_TOKENS, HIGHLEVEL_TOKEN } = process.env;
  const baseUrl = process.env.HIGHLEVEL_BASE_URL;
  const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
  const worker = startWorker(redis, (locationId) => ({
    baseUrl,
    token() {
      const tokens = HIGHLEVEL_TOKENS ? JSON.parse(readFileSync(HIGHLEVEL_TOKENS, "utf8")) : {};
      const token = tokens[locationId] ?? HIGHLEVEL_TOKEN;
      if (token === undefined) throw new Error("it has no token in HIGHLEVEL_TOKENS");
      return token;
    },
  }));
  worker.on("completed", ({ data }, id) =>
    console.log(`${data.collection.slug} in ${data.locationId}: created ${id}`),
  );
  worker.on("failed", (job, { message }) =>
    console.error(`${job?.data.collection.slug} in ${job?.data.locationId}: ${message}`),
  );
  let isAway = false; // told once, although each attempt to connect fails
  redis.on("ready", () => {
    isAway = false;
  });
  redis.on("error", ({ message }) => {
    if (!isAway) console.error(`There is no Redis, waiting for it: ${message}`);
    isAway = true;
  });
  worker.on("error", ({ message }) => {
    if (redis.status === "ready") console.error(message);
  });
  // Jobs under way end first: one that is killed may have to be looked at.
  const stop = () => void worker.close().then(() => redis.quit());
  process.once("SIGINT", stop).once("SIGTERM", stop);
}
