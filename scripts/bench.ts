import { benchBulk } from "./bench/bulk.js";
import { benchCalls } from "./bench/calls.js";
import { benchHeap } from "./bench/heap.js";
import { benchImports } from "./bench/imports.js";
import type { Part, Target } from "./bench/report.js";
import { CliError, command, exitCode, start } from "./lib/cli.js";
import { installTools } from "./lib/tools.js";

const parts: Readonly<Record<string, Part>> = {
  calls: benchCalls,
  imports: benchImports,
  bulk: benchBulk,
  heap: benchHeap,
};

export const run = command(
  {
    usage: `npm run bench [-- --only ${Object.keys(parts).join("|")}] [--rounds 30]`,
    options: { only: { type: "string" }, rounds: { type: "string", default: "30" } },
  },
  async ({ values: { only, rounds: given } }, io) => {
    const rounds = Number(given);
    if (!Number.isInteger(rounds) || rounds < 1) {
      throw new CliError(`--rounds must be a whole number from 1 up, not ${given}.`);
    }
    const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
    if (chosen.length === 0) {
      throw new CliError(`--only takes ${Object.keys(parts).join(", ")}, not ${only}.`);
    }
    installTools("bench", io);
    const targets: Target[] = [];
    for (const [, part] of chosen) targets.push(...(await part(rounds, io)));
    const missed = targets.filter(({ holds }) => !holds);
    io.out(`${targets.length - missed.length} of ${targets.length} targets hold.`);
    for (const { what } of missed) io.out(`Missed: ${what}`);
    return missed.length === 0 ? exitCode.done : exitCode.failed;
  },
);

start(import.meta, run);
