// npm run contract:diff [-- REF]: today's contract beside that of a ref (default: the newest tag, or main
// where there is none), by `redocly diff`. Fails unless info.version follows the changes.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { contractFile } from "./lib/contract.js";
import { fail, redoclyCli, root, temporaryFolder } from "./lib/tools.js";

const folder = temporaryFolder();
let ref = process.argv[2];
try {
  ref ??= newestTag() ?? "main";
  // The contract may be of several files.
  for (const file of git("ls-tree", "-r", "--name-only", ref, "openapi/")
    .split("\n")
    .filter(Boolean)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), git("show", `${ref}:${file}`));
  }
  readFileSync(join(folder, contractFile));
} catch {
  fail(
    `git knows no ${contractFile} at ${ref ?? "a tag"}. Fetch that ref, or give another: npm run contract:diff -- REF`,
  );
}
console.log(`${contractFile}, compared with ${ref}:`);
const { status } = spawnSync(
  process.execPath,
  [
    redoclyCli,
    "diff",
    join(folder, contractFile),
    contractFile,
    "--fail-on=none",
    "--check-version",
    "--config=openapi/diff.redocly.yaml",
  ],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = status ?? 2;

function newestTag(): string | undefined {
  return git("tag", "--sort=-version:refname").split("\n")[0] || undefined;
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
