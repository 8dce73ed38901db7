import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { operationsOf, readContract } from "./lib/contract.js";
import { root, temporaryFolder } from "./lib/tools.js";

const read = (file: string) => readFileSync(join(root, file), "utf8");

it("every TypeScript sample of the README, of docs/ and of the contract compiles", () => {
  const folder = temporaryFolder();
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const pages = ["README.md", ...docs.map((name) => `docs/${name}`)];
  const files = [...pages.flatMap((page) => blocksIn(read(page))), ...samples()];
  const names = files.map((code, index) => {
    const name = join(folder, `sample-${index + 1}.mts`);
    writeFileSync(name, code);
    return name;
  });
  expect(names.length).toBeGreaterThan(2);

  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A sample shows how a thing is done, and need not use what it declares.
  const paths = { ...options.paths, vitest: [join(root, "node_modules/vitest/dist/index.d.ts")] };
  const program = ts.createProgram(names, { ...options, paths, noUnusedLocals: false });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const code = file?.text.slice(start).split("\n")[0];
    return `${code}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(problems).toEqual([]);
});

function blocksIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

/** The samples of the contract's operations. */
function samples(): string[] {
  const shown = operationsOf(readContract()).flatMap(
    ({ source }) => (source["x-codeSamples"] ?? []) as readonly { lang: string; source: string }[],
  );
  return shown.flatMap(({ lang, source }) => (lang === "TypeScript" ? [source] : []));
}
