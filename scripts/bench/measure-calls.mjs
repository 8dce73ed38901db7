// Measures a call through each client beside bare fetch, and prints the figures as JSON. In plain Node:
// what tsx compiles is slower than what users run. Takes { url, rounds, generated } as JSON.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { createClient } from "highlevel-product-collections";
import { undiciFetch } from "highlevel-product-collections/undici";
import createFetchClient from "openapi-fetch";

const { url, rounds, generated } = JSON.parse(process.argv[2] ?? "");
const require = createRequire(new URL("./tools/package.json", import.meta.url));
const axios = require("axios");
const { HighLevel } = require("@gohighlevel/api-client");

/** Calls of one client in one round, at 1 and at 50 in flight. */
const sizes = new Map([
  [1, 400],
  [50, 1000],
]);
const locationId = "6578278e879ad2646715ba9c";
const token = "token-of-the-bench";
const collection = { name: "Best Sellers", slug: "best-sellers" };
const body = { altId: locationId, altType: "location", ...collection };
const path = "/products/collections";
const headers = {
  Accept: "application/json",
  Authorization: `Bearer ${token}`,
  "Content-Type": "application/json",
  Version: "2021-07-28",
};

function ours(options) {
  const client = createClient({ locationId, token, baseUrl: url, ...options });
  return () => client.createProductCollection(collection);
}

function openapiFetch() {
  const api = createFetchClient({ baseUrl: url });
  return async () => (await api.POST(path, { body, headers })).data;
}

async function heyApi() {
  const { client, createProductCollection } = await import(pathToFileURL(generated.heyApi).href);
  client.setConfig({ baseUrl: url, auth: token });
  const headers = { Version: "2021-07-28" };
  return async () => (await createProductCollection({ body, headers })).data;
}

async function redocly(init) {
  const { client } = await import(pathToFileURL(generated.redocly).href);
  client.configure({ serverUrl: url, auth: { bearer: token } });
  const headers = { Version: "2021-07-28" };
  return () => client.createProductCollection({ body, headers }, init);
}

function vendor() {
  const config = { privateIntegrationToken: token, apiVersion: "2021-07-28", logLevel: "none" };
  const { products } = new HighLevel(config);
  // It has no option for another server, but hands these on to axios, whose baseURL then wins.
  return () => products.createProductCollection(body, { baseURL: url });
}

async function bareFetch(bounds) {
  const init = { method: "POST", headers, body: JSON.stringify(body), ...bounds };
  return (await fetch(`${url}${path}`, init)).json();
}

/** What fetch itself costs once it may not take for ever: no client that bounds a call can cost less. */
async function fetchInTime() {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 30_000);
  try {
    return await bareFetch({ signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** How each creates a collection, from what its user has in hand to the answer as an object. */
const calls = new Map([
  ["fetch", () => bareFetch()],
  ["fetch with a timeout", fetchInTime],
  ["this client", ours()],
  ["this client, limiter: false", ours({ limiter: false })],
  ["this client, undiciFetch", ours({ fetch: undiciFetch })],
  ["openapi-fetch", openapiFetch()],
  ["hey-api", await heyApi()],
  ["redocly generate-client", await redocly()],
  // It bounds no call unless it is told to, and then does what this client always does.
  ["redocly generate-client, timeout", await redocly({ timeout: 30_000 })],
  ["axios", async () => (await axios.post(`${url}${path}`, body, { headers })).data],
  ["@gohighlevel/api-client", vendor()],
]);

/**
 * Microseconds and CPU microseconds of one call, at so many in flight. No garbage is collected by
 * force in between: that also throws away compiled code, and more of one client than of another.
 */
async function measure(call, inFlight, count) {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const us = ((performance.now() - start) * 1000) / count;
  const { user, system } = process.cpuUsage(cpu);
  return { us, cpuUs: (user + system) / count };
}

/** In an order of chance: each leaves garbage that the next one has to collect. */
function shuffled(items) {
  return [...items]
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

for (const [name, call] of calls) {
  const answer = await call();
  if ((answer?.data ?? answer)?._id === undefined) throw new Error(`${name} created nothing`);
}
// Until all is compiled as well as it ever will be.
for (const [inFlight, count] of sizes) {
  for (const call of calls.values()) await measure(call, inFlight, count * 4);
}

/** The figures of each round, by client. */
const figures = Object.fromEntries([...calls.keys()].map((name) => [name, {}]));
for (const [inFlight, count] of sizes) {
  for (let round = 0; round < rounds; round++) {
    for (const [name, call] of shuffled(calls)) {
      figures[name][inFlight] ??= [];
      figures[name][inFlight].push(await measure(call, inFlight, count));
    }
  }
}
process.stdout.write(JSON.stringify(figures));
process.exit(); // kept connections would hold it
