import { defineConfig } from "vitest/config";

// No test depends on how fast a machine is; a test that hangs still ends.
const testTimeout = 60_000;

// What *.test-d.ts files say of types is checked by `npm run typecheck`, like all other types.
export default defineConfig({
  test: {
    // By default one core stays idle, which on two is half of them.
    maxWorkers: "100%",
    projects: [
      { test: { name: "client", testTimeout, include: ["src/**/*.test.ts"] } },
      {
        test: {
          name: "scripts",
          testTimeout,
          include: ["{scripts,examples}/**/*.test.ts"],
          // Prism, Redocly and the compiler are loaded once for each worker, and not for each file.
          isolate: false,
        },
      },
      {
        test: {
          name: "contract",
          testTimeout,
          include: ["contract-tests/**/*.test.ts"],
          isolate: false,
          globalSetup: ["contract-tests/support/start-prism-once.ts"],
        },
      },
    ],
  },
});
