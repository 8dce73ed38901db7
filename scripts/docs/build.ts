import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readContractForPage } from "./document.js";
import { loadLibraries } from "./libraries.js";
import { render } from "./render.js";

/** Where the reference page is in the project, once it is built. */
export const pagePath = "dist/docs/index.html";

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the page is built with, and where it will run: by default on disk, beside nothing. */
export interface Surroundings {
  /** The folder with the packages that only the page needs. */
  readonly tools: string;
  /** Default: where `npm run mock` serves. */
  readonly mock?: string;
  /** Path on the page's own origin that relays to HighLevel. */
  readonly relay?: string;
}

/** Builds the reference page: one file that needs no other and no network. */
export async function buildPage({
  tools,
  mock = "http://127.0.0.1:4010",
  relay,
}: Surroundings): Promise<string> {
  const document = await readContractForPage();
  const libraries = await loadLibraries(tools);
  const style = readFileSync(fileOf("page.css"), "utf8");
  const script = await bundle(tools);
  const { server, method, path, operation } = document;
  const { name: packageName } = JSON.parse(readFileSync(fileOf("../../package.json"), "utf8"));
  const examples = operation.requestBody.content["application/json"]?.examples ?? {};
  return render({
    document,
    libraries,
    console: {
      ...{ server, method, path, packageName, mock },
      ...(relay !== undefined && { relay }),
      operationId: operation.operationId,
      statuses: Object.keys(operation.responses).map(Number),
      examples: Object.values(examples).map(({ summary = "", value }) => ({ summary, value })),
    },
    style,
    script,
    policy: policyFor(script),
  });
}

/** The page's script, with all that it imports. */
async function bundle(tools: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileOf("page/main.ts")],
    bundle: true,
    format: "iife",
    minify: true,
    nodePaths: [`${tools}node_modules`],
    target: "es2022",
    write: false,
  });
  // Inside a page, this alone ends a script.
  return (outputFiles[0]?.text ?? "").replaceAll("</script", "<\\/script");
}

/**
 * One script runs, by its hash, and nothing is loaded. Where that script may connect to is what the
 * client allows as a server: https, or http on loopback. The console asks for one's own server, which
 * no build can know; what keeps the token to the chosen one is that no other code can run.
 */
function policyFor(script: string): string {
  const hash = createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
