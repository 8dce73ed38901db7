import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "../contract-tests/support/listen.js";
import { startPrism } from "../contract-tests/support/prism.js";
import { CliError, command, exitCode, start } from "./lib/cli.js";
import { type Operation, type Response, readContract } from "./lib/contract.js";

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The reference page: one file that needs no other and no network. */
export const pageFile = fileOf("dist/docs/index.html");

/** A sample of the contract's `x-codeSamples`. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

/** What the page reads of the contract beyond what the other scripts do. */
interface Page {
  readonly info: { readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, { readonly description: string }>>;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, PageOperation>>>>;
}

/** What the page reads of an operation. */
export interface PageOperation extends Operation {
  readonly summary: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, Response & { readonly description: string }>>;
  readonly "x-codeSamples": readonly CodeSample[];
}

/** The contract as the page shows it. */
export async function readPage(): Promise<Page> {
  // The same document: `Contract` names what the other scripts need of it, `Page` what this one does.
  return forPage((await readContract()) as unknown as Page);
}

/**
 * Says in the text what Redoc has no section for, and takes the operations out of their tags, since
 * Redoc hides the operations of a tag until someone asks for them.
 */
function forPage(contract: Page): Page {
  const { info, components, paths } = contract;
  const tokens = Object.values(components.securitySchemes).map(({ description }) => description);
  const [overview = "", ...sections] = info.description.split(/^(?=## )/m);
  const authentication = `## Authentication\n\n${tokens.join("\n\n")}\n`;
  const untagged = ({ tags, ...operation }: PageOperation) => operation;
  return {
    ...contract,
    info: { ...info, description: [overview, authentication, ...sections].join("\n") },
    paths: mapValues(paths, (methods) => mapValues(methods, untagged)),
    // Not a tag of any operation: a section of its own, about the client and not about the API.
    tags: [{ name: "Errors in the client", description: errorsOfTheClient() }],
  };
}

function mapValues<From, To>(of: Readonly<Record<string, From>>, to: (value: From) => To) {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));
}

/** The README's section on errors. */
function errorsOfTheClient(): string {
  const section = readFileSync(fileOf("README.md"), "utf8")
    .split(/^## /m)
    .find((it) => it.startsWith("Errors\n"));
  if (section === undefined) {
    throw new CliError("README.md has no section `## Errors` for the reference page to show.");
  }
  return section.slice("Errors\n".length);
}

/** Builds the reference page. */
export async function buildDocs(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "highlevel-docs-"));
  try {
    const page = await readPage();
    const contract = join(folder, "openapi.json");
    writeFileSync(contract, JSON.stringify(page));
    const { status, stderr } = redoclyCli(
      ...["build-docs", contract, "--output", pageFile, "--inlineBundle"],
      ...["--config", fileOf("redocly.yaml"), "--template", fileOf("scripts/docs.hbs")],
      ...["--openapi", JSON.stringify(options(page))],
    );
    if (status !== 0) throw new CliError(`Redocly CLI built no page:\n${stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  writeFileSync(pageFile, withoutLogo(readFileSync(pageFile, "utf8")));
}

/** Runs Redocly CLI without its telemetry and its banners. */
function redoclyCli(...args: string[]) {
  const file = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
  return spawnSync(process.execPath, [file, ...args], {
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  });
}

/** How Redoc is to show the contract. */
function options({ paths }: Page) {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const samples = operations.flatMap((operation) => operation["x-codeSamples"]);
  return {
    hideSchemaTitles: true,
    schemasExpansionLevel: "all",
    jsonSamplesExpandLevel: "all",
    // Redoc shows no sample in a language that is not named here.
    codeSamples: {
      languages: [...samples.map(({ lang, label }) => ({ lang, label })), { lang: "Payload" }],
    },
  };
}

/** Redoc fetches its logo from a host of its own; no option keeps it from that. */
function withoutLogo(html: string): string {
  return html.replaceAll(/https:\/\/cdn\.redoc\.ly\/[\w/-]+\.svg/g, "data:,");
}

/** Serves the reference page on loopback. */
function servePage() {
  return listen((request, response) => {
    if (request.url !== "/") return response.writeHead(404).end();
    return response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(readFileSync(pageFile));
  });
}

export const run = command(
  {
    usage: "npm run docs [-- --open]    --open serves the page beside the mock until Ctrl-C",
    options: { open: { type: "boolean", default: false } },
  },
  async ({ values: { open } }, { out, stopped }) => {
    await buildDocs();
    out(`${relative(process.cwd(), pageFile)}: built`);
    if (!open) return exitCode.done;
    const mock = await startPrism();
    const page = await servePage();
    out(`the page   ${page.url}\nthe mock   ${mock.url}\nCtrl-C stops both.`);
    await stopped();
    page.close();
    await mock.close();
    return exitCode.done;
  },
);

start(import.meta, run);
