import { existsSync, readFileSync } from "node:fs";
import { CliError } from "../lib/cli.js";

/** The declarations of each entry that the package exports, as they are built, in one document. */
export async function reportIn(root: string): Promise<string> {
  // Both take a second to load, which no refusal of an argument should.
  const [{ default: ts }, { generateDtsBundle }] = await Promise.all([
    import("typescript"),
    import("dts-bundle-generator"),
  ]);
  const { name, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const entries = entriesIn(exports);
  const missing = entries.find(({ types }) => !existsSync(root + types));
  if (missing !== undefined) {
    throw new CliError(`${missing.types} is not there. Run npm run build first.`);
  }
  const bundles = generateDtsBundle(
    entries.map(({ types }) => ({
      filePath: root + types,
      // Declarations are checked where they are built.
      noCheck: true,
      output: { noBanner: true, sortNodes: true, exportReferencedTypes: false },
    })),
    { preferredConfigPath: `${root}tsconfig.build.json` },
  );
  const sections = bundles.map((bundle, index) => {
    const specifier = `${name}${entries[index]?.subpath.slice(1)}`;
    // Comments are seen where they are written; here a line that changes is one that a user compiles.
    const printer = ts.createPrinter({ removeComments: true });
    const source = ts.createSourceFile("", bundle, ts.ScriptTarget.Latest);
    return `## ${specifier}\n\n\`\`\`ts\n${printer.printFile(source)}\`\`\`\n`;
  });
  return `# The public API\n\nWritten by \`npm run api-report\`. Do not edit.\n\n${sections.join("\n")}`;
}

interface Entry {
  readonly subpath: string;
  readonly types: string;
}

/** The entries of a package's `exports` that have types. */
function entriesIn(exports: object): readonly Entry[] {
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "object" ? [{ subpath, types: target.types }] : [],
  );
}
