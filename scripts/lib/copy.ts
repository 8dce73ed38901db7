import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { projectRoot } from "./cli.js";

const notCopied = new Set(["node_modules", ".git", "dist", "reports"]);

/** Copies the project into a new folder, to change it there; its packages are shared. */
export function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "highlevel-"));
  cpSync(projectRoot, copy, {
    recursive: true,
    filter: (file) => !notCopied.has(basename(file)),
  });
  symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"), "junction");
  return `${copy}/`;
}
