import { findChromium, refuse } from "./lib.js";

/** Vitest's global setup of scripts/docs.test.ts. */
export default function setup(): void {
  if (findChromium() === undefined) refuse("There is no browser: apt-get install chromium");
}
