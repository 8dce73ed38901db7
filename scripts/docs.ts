import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { startPrism } from "../contract-tests/support/prism.js";
import { buildPage, pagePath } from "./docs/build.js";
import { readContractForPage } from "./docs/document.js";
import { relay, serveDocs } from "./docs/serve.js";
import { command, exitCode, start } from "./lib/cli.js";
import { installTools } from "./lib/tools.js";

/** Builds the reference page; with `--open`, serves it beside the mock until Ctrl-C. */
export const run = command(
  {
    usage: "npm run docs [-- --open]    --open serves the page beside the mock until Ctrl-C",
    options: { open: { type: "boolean", default: false } },
  },
  async ({ values: { open } }, { root, out, stopped }) => {
    const tools = installTools("docs", { out });
    mkdirSync(dirname(root + pagePath), { recursive: true });
    writeFileSync(root + pagePath, await buildPage({ tools }));
    out(`${pagePath}: built`);
    if (!open) return exitCode.done;

    const mock = await startPrism();
    const document = await readContractForPage();
    const page = await serveDocs(await buildPage({ tools, mock: mock.url, relay }), document);
    out(`the page   ${page.url}\nthe mock   ${mock.url}`);
    openBrowser(page.url, () => out("No browser could be started: open the page yourself."));
    out("Ctrl-C stops both.");
    await stopped();
    page.close();
    await mock.close();
    return exitCode.done;
  },
);

/** Opens a URL in the reader's browser. */
function openBrowser(url: string, failed: () => void): void {
  const { platform, env } = process;
  const hasDisplay = Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
  if (platform !== "darwin" && platform !== "win32" && !hasDisplay) {
    failed();
    return;
  }
  const command = { darwin: "open", win32: "explorer" }[String(platform)] ?? "xdg-open";
  spawn(command, [url], { detached: true, stdio: "ignore" }).on("error", failed).unref();
}

start(import.meta, run);
