import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError } from "./lib/cli.js";
import { onDemand } from "./lib/on-demand.js";

/** What the scripts use of Playwright, which is no package of this project. */
export interface Locator {
  click(): Promise<void>;
  count(): Promise<number>;
  first(): Locator;
  getByRole(role: string, options: { name: string; exact?: boolean }): Locator;
  getByText(text: string, options?: { exact: boolean }): Locator;
  isVisible(): Promise<boolean>;
  locator(selector: string): Locator;
  textContent(): Promise<string | null>;
}

export interface Page extends Pick<Locator, "getByRole" | "getByText" | "locator"> {
  evaluate(expression: string): Promise<unknown>;
  goto(url: string): Promise<unknown>;
  on(event: "console", tell: (message: { type(): string; text(): string }) => void): void;
  on(event: "pageerror", tell: (error: Error) => void): void;
  route(url: string, handle: (route: Route) => Promise<void>): Promise<void>;
  setDefaultTimeout(timeoutMs: number): void;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  waitForTimeout(timeoutMs: number): Promise<void>;
}

export interface Route {
  abort(): Promise<void>;
  continue(): Promise<void>;
  request(): { url(): string };
}

export interface Browser {
  close(): Promise<void>;
  newPage(): Promise<Page>;
  version(): string;
}

interface Playwright {
  readonly chromium: {
    launch(options: { executablePath: string; args: readonly string[] }): Promise<Browser>;
  };
}

/** Starts this machine's Chromium, without the errands that a browser runs for its maker. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  const folder = onDemand("playwright-core", "1.65.1");
  const { chromium }: Playwright = await import(pathToFileURL(join(folder, "index.mjs")).href);
  return chromium.launch({
    executablePath,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named && !canRun(named)) throw new CliError(`CHROMIUM_PATH: ${named} is no program.`);
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
