import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectRoot as root } from "../lib/cli.js";
import { operationsOf, readContract } from "../lib/contract.js";

const documents = ["README.md"];

/** The TypeScript snippets of a document, each as a file beside it that is never written. */
function snippetsOf(document: string): [string, string][] {
  const text = readFileSync(root + document, "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""], index) => [
    `${root}${document}.${index + 1}.ts`,
    code,
  ]);
}

/** The files of the package and of the compiler's libraries, read once for all snippets. */
const sourceFiles = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of files that are not on disk, under the project's own settings. */
function diagnose(files: ReadonlyMap<string, string>): string[] {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  // A snippet shows how a thing is done and need not use what it declares.
  Object.assign(options, { noUnusedLocals: false, noUnusedParameters: false });
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = files.get(name);
    if (text !== undefined) return ts.createSourceFile(name, text, languageVersion);
    if (!sourceFiles.has(name)) {
      sourceFiles.set(name, getSourceFile(name, languageVersion, ...rest));
    }
    return sourceFiles.get(name);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line =
      file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const name = file?.fileName.slice(root.length) ?? "";
    return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

it.each(documents)(
  "every TypeScript snippet of %s compiles against the built package",
  (document) => {
    const snippets = snippetsOf(document);
    expect(snippets).not.toEqual([]);
    expect(diagnose(new Map(snippets))).toEqual([]);
  },
);

it("the README's table has every field that a caller gives", async () => {
  const [{ operation } = { operation: undefined }] = operationsOf(await readContract());
  const fields = operation?.requestBody.content["application/json"]?.schema.properties;
  const given = Object.keys(fields ?? {}).filter((it) => !/^alt(Id|Type)$/.test(it));
  expect(given).toContain("slug");
  const rows = readFileSync(`${root}README.md`, "utf8").matchAll(/^\| `(\w+): /gm);
  expect([...rows].map(([, name]) => name)).toEqual(expect.arrayContaining(given));
});

it("a snippet that does not compile is named with its line", () => {
  const file = `${root}README.md.1.ts`;
  const code = 'import { createClient } from "highlevel-product-collections";\ncreateClient({});\n';
  expect(diagnose(new Map([[file, code]]))).toEqual([
    expect.stringMatching(/^README\.md\.1\.ts:2 /),
  ]);
});
