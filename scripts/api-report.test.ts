import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "./api-report.js";
import { runCommand } from "./lib/testing.js";

it("api-report.md is what the built package exports", async () => {
  expect(await runCommand(run, ["--check"])).toEqual({ status: 0, stdout: "", stderr: "" });
});

describe("npm run api-report", () => {
  let root: string;
  beforeEach(() => {
    root = `${mkdtempSync(join(tmpdir(), "api-report-"))}/`;
    // Little of the standard library, so that it is quick.
    const compilerOptions = { module: "nodenext", lib: ["es5"], types: [], noEmit: true };
    const config = { compilerOptions, files: ["main.d.ts", "other.d.ts"] };
    writeFileSync(`${root}tsconfig.build.json`, JSON.stringify(config));
    const exports = {
      ".": { types: "./main.d.ts", default: "./main.js" },
      "./other": { types: "./other.d.ts", default: "./other.js" },
      "./data.json": "./data.json",
    };
    writeFileSync(`${root}package.json`, JSON.stringify({ name: "shop", exports }));
    writeFileSync(
      `${root}main.d.ts`,
      'import type { Price } from "./price.js";\n/** Buys. */\nexport declare function buy(price: Price): void;\n',
    );
    writeFileSync(`${root}other.d.ts`, "export declare const isOpen: boolean;\n");
    price("number");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const price = (type: string) =>
    writeFileSync(
      `${root}price.d.ts`,
      `export interface Price {\n  /** Euro. */\n  readonly amount: ${type};\n}\n`,
    );

  const report = (...args: string[]) => runCommand(run, args, { root });

  it("shows each entry with the types that it needs, and says how a stale one is refreshed", async () => {
    expect(await report("--check")).toMatchObject({ status: 1 });
    expect(await report()).toEqual({ status: 0, stdout: "api-report.md: written\n", stderr: "" });
    expect(readFileSync(`${root}api-report.md`, "utf8")).toBe(`# The public API

Written by \`npm run api-report\`. Do not edit.

## shop

\`\`\`ts
export declare function buy(price: Price): void;
interface Price {
    readonly amount: number;
}
export {};
\`\`\`

## shop/other

\`\`\`ts
export declare const isOpen: boolean;
export {};
\`\`\`
`);
    expect(await report("--check")).toEqual({ status: 0, stdout: "", stderr: "" });

    // A stale one is left as it is.
    const before = readFileSync(`${root}api-report.md`, "utf8");
    price("string");
    expect(await report("--check")).toEqual({
      status: 1,
      stdout: "",
      stderr: "The public API has changed. Run npm run api-report, and commit api-report.md.\n",
    });
    expect(readFileSync(`${root}api-report.md`, "utf8")).toBe(before);
  });

  it("wants the package built", async () => {
    rmSync(`${root}other.d.ts`);
    expect(await report()).toEqual({
      status: 2,
      stdout: "",
      stderr: "./other.d.ts is not there. Run npm run build first.\n",
    });
  });
});
