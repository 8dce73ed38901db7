import { fail, findChromium } from "./lib/tools.js";

/** Vitest's global setup of scripts/docs.test.ts. */
export default function setup(): void {
  if (findChromium() === undefined) fail("There is no browser: apt-get install chromium");
}
