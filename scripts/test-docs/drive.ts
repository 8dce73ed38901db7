import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { startPrism } from "../../contract-tests/support/prism.js";
import { buildPage, pagePath } from "../docs/build.js";
import { readContractForPage } from "../docs/document.js";
import { relay, serveDocs } from "../docs/serve.js";
import { type Io, projectRoot } from "../lib/cli.js";
import { installTools } from "../lib/tools.js";
import { consoleChecks } from "./console.js";
import { readingChecks } from "./reading.js";
import { recordAndAnswer, recordBefore } from "./recorder.js";

/** One thing that a reader can do with the page; throws where it cannot be done. Says what was seen. */
export type Check = readonly [name: string, perform: () => Promise<string>];

/** Where the page and the servers that it talks to are. */
export interface Stage {
  readonly browser: Browser;
  /** The page on disk, beside nothing. */
  readonly file: string;
  /** The page as `--open` serves it. */
  readonly served: string;
  readonly mock: Awaited<ReturnType<typeof recordBefore>>;
  /** Stands in for HighLevel, behind the relay. */
  readonly highlevel: Awaited<ReturnType<typeof recordAndAnswer>>;
  readonly contract: Awaited<ReturnType<typeof readContractForPage>>;
  readonly axe: string;
}

/** Does all that a reader does with the page, and says of each whether it works. */
export async function drive(
  launch: () => Promise<Browser>,
  axe: string,
  { out }: Pick<Io, "out">,
): Promise<boolean> {
  const tools = installTools("docs", { out });
  mkdirSync(dirname(projectRoot + pagePath), { recursive: true });
  writeFileSync(projectRoot + pagePath, await buildPage({ tools }));
  const contract = await readContractForPage();
  const closers: (() => unknown)[] = [];
  /** Has a browser or server closed at the end, however far the start came. */
  const started = <T extends { close(): unknown }>(it: T): T => {
    closers.unshift(() => it.close());
    return it;
  };
  try {
    const prism = started(await startPrism());
    const mock = started(await recordBefore(prism.url));
    const highlevel = started(
      await recordAndAnswer({
        status: 201,
        headers: { "content-type": "application/json", "x-ratelimit-remaining": "41" },
        body: JSON.stringify({ data: { _id: "of-the-relay" } }),
      }),
    );
    const page = started(
      await serveDocs(await buildPage({ tools, mock: mock.url, relay }), {
        ...contract,
        server: highlevel.url,
      }),
    );
    const browser = started(await launch());
    const stage: Stage = {
      ...{ browser, mock, highlevel, contract, axe },
      file: pathToFileURL(projectRoot + pagePath).href,
      served: page.url,
    };
    const checks = [...readingChecks(stage), ...consoleChecks(stage)];
    let failed = 0;
    for (const [name, perform] of checks) {
      try {
        out(`${name.padEnd(24)}ok      ${await perform()}`);
      } catch (error) {
        failed++;
        out(`${name.padEnd(24)}failed  ${error instanceof Error ? error.message : error}`);
      }
    }
    out(`${checks.length - failed} of ${checks.length} checks passed`);
    return failed === 0;
  } finally {
    for (const close of closers) await close();
  }
}
