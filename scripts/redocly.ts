import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { CouldNotDoIt } from "./cli.js";

const redoclyCli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");

/** Runs Redocly CLI without its telemetry and its banners. */
export function redocly(...args: string[]): { status: number; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [redoclyCli, ...args], {
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw new CouldNotDoIt(`Redocly CLI did not start: ${error.message}`);
  return { status: status ?? 1, stdout, stderr };
}

/** Why Redocly CLI cannot read a document, out of all that it prints beside. */
export function reasonIn(stderr: string): string {
  const [reason] = /Can't resolve \$ref: .+|(?<=^ *- ).+/m.exec(stderr) ?? ["cannot be read"];
  return reason.replace(/\.$/, "");
}
