import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (file: string) => fileURLToPath(new URL(file, import.meta.url));

// `npm test` runs `unit` and `contract`; each of the others has a command of its own.
export default defineConfig({
  test: {
    testTimeout: 60_000, // no test depends on how fast a machine is; a test that hangs still ends
    maxWorkers: "100%", // by default one core stays idle, which on two is half of them
    alias: {
      // As tsconfig.json has it.
      "highlevel-product-collections/contract-tests": source("contract-tests/index.ts"),
      "highlevel-product-collections/testing": source("src/testing.ts"),
      "highlevel-product-collections": source("src/index.ts"),
    },
    projects: [
      project("unit", "{src,scripts,examples}/**/*.test.ts", {
        exclude: ["scripts/{docs,redis}.test.ts"],
      }),
      project("contract", "contract-tests/*.test.ts", {
        exclude: ["contract-tests/live.test.ts"],
        globalSetup: ["contract-tests/mock.setup.ts"],
      }),
      project("live", "contract-tests/live.test.ts"),
      project("docs", "scripts/docs.test.ts"),
      project("redis", "scripts/redis.test.ts"),
    ],
  },
});

function project(name: string, include: string, more: object = {}) {
  return { extends: true as const, test: { name, include: [include], ...more } };
}
