import { defineConfig } from "vitest/config";

// The failure scenarios with the undici of a runtime's users in place of the project's own.
export default defineConfig({
  root: process.cwd(),
  test: {
    testTimeout: 60_000,
    include: ["src/failures.test.ts", "src/undici.test.ts"],
    alias: { undici: process.env.UNDICI_FILE ?? "" },
  },
});
