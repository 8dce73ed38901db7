import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { newestIn } from "./lib/changelog.js";
import { CliError, command, exitCode, start } from "./lib/cli.js";
import { gh } from "./lib/gh.js";
import { npm } from "./lib/npm.js";

/** Makes the release on GitHub of the newest version: what the changelog says of it, and its SBOM. */
export const run = command(
  {
    usage: "npm run release:github [-- --dry-run]",
    options: { "dry-run": { type: "boolean", default: false } },
  },
  async ({ values }, io) => {
    const { name, version } = JSON.parse(readFileSync(`${io.root}package.json`, "utf8"));
    const newest = newestIn(readFileSync(`${io.root}CHANGELOG.md`, "utf8"));
    if (newest.version !== version || newest.text === "") {
      throw new CliError(`CHANGELOG.md has to begin with what is new in ${version}.`);
    }

    const printed: string[] = [];
    const out = (line: string) => printed.push(line);
    if ((await npm(["run", "--silent", "sbom"], { ...io, out })) !== 0) {
      throw new CliError("npm run sbom failed. Run npm ci first.");
    }
    const sbom = `reports/${name}-${version}.cdx.json`;
    mkdirSync(`${io.root}reports`, { recursive: true });
    writeFileSync(io.root + sbom, `${printed.join("\n")}\n`);
    const { components } = JSON.parse(printed.join("\n"));

    if (values["dry-run"]) {
      io.out(`v${version}, with ${sbom} (${components.length} packages)\n\n${newest.text}`);
      return exitCode.done;
    }
    const notes = ["--verify-tag", "--title", `v${version}`, "--notes-file", "-"];
    io.out(gh(["release", "create", `v${version}`, ...notes, sbom], io, `${newest.text}\n`).trim());
    return exitCode.done;
  },
);

start(import.meta, run);
