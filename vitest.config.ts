import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["{src,scripts}/**/*.test.ts"] } },
      {
        test: {
          name: "contract",
          include: ["contract-tests/**/*.test.ts"],
          typecheck: { enabled: true, include: ["contract-tests/**/*.test-d.ts"] },
        },
      },
    ],
  },
});
