import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { buildPage } from "./docs/build.js";
import { launchChromium } from "./lib/chromium.js";
import { CliError, command, exitCode, start } from "./lib/cli.js";
import { installTools } from "./lib/tools.js";
import { type Theme, terminalPicture } from "./pictures/terminal.js";

const folder = "docs/images/";

const themes: Readonly<Record<"light" | "dark", Theme>> = {
  light: { back: "#ffffff", line: "#d0d7de", text: "#1b1f24", muted: "#57606a" },
  dark: { back: "#0d1117", line: "#3a424c", text: "#e6edf3", muted: "#a3adb8" },
};

/** What is used of sharp, which the root of the project does not install. */
type Sharp = (picture: Buffer) => {
  png(options: { palette: boolean; quality: number; compressionLevel: number; dither: number }): {
    toBuffer(): Promise<Buffer>;
  };
};

/** Makes the pictures of the README: the reference page and the demo, each light and dark. */
export const run = command({ usage: "npm run pictures" }, async (_args, io) => {
  const browser = await launchChromium(io);
  try {
    const tools = installTools("pictures", io);
    const { resolve } = createRequire(`${tools}package.json`);
    const { default: sharp }: { default: Sharp } = await import(
      pathToFileURL(resolve("sharp")).href
    );
    mkdirSync(io.root + folder, { recursive: true });
    const write = (name: string, picture: string | Buffer) => {
      writeFileSync(io.root + folder + name, picture);
      const kB = (Buffer.byteLength(picture) / 1000).toFixed(1);
      io.out(`${folder}${name}: ${kB} kB`);
    };
    const page = await buildPage({ tools: installTools("docs", io) });
    const demo = outputOfDemo(io.root);
    for (const colorScheme of ["light", "dark"] as const) {
      const tab = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme });
      await tab.setContent(page);
      const picture = await tab.screenshot({ animations: "disabled" });
      const small = sharp(picture).png({
        palette: true,
        quality: 80,
        compressionLevel: 9,
        dither: 0,
      });
      write(`reference-${colorScheme}.png`, await small.toBuffer());
      const terminal = terminalPicture("npm ci && npm run demo", demo, themes[colorScheme]);
      write(`demo-${colorScheme}.svg`, terminal);
    }
    return exitCode.done;
  } finally {
    await browser.close();
  }
});

/** What the demo prints, with the mock on one port, whichever was free. */
function outputOfDemo(root: string): string {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "demo"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new CliError(`The demo failed: ${stderr.trim()}`);
  return stdout.replace(/(?<=127\.0\.0\.1:)\d+/g, "4010");
}

start(import.meta, run);
