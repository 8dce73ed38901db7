import * as highlevel from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { undiciFetch } from "highlevel-product-collections/undici";
import { afterEach, describe, test, vi } from "vitest";
import { createChecks, retryUnderFakeTimers } from "./checks.mjs";

const urls = JSON.parse(process.env.CONSUMER_URLS);

afterEach(() => {
  vi.useRealTimers();
});

// happy-dom's own fetch gives no code for a refused connection, as that of a browser gives none.
const ways = {
  "its fetch": { tellsWhy: false },
  undiciFetch: { options: { fetch: undiciFetch } },
};
describe.each(Object.entries(ways))("with %s", (_, way) => {
  for (const [name, check] of Object.entries(createChecks({ highlevel, testing, urls, ...way }))) {
    test(name, check);
  }
});

test("Vitest's fake timers", async () => {
  vi.useFakeTimers();
  await retryUnderFakeTimers({ highlevel, testing }, vi.advanceTimersByTimeAsync);
});
