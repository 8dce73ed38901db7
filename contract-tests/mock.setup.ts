import type { TestProject } from "vitest/node";
import { startMock } from "../scripts/lib/mock.js";

declare module "vitest" {
  interface ProvidedContext {
    mockUrl: string;
  }
}

/** Vitest's global setup: starts one mock, whose address tests read with `inject("mockUrl")`. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const mock = await startMock();
  provide("mockUrl", mock.url);
  return mock.close;
}
