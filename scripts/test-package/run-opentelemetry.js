import * as sdk from "@opentelemetry/sdk-trace-base";
import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { traced } from "./opentelemetry.js";
import { smoke } from "./smoke.js";

const exporter = new sdk.InMemorySpanExporter();
const spanProcessors = [new sdk.SimpleSpanProcessor(exporter)];
const tracer = new sdk.BasicTracerProvider({ spanProcessors }).getTracer("test");
const createClient = (options) => traced(main.createClient(options), tracer);

await smoke({ ...main, createClient }, testing, process.env.SERVER);
const [span] = exporter.getFinishedSpans();
if (span?.events[0]?.name !== "attempt") throw new Error("The span of a call shows no attempt.");
