import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const left = new Set(["node_modules", ".git", "dist", "reports"]);

/** Copies the project into a new folder, to change it there; its packages are shared. */
export function copyProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "highlevel-"));
  cpSync(root, copy, { recursive: true, filter: (file) => !left.has(basename(file)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");
  return copy;
}
