import { expect, it } from "vitest";
import { type Counts, conclude } from "./skipped.js";

it.each<[Counts, CI: string | undefined, status: number, line: string]>([
  [{ passed: 2, failed: 0, skipped: 0 }, "true", 0, "2 passed, 0 failed, 0 skipped"],
  [{ passed: 1, failed: 0, skipped: 1 }, undefined, 0, "1 passed, 0 failed, 1 skipped"],
  [{ passed: 1, failed: 0, skipped: 1 }, "", 0, "1 passed, 0 failed, 1 skipped"],
  [{ passed: 1, failed: 1, skipped: 0 }, undefined, 1, "1 passed, 1 failed, 0 skipped"],
  [
    { passed: 1, failed: 0, skipped: 1 },
    "true",
    1,
    "1 passed, 0 failed, 1 skipped; in CI nothing may be skipped",
  ],
  [
    { passed: 0, failed: 0, skipped: 2 },
    undefined,
    1,
    "0 passed, 0 failed, 2 skipped; nothing ran",
  ],
])("after %o with CI=%s ends with %i", (counts, CI, status, line) => {
  const lines: string[] = [];
  const code = conclude(counts, { env: { CI }, out: (it) => lines.push(it) });
  expect({ code, lines }).toEqual({ code: status, lines: [line] });
});
