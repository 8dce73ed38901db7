// Collections through a BullMQ queue in Redis, for as many machines as you like:
//
//   REDIS_URL=redis://127.0.0.1:6379 HIGHLEVEL_TOKEN=... HIGHLEVEL_LOCATION_ID=... npx tsx queue.ts
//
// It needs bullmq and ioredis. Nothing is created twice: a job is begun once. One whose worker was killed,
// or whose answer leaves open what was created, is among the failed jobs: look in HighLevel, and where its
// collection is missing remove the job and add it again. Let Redis run with `appendfsync always`.

import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Queue, UnrecoverableError, Worker, type WorkerOptions } from "bullmq";
import {
  ApiError,
  type ClientOptions,
  createClient,
  HighLevelError,
  InvalidRequestError,
  type NewProductCollection,
} from "highlevel-product-collections";
import { Redis } from "ioredis";

const nameOf = (locationId: string) => `product-collections-${locationId}`;

export async function addCollections(
  connection: Redis,
  locationId: string,
  collections: readonly NewProductCollection[],
): Promise<void> {
  const queue = new Queue<NewProductCollection>(nameOf(locationId), { connection });
  const jobs = collections.map((data) => ({
    name: "create",
    data,
    opts: {
      jobId: `slug-${encodeURIComponent(data.slug)}`, // added twice it is one job
      attempts: 10,
      backoff: { type: "exponential", delay: 1_000 },
    },
  }));
  await queue.addBulk(jobs);
  await queue.close();
}

/** Starts to work off the queue of the client's location. A job's result is the collection's id. */
export function startWorker(
  connection: Redis,
  options: ClientOptions,
  workerOptions: Partial<WorkerOptions> = {},
): Worker<NewProductCollection, string> {
  const client = createClient(options);
  const create = async ({ data }: { readonly data: NewProductCollection }) => {
    try {
      const { _id } = await client.createProductCollection(data);
      return _id;
    } catch (error) {
      const { message } = Object(error);
      if (error instanceof HighLevelError && error.mayHaveCreated) {
        throw new UnrecoverableError(`May exist: ${message}`);
      }
      const isRefused =
        error instanceof InvalidRequestError ||
        (error instanceof ApiError && (error.status === 400 || error.status === 422));
      throw isRefused ? new UnrecoverableError(`Refused: ${message}`) : error; // else tried again
    }
  };
  return new Worker(nameOf(options.locationId), create, {
    connection,
    concurrency: 10,
    // One budget for all workers of the location: at most 96 requests arrive in 10 s.
    limiter: { max: 8, duration: 1_000 },
    // A job whose worker has gone silent, killed or not, may have been sent: it fails.
    maxStalledCount: 0,
    ...workerOptions,
  });
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const {
    REDIS_URL = "redis://127.0.0.1:6379",
    HIGHLEVEL_TOKEN: token = "",
    HIGHLEVEL_LOCATION_ID: locationId = "",
  } = process.env;
  const redis = new Redis(REDIS_URL, { maxRetriesPerRequest: null });
  const worker = startWorker(redis, { token, locationId });
  worker.on("completed", ({ data }, id) => console.log(`${data.slug}: created ${id}`));
  worker.on("failed", (job, { message }) => console.error(`${job?.data.slug}: ${message}`));
  // Jobs under way end first: one that is killed has to be looked at.
  const stop = () => void worker.close().then(() => redis.quit());
  process.once("SIGINT", stop).once("SIGTERM", stop);
}
