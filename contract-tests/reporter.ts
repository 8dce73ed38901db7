import { readdirSync } from "node:fs";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { readContract } from "../scripts/lib/contract.js";
import { coverageTable, rowsOf } from "./coverage.js";
import type {} from "./record.js";

const testFiles = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));

/** Prints what the contract tests exercised of the contract, and fails the run if they left a row. */
export default class CoverageReporter implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const exercised = modules.flatMap((module) => module.meta().exercised ?? []);
    const ran = modules.filter((module) => module.meta().exercised !== undefined);
    // A part of the tests cannot cover the whole.
    if (this.#isFiltered || ran.length < testFiles.length) return;

    const { lines, uncovered } = coverageTable(rowsOf(await readContract()), new Set(exercised));
    console.log(`\nWhat the tests exercised of the contract\n  ${lines.join("\n  ")}`);
    if (uncovered.length > 0) {
      console.error(`No test exercises\n  ${uncovered.join("\n  ")}`);
      process.exitCode = 1;
    }
  }
}
