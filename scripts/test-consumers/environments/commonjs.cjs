// What CommonJS does, on Node.js alone; prints what a test runner prints as JSON.

const highlevel = require("highlevel-product-collections");
const testing = require("highlevel-product-collections/testing");
const { undiciFetch } = require("highlevel-product-collections/undici");
const { useFakeTimers } = require("sinon");

const urls = JSON.parse(process.env.CONSUMER_URLS);

async function sinonsFakeTimers(retryUnderFakeTimers) {
  // Node.js ends the body of every Response in a microtask, so that one must be real.
  const clock = useFakeTimers({ toNotFake: ["queueMicrotask"] });
  try {
    await retryUnderFakeTimers({ highlevel, testing }, (ms) => clock.tickAsync(ms));
  } finally {
    clock.restore();
  }
}

async function main() {
  const { createChecks, retryUnderFakeTimers } = require("./checks.mjs");
  const assertionResults = [];
  const run = async (title, check) => {
    const failureMessages = await check().then(
      () => [],
      (error) => [String(error.stack)],
    );
    assertionResults.push({ title, failureMessages });
  };
  for (const [way, options] of Object.entries({ fetch: {}, undiciFetch: { fetch: undiciFetch } })) {
    for (const [name, check] of Object.entries(
      createChecks({ highlevel, testing, urls, options }),
    )) {
      await run(`with ${way}, ${name}`, check);
    }
  }
  await run("Sinon's fake timers", () => sinonsFakeTimers(retryUnderFakeTimers));
  console.log(JSON.stringify({ testResults: [{ assertionResults }] }));
}

main();
