import { defineConfig } from "vitest/config";

// No test depends on how fast a machine is; a test that hangs still ends.
const testTimeout = 60_000;

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", testTimeout, include: ["{src,scripts,docs}/**/*.test.ts"] } },
      {
        test: {
          name: "contract",
          testTimeout,
          include: ["contract-tests/**/*.test.ts"],
          globalSetup: ["contract-tests/support/start-prism-once.ts"],
        },
      },
    ],
  },
});
