import * as sdk from "@opentelemetry/sdk-trace-base";
import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { traceCalls } from "./opentelemetry.js";
import { smoke } from "./smoke.js";

const exporter = new sdk.InMemorySpanExporter();
const spanProcessors = [new sdk.SimpleSpanProcessor(exporter)];
const tracer = new sdk.BasicTracerProvider({ spanProcessors }).getTracer("test");
let calls = 0;
const createClient = (options) => {
  const trace = traceCalls(tracer);
  const onEvent = (event) => {
    trace(event);
    options.onEvent(event);
  };
  const { createProductCollection } = main.createClient({ ...options, onEvent });
  return {
    createProductCollection(...given) {
      calls++;
      return createProductCollection(...given);
    },
  };
};

await smoke({ ...main, createClient }, testing, process.env.SERVER);
const spans = exporter.getFinishedSpans();
if (spans.length !== calls) throw new Error(`${calls} calls have ${spans.length} spans.`);
const names = spans[0].events.map(({ name }) => name).join();
if (names !== "sending,attempt") throw new Error(`The span of a call shows ${names}.`);
const failed = spans.find(({ attributes }) => attributes["highlevel.may_have_created"] === true);
if (failed?.status.code !== 2) throw new Error("No span shows the call that may have created.");
