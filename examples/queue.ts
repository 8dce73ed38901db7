// Collections through a queue in Redis, for as many processes on as many machines as you like. A job
// that may have created its collection is never run again: it fails, and says that it may exist.
//
//   REDIS_URL=redis://127.0.0.1:6379 HIGHLEVEL_TOKEN=... npx tsx queue.ts
//
// It needs bullmq, ioredis, rate-limiter-flexible and undici, and shared-budget.ts beside it. Let Redis
// run with `appendfsync always`, or what it was told in its last second is lost with it.

import { AsyncLocalStorage } from "node:async_hooks";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Job, Queue, UnrecoverableError, Worker, type WorkerOptions } from "bullmq";
import {
  ApiError,
  type ClientOptions,
  createClient,
  type FetchInit,
  HighLevelError,
  InvalidRequestError,
  type NewProductCollection,
} from "highlevel-product-collections";
import { undiciFetch } from "highlevel-product-collections/undici";
import { Redis } from "ioredis";
import { sharedBudget } from "./shared-budget.js";

export interface Task {
  readonly locationId: string;
  readonly collection: NewProductCollection;
}

const queueName = "highlevel-collections";
/** Longer than a job stays in the queue. */
const claimSeconds = 30 * 86_400;

export function openQueue(redis: Redis): Queue<Task, string> {
  return new Queue(queueName, {
    connection: redis,
    defaultJobOptions: { attempts: 10, backoff: { type: "exponential", delay: 1_000 } },
  });
}

/**
 * Starts to work off the queue. A job's result is the id of the collection.
 *
 * @param options - Of the clients. A client takes one token: for many locations make them as
 * many-locations.ts does.
 */
export function startWorker(
  redis: Redis,
  options: Omit<ClientOptions, "locationId">,
  workerOptions: Partial<WorkerOptions> = {},
): Worker<Task, string> {
  const claimOfCall = new AsyncLocalStorage<{ readonly key: string; isOurs: boolean }>();
  // One that tells what never left: such a job is run again, and not one that may exist.
  const send = options.fetch ?? undiciFetch;
  const limiter = sharedBudget(redis);

  const clientFor = (locationId: string) =>
    createClient({
      limiter,
      ...options,
      locationId,
      // A queue may give a job to two workers: to a second one if the first was killed, or was silent
      // for long. So each claims the job before the request goes out, and of two only one can.
      fetch: Object.assign(
        async (url: string, init: FetchInit) => {
          const claim = claimOfCall.getStore();
          if (claim === undefined) throw new Error("The request belongs to no job.");
          claim.isOurs ||= await claimed(claim.key);
          if (!claim.isOurs) throw new Error("another worker has sent it");
          const answer = await send(url, init);
          // Refused: nothing was created, whatever comes of the call.
          if (answer.status >= 400 && answer.status < 500) {
            claim.isOurs = false;
            await redis.del(claim.key);
          }
          return answer;
        },
        { tellsNeverSent: send.tellsNeverSent === true },
      ),
    });

  /** Whether the job is ours to send. Without Redis nobody knows, and nothing is sent. */
  async function claimed(key: string): Promise<boolean> {
    try {
      return (await redis.set(key, "", "EX", claimSeconds, "NX")) === "OK";
    } catch (error) {
      throw Object.assign(new Error("Redis does not answer", { cause: error }), {
        neverSent: true,
      });
    }
  }

  async function work({ id, timestamp, data }: Job<Task, string>): Promise<string> {
    const claim = { key: `${queueName}:sent:${id}:${timestamp}`, isOurs: false };
    const client = clientFor(data.locationId);
    try {
      const call = () => client.createProductCollection(data.collection);
      return (await claimOfCall.run(claim, call))._id;
    } catch (error) {
      const mayExist = error instanceof HighLevelError ? error.mayHaveCreated : claim.isOurs;
      if (mayExist) throw new UnrecoverableError(`It may exist: ${error}`);
      if (claim.isOurs) await redis.del(claim.key); // nothing was created
      const isHopeless =
        error instanceof InvalidRequestError ||
        (error instanceof ApiError && [400, 403, 422].includes(error.status));
      throw isHopeless ? new UnrecoverableError(error.message) : error; // the queue tries again
    }
  }
  return new Worker(queueName, work, {
    connection: redis,
    concurrency: 10,
    maxStalledCount: 10,
    ...workerOptions,
  });
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { REDIS_URL = "redis://127.0.0.1:6379", HIGHLEVEL_TOKEN: token = "" } = process.env;
  const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
  const worker = startWorker(redis, { token });
  worker.on("completed", (job, id) => console.log(`${job.data.collection.slug}: created ${id}`));
  worker.on("failed", (job, error) =>
    console.log(`${job?.data.collection.slug}: ${error.message}`),
  );
  // What is under way ends first: a job that is killed may have created its collection.
  const stop = () => void worker.close().then(() => redis.quit());
  process.once("SIGINT", stop).once("SIGTERM", stop);
}
