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

/** Prism's command, for `process.execPath`. */
export const prismCli = join(root, "node_modules/@stoplight/prism-cli/dist/index.js");

/** Ends the command with exit code 2 and one line that says what to do. */
export function fail(reason: string): never {
  console.error(reason);
  process.exit(2);
}

/** For commands: what a function returns. If it throws, the command fails with the error's message. */
export function orFail<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    return fail(Object(error).message);
  }
}

/** A temporary folder, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs the npm that runs this process, and returns what it prints.
 *
 * @throws Error if npm does not run this process, or fails.
 */
export function npm(args: readonly string[], cwd = root): string {
  const { npm_execpath: cli } = process.env;
  if (cli === undefined) throw new Error("There is no npm_execpath: use npm run, or npx.");
  const options = { cwd, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync(process.execPath, [cli, ...args], options);
}

/**
 * Installs packages, each with its exact version, into a temporary folder, and returns the folder.
 *
 * @throws Error with one line that says what to do.
 */
export function install(...packages: readonly string[]): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  try {
    npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], folder);
  } catch {
    throw new Error(
      `npm could not install ${packages.join(" ")}. Check the network, and use npm run or npx.`,
    );
  }
  return folder;
}

/** The browser that tests and pictures use; undefined where there is none. */
export function findChromium(): string | undefined {
  const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
