import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError, type Io } from "./cli.js";
import { installTools } from "./tools.js";

/** What the scripts use of Playwright, which the root of the project does not install. */
export interface Page {
  evaluate(expression: string): Promise<unknown>;
  goto(url: string): Promise<unknown>;
  on(event: "pageerror", tell: (error: Error) => void): void;
  screenshot(options: { readonly animations: "disabled" }): Promise<Buffer>;
  setContent(html: string): Promise<void>;
}

export interface Browser {
  close(): Promise<void>;
  newPage(options?: {
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly colorScheme?: "light" | "dark";
  }): Promise<Page>;
  version(): string;
}

interface Playwright {
  readonly chromium: { launch(options: LaunchOptions): Promise<Browser> };
}

interface LaunchOptions {
  readonly executablePath: string;
  readonly args: string[];
}

/** Starts this machine's Chromium. */
export async function launchChromium(io: Pick<Io, "out">): Promise<Browser> {
  const options = launchOptions();
  const tools = installTools("test-docs", io);
  const module = createRequire(`${tools}package.json`).resolve("playwright-core");
  const { default: playwright }: { default: Playwright } = await import(pathToFileURL(module).href);
  return playwright.chromium.launch(options);
}

/** How to start this machine's Chromium, without the errands that a browser runs for its maker. */
function launchOptions(): LaunchOptions {
  return {
    executablePath: findChromium(),
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}

function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named && !canRun(named)) throw new CliError(`CHROMIUM_PATH: ${named} is not a program.`);
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => ["chromium", "chromium-browser"].map((name) => join(folder, name)));
  const found = [...(named ? [named] : []), "/usr/bin/chromium", ...onPath].find(canRun);
  if (found === undefined) {
    throw new CliError(
      "Chromium is not installed: apt-get install chromium (Debian), or set CHROMIUM_PATH.",
    );
  }
  return found;
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
