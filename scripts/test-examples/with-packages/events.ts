// Copied beside the examples, where their packages are, and run there: a call with a 401, a 429 and an
// answer that drifts, as pino and OpenTelemetry show it. Fails if they show anything else.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { SpanStatusCode } from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createClient, createLimiter } from "highlevel-product-collections";
import { pino } from "pino";
import { logTo } from "./logging-pino.js";
import { traced } from "./opentelemetry.js";

const locationId = "6578278e879ad2646715ba9c";
const tokens = ["first-secret", "second-secret"];
const answers = [
  { status: 401, body: { message: "Invalid JWT" } },
  { status: 429, body: { message: "Too Many Requests" } },
  { status: 201, body: { data: { _id: "655b33a82209e60b6adb87a5", slug: 7 } } },
  { status: 422, body: { message: ["slug taken"] } },
];
const server = createServer((_request, response) => {
  const { status, body } = answers.shift() ?? { status: 500, body: {} };
  response.writeHead(status, {
    "content-type": "application/json",
    ...(status === 429 && { "retry-after": "1" }),
    "x-ratelimit-max": "100",
    "x-ratelimit-remaining": status === 429 ? "0" : "99",
    "x-ratelimit-interval-milliseconds": "1000",
  });
  response.end(JSON.stringify(body));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
assert(typeof address === "object" && address !== null);

const lines: string[] = [];
const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

const highlevel = traced(
  createClient({
    locationId,
    token: (rejected) => (rejected === undefined ? "first-secret" : "second-secret"),
    baseUrl: `http://127.0.0.1:${address.port}`,
    limiter: createLimiter(),
    onEvent: logTo(logger),
  }),
  provider.getTracer("test"),
);
const collection = { name: "Best Sellers", slug: "best-sellers" };
const heard: string[] = [];
await highlevel.createProductCollection(collection, { onEvent: ({ type }) => heard.push(type) });
await assert.rejects(highlevel.createProductCollection(collection));
server.close();

const story = ["attempt", "refreshing", "attempt", "waiting", "attempt", "drift"];
const logged = lines.map((line) => JSON.parse(line));
assert.deepEqual(
  logged.map(({ level, msg, status }) => [pino.levels.labels[level], msg, status]),
  [
    ["warn", "attempt", 401],
    ["info", "refreshing", undefined],
    ["warn", "attempt", 429],
    ["info", "waiting", undefined],
    ["debug", "attempt", 201],
    ["warn", "drift", 201],
    ["warn", "attempt", 422],
  ],
);

const [first, second] = exporter.getFinishedSpans();
assert.deepEqual(
  first?.events.map(({ name }) => name),
  story,
);
assert.deepEqual(heard, story);
assert.equal(first?.status.code, SpanStatusCode.UNSET);
assert.equal(first?.attributes["http.response.status_code"], 201);
assert.equal(first?.attributes["highlevel.location_id"], locationId);
assert.equal(first?.events[3]?.attributes?.reason, "budget");
assert.deepEqual(
  second?.events.map(({ name }) => name),
  ["attempt", "exception"],
);
assert.equal(second?.status.code, SpanStatusCode.ERROR);
assert.equal(second?.attributes["error.type"], "ApiError");
assert.equal(second?.attributes["highlevel.may_have_created"], false);
assert.equal(exporter.getFinishedSpans().length, 2);

const all =
  lines.join() +
  JSON.stringify(exporter.getFinishedSpans().map((span) => [span.attributes, span.events]));
for (const token of tokens) assert(!all.includes(token));
