import { defineConfig } from "vitest/config";

// No test depends on how fast a machine is; a test that hangs still ends.
const testTimeout = 60_000;

export default defineConfig({
  test: {
    reporters: ["default", "./contract-tests/reporter.ts"],
    projects: [
      { test: { name: "unit", testTimeout, include: ["{src,scripts,docs}/**/*.test.ts"] } },
      {
        test: {
          name: "contract",
          testTimeout,
          include: ["contract-tests/**/*.test.ts"],
          setupFiles: ["contract-tests/record.ts"],
          // Other sources are checked by `npm run typecheck`.
          typecheck: {
            enabled: true,
            include: ["contract-tests/**/*.test-d.ts"],
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
});
