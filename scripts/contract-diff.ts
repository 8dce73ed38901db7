// npm run contract:diff [-- REF]: today's contract beside that of a ref (default: the newest tag, or main
// where there is none), by `redocly diff`. Fails unless info.version follows the changes.

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, redoclyCli, root, temporaryFolder } from "./lib/tools.js";

const contract = "openapi/openapi.yaml";
const base = join(temporaryFolder(), "openapi.yaml");
let ref = process.argv[2];
try {
  ref ??= newestTag() ?? "main";
  writeFileSync(base, git("show", `${ref}:${contract}`));
} catch {
  fail(
    `git knows no ${contract} at ${ref ?? "a tag"}. Fetch that ref, or give another: npm run contract:diff -- REF`,
  );
}
console.log(`${contract}, compared with ${ref}:`);
const { status } = spawnSync(
  process.execPath,
  [
    redoclyCli,
    "diff",
    base,
    contract,
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
