import { defineConfig } from "vitest/config";

// No test depends on how fast a machine is; a test that hangs still ends.
const testTimeout = 60_000;

// What *.test-d.ts files say of types is checked by `npm run typecheck`, like all other types.
export default defineConfig({
  test: {
    reporters: ["default", "./contract-tests/reporter.ts"],
    projects: [
      { test: { name: "unit", testTimeout, include: ["{src,scripts,examples}/**/*.test.ts"] } },
      {
        test: {
          name: "contract",
          testTimeout,
          include: ["contract-tests/**/*.test.ts"],
          setupFiles: ["contract-tests/record.ts"],
        },
      },
    ],
  },
});
