import { afterAll } from "vitest";
import { exercisedBy } from "./coverage.js";
import { violatedPlaces } from "./harness.js";

// Set up before each file of contract tests: whatever a test sends and gets is noted for the
// coverage report.

declare module "vitest" {
  interface TaskMeta {
    /** The keys of what the file exercised of the contract. */
    exercised?: string[];
  }
}

const exercised = new Set<string>();
const realFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const response = await realFetch(input, init);
  const exchange = {
    method: init?.method ?? "GET",
    path: new URL(String(input)).pathname,
    requestHeaders: new Headers(init?.headers),
    requestBody: parsed(init?.body),
    status: response.status,
    responseHeaders: response.headers,
    responseBody: parsed(await response.clone().text()),
    violations: violatedPlaces(response),
  };
  for (const key of exercisedBy(exchange)) exercised.add(key);
  return response;
};

afterAll(({}, file) => {
  file.meta.exercised = [...exercised];
});

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}
