import { afterEach, jest, test } from "@jest/globals";
import * as highlevel from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { createChecks, retryUnderFakeTimers } from "./checks.mjs";

const urls = JSON.parse(process.env.CONSUMER_URLS);
// jsdom has no fetch of its own; where it was given one, that is global, or the caller's to pass on.
const { fetch = globalThis.fetchOfNode } = globalThis;
const options = globalThis.fetch ? {} : { fetch };
const isBelieved = Boolean(globalThis.fetch);
const checks = createChecks({ highlevel, testing, urls, options, fetch, isBelieved });
// The fake answers with a Response, which is there only with a global fetch.
if (!globalThis.fetch) delete checks["creates in the fake of ./testing"];

afterEach(() => {
  jest.useRealTimers();
});

for (const [name, check] of Object.entries(checks)) test(name, check);

if (globalThis.fetch) {
  test("Jest's fake timers", async () => {
    jest.useFakeTimers();
    await retryUnderFakeTimers({ highlevel, testing }, jest.advanceTimersByTimeAsync);
  });
}
