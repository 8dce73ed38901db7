import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../lib/rate-limited-server.js";
import { generateClients } from "./generated-clients.js";
import { measured, vendor } from "./measured.js";
import { median, medianRatio, type Part, printTable, type Target, times } from "./report.js";

/** Of each round, the microseconds of a call; by client, and by how many were in flight. */
type Calls = Record<string, Record<"1" | "50", { us: number; cpuUs: number }[]>>;

const rivals = ["openapi-fetch", "hey-api", "redocly generate-client", "axios", vendor];

export const benchCalls: Part = async (rounds, { out }) => {
  const server = await startServer({ limit: 0, intervalMs: 10_000 });
  const folder = mkdtempSync(join(tmpdir(), "highlevel-bench-"));
  let calls: Calls;
  try {
    const task = { url: server.url, rounds, generated: await generateClients(folder) };
    calls = (await measured("measure-calls.mjs", task)) as Calls; // what it prints
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.close();
  }
  const figure = (name: string, inFlight: "1" | "50", unit: "us" | "cpuUs" = "us") =>
    (calls[name]?.[inFlight] ?? []).map((round) => round[unit]);
  const ratio = (name: string, to: string, inFlight: "1" | "50") =>
    medianRatio(figure(name, inFlight), figure(to, inFlight));

  out(`Calls at 1 and at 50 in flight, median of ${rounds} rounds`);
  printTable(out, [
    ["", "× fetch at 1", "at 50", "µs at 1", "at 50", "CPU µs at 1", "at 50"],
    ...Object.keys(calls).map((name) => [
      name,
      times(ratio(name, "fetch", "1")),
      times(ratio(name, "fetch", "50")),
      ...(["us", "cpuUs"] as const).flatMap((unit) =>
        (["1", "50"] as const).map((inFlight) => median(figure(name, inFlight, unit)).toFixed(0)),
      ),
    ]),
  ]);
  const us = "this client";
  const withUndici = "this client, undiciFetch";
  return (["1", "50"] as const).flatMap((inFlight): Target[] => [
    {
      what: `at most ×1.30 of fetch at ${inFlight}`,
      holds: ratio(us, "fetch", inFlight) <= 1.3,
    },
    ...rivals
      .filter((name) => name !== vendor)
      .map((name) => ({
        what: `ahead of ${name} at ${inFlight}`,
        holds: ratio(us, name, inFlight) < 1,
      })),
    {
      what: `with undiciFetch at most ×0.55 of fetch at ${inFlight}`,
      holds: ratio(withUndici, "fetch", inFlight) <= 0.55,
    },
    ...rivals.map((name) => ({
      what: `${name} at least ×1.80 of undiciFetch at ${inFlight}`,
      holds: ratio(name, withUndici, inFlight) >= 1.8,
    })),
  ]);
};
