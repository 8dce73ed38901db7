import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./contract-tests/reporter.ts"],
    projects: [
      { test: { name: "unit", include: ["{src,scripts,docs}/**/*.test.ts"] } },
      {
        test: {
          name: "contract",
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
