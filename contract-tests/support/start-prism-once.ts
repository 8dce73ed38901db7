import type { TestProject } from "vitest/node";
import { startPrism } from "./prism.js";

// Vitest's globalSetup of the contract tests: one mock for the whole run. Tests read its address with
// `inject("mockUrl")`.

declare module "vitest" {
  interface ProvidedContext {
    mockUrl: string;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const mock = await startPrism();
  provide("mockUrl", mock.url);
  return mock.close;
}
