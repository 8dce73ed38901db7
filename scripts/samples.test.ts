import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { root, temporaryFolder } from "./lib/tools.js";

const read = (file: string) => readFileSync(join(root, file), "utf8");

it("every TypeScript sample of the README and of the contract compiles", () => {
  const folder = temporaryFolder();
  const files = [...blocksIn(read("README.md")), ...samplesIn(parse(read("openapi/openapi.yaml")))];
  const names = files.map((code, index) => {
    const name = join(folder, `sample-${index + 1}.mts`);
    writeFileSync(name, code);
    return name;
  });
  expect(names.length).toBeGreaterThan(2);

  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A sample shows how a thing is done, and need not use what it declares.
  const program = ts.createProgram(names, { ...options, noUnusedLocals: false });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const code = file?.text.slice(start).split("\n")[0];
    return `${code}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(problems).toEqual([]);
});

function blocksIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

interface Contract {
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
}

interface Operation {
  readonly "x-codeSamples": readonly { readonly source: string }[];
}

function samplesIn({ paths }: Contract): string[] {
  const operations = Object.values(paths).map(({ post }) => post);
  return operations.flatMap((operation) => operation["x-codeSamples"].map(({ source }) => source));
}
