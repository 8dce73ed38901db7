import { defineConfig } from "tsdown";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    testing: "src/testing.ts",
    "contract-tests": "contract-tests/index.ts",
  },
  platform: "neutral",
  target: "es2022",
  dts: true,
  // `dist/` also holds the contract, which `npm run build` puts there first.
  clean: ["dist/*.js", "dist/*.d.ts"],
  publint: { strict: true },
  // By default a problem is a warning, and the build passes.
  attw: { profile: "esm-only", level: "error", excludeEntrypoints: ["./openapi.yaml"] },
});
