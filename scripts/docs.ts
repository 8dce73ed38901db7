import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { cli, exitCode } from "./cli.js";
import { buildPage } from "./docs/build.js";
import { readDocument } from "./docs/document.js";
import { relay, serveDocs } from "./docs/serve.js";
import { installTools } from "./lib/tools.js";
import { startMock } from "./mock.js";

/** The reference page on disk. */
export const pageFile = fileURLToPath(new URL("../dist/docs/index.html", import.meta.url));

/** Builds the reference page; with `open`, serves it beside the mock until Ctrl-C. */
export async function run(
  { open }: { readonly open: boolean },
  io: Pick<Console, "log">,
): Promise<number> {
  const tools = installTools("docs", { out: io.log });
  mkdirSync(dirname(pageFile), { recursive: true });
  writeFileSync(pageFile, await buildPage({ tools }));
  io.log(`${relative(process.cwd(), pageFile)}: built`);
  if (!open) return exitCode.done;

  const mock = await startMock();
  const page = await serveDocs(await buildPage({ tools, mock: mock.url, relay }), readDocument());
  io.log(`the page   ${page.url}\nthe mock   ${mock.url}`);
  openBrowser(page.url, () => io.log("No browser could be started: open the page yourself."));
  io.log("Ctrl-C stops both.");
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  page.close();
  await mock.close();
  return exitCode.done;
}

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

cli(
  import.meta,
  "npm run docs [-- --open]    --open serves the page beside the mock until Ctrl-C",
  { open: { type: "boolean", default: false } },
  ({ values }) => run(values, console),
);
