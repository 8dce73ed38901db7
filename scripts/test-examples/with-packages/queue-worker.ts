// Copied beside the examples, where their packages are, and run there: a worker of examples/queue.ts
// that is killed. Its locks are short, so that the next worker need not wait half a minute for them.

import { Redis } from "ioredis";
import { startWorker } from "./queue.js";

const { REDIS_PORT, SERVER_URL } = process.env;
const redis = new Redis(Number(REDIS_PORT), { maxRetriesPerRequest: null });
startWorker(
  redis,
  { token: "token-of-the-queue", baseUrl: SERVER_URL },
  { lockDuration: 500, stalledInterval: 250 },
);
