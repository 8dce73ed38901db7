import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot as root } from "../lib/cli.js";
import { type Packed, pack } from "../lib/pack.js";

// What a stranger installs. `npm test` has built it before.

let folder: string;
let packed: Packed;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "highlevel-pack-"));
  packed = pack(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  it("holds the built client, the contract and what explains them, and nothing else", () => {
    const allowed =
      /^(dist\/(index|testing|undici)\.js|dist\/(src|generated)\/(http\/)?[\w-]+\.d\.ts|dist\/openapi\.(yaml|json)|docs\/images\/demo-(dark|light)\.svg|examples\/([\w-]+\.ts|README\.md)|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-NOTICES\.md|package\.json)$/;
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    expect(paths).not.toContain("dist/src/http/send.d.ts"); // no entry reaches it
    expect(paths).toEqual(
      expect.arrayContaining([
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "THIRD-PARTY-NOTICES.md",
        "dist/generated/contract.d.ts",
        "dist/generated/openapi.d.ts",
        "dist/index.js",
        "dist/openapi.json",
        "dist/openapi.yaml",
        "dist/src/index.d.ts",
        "dist/src/testing.d.ts",
        "dist/src/undici.d.ts",
        "dist/testing.js",
        "dist/undici.js",
        "examples/README.md",
      ]),
    );
    expect(paths.filter((path) => path.includes(".test."))).toEqual([]);
  });

  it("has every file that its documents link to", () => {
    const paths = packed.files.map(({ path }) => path);
    const documents = paths.filter((path) => path.endsWith(".md"));
    expect(documents).toContain("README.md");
    // The pictures of the reference page are too large for a package.
    const link = /(?:\]\(|(?:src|srcset)=")(?!\w+:|#)([^)"#]+)(?<!\.png)(?=[)"#])/g;
    const dead = documents.flatMap((document) =>
      [...readFileSync(join(root, document), "utf8").matchAll(link)]
        .map(([, target = ""]) => posix.join(posix.dirname(document), target))
        .filter((target) => !paths.includes(target))
        .map((target) => `${document} links to ${target}`),
    );
    expect(dead).toEqual([]);
  });

  it("is at most 80 kB", () => {
    expect(packed.size).toBeLessThanOrEqual(80_000);
  });

  it("has nothing that publint would change", async () => {
    const { messages } = await publint({ pkgDir: root, strict: true, pack: false });
    expect(messages).toEqual([]);
  });

  it("has types that every ESM resolution finds", async () => {
    const tarball = readFileSync(join(folder, packed.filename));
    const analysis = await checkPackage(createPackageFromTarballData(tarball), {
      excludeEntrypoints: ["./openapi.yaml", "./openapi.json", "./package.json"],
    });
    // The package is ESM only: node10 and require() of ESM by older compilers are no concern.
    const problems = (
      analysis.types && "problems" in analysis ? analysis.problems : [analysis]
    ) as {
      kind?: string;
      resolutionKind?: string;
    }[];
    const relevant = problems.filter(
      ({ kind, resolutionKind }) => kind !== "CJSResolvesToESM" && resolutionKind !== "node10",
    );
    expect(relevant).toEqual([]);
  });
});

/** How many bytes a built file is with all it needs, minified and gzipped. */
async function sizeOf(file: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(root, file)],
    bundle: true,
    external: ["undici", "node:*"],
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

describe("with all it needs, minified and gzipped,", () => {
  it.each([
    ["the client", "dist/index.js", 1000, 15_360],
    ["its fake of HighLevel", "dist/testing.js", 1000, 4_096],
    ["its fetch of undici", "dist/undici.js", 300, 1_536],
  ])("%s is small", async (_, file, least, most) => {
    const size = await sizeOf(file);
    expect(size).toBeGreaterThan(least);
    expect(size).toBeLessThanOrEqual(most);
  });
});
