import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./lib/chromium.js";
import { command, exitCode, start } from "./lib/cli.js";
import { installTools } from "./lib/tools.js";

const folder = new URL("test-docs/", import.meta.url);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Drives the reference page in this machine's Chromium. */
export const run = command({ usage: "npm run test:docs" }, async (_args, io) => {
  const tools = installTools("test-docs", io);
  // The drivers are written against types that the root of the project does not install.
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", fileURLToPath(folder)], {
    encoding: "utf8",
  });
  if (status !== 0) {
    io.out(stdout);
    return exitCode.failed;
  }
  const { resolve } = createRequire(`${tools}package.json`);
  const axe = readFileSync(resolve("axe-core/axe.min.js"), "utf8");
  const { drive } = await import(new URL("drive.ts", folder).href);
  const passed: boolean = await drive(() => launchChromium(io), axe, io);
  return passed ? exitCode.done : exitCode.failed;
});

start(import.meta, run);
