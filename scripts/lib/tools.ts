// Functions that several commands share.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Redocly's command, for `process.execPath`. */
export const redoclyCli = join(root, "node_modules/@redocly/cli/bin/cli.js");

/** Ends the command with exit code 2 and one line that says what to do. */
export function fail(reason: string): never {
  console.error(reason);
  process.exit(2);
}

/** A temporary folder, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs npm, as it is run by a script of package.json, and returns what it prints. */
export function npm(args: readonly string[], cwd = root): string {
  const { npm_execpath: cli = fail("Run this by npm run.") } = process.env;
  const options = { cwd, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync(process.execPath, [cli, ...args], options);
}

/** Installs packages, each with its exact version, into a temporary folder, and returns the folder. */
export function install(...packages: readonly string[]): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  try {
    npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], folder);
  } catch {
    fail(`npm could not install ${packages.join(" ")}: check the network, then try again.`);
  }
  return folder;
}

/** The browser that tests and pictures use; undefined where there is none. */
export function findChromium(): string | undefined {
  const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
