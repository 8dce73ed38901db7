import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cli, exitCode } from "./cli.js";
import { readContract } from "./contract.js";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What must agree before a release, as it stands in the package, the changelog and the contract. */
export interface Versions {
  readonly package: string;
  /** The newest in CHANGELOG.md. */
  readonly changelog: string | undefined;
  /** The contract's, and the one that CHANGELOG.md says the newest version is made from. */
  readonly contract: string;
  readonly changelogContract: string | undefined;
}

/** The versions as the files have them. */
export function versionsIn(packageJson: string, changelog: string, contract: string): Versions {
  const [, newest = ""] = changelog.split(/^## /m);
  return {
    package: JSON.parse(packageJson).version,
    changelog: newest.match(/^\S+/)?.[0],
    contract,
    changelogContract: newest.match(/^Contract (\S+)\.$/m)?.[1],
  };
}

/** What does not agree, a line each. */
export function disagreements(versions: Versions): string[] {
  return [
    ...(versions.package === versions.changelog
      ? []
      : [`package.json is ${versions.package}, CHANGELOG.md begins with ${versions.changelog}.`]),
    ...(versions.contract === versions.changelogContract
      ? []
      : [
          `The contract is ${versions.contract}; CHANGELOG.md has to say "Contract ${versions.contract}." under its newest version.`,
        ]),
  ];
}

function run(command: string, ...args: string[]): { status: number | null; stdout: string } {
  return spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: command === "git" ? "pipe" : "inherit",
    shell: process.platform === "win32",
  });
}

cli(import.meta, "npm run release:check", {}, async () => {
  const read = (file: string) => readFileSync(root + file, "utf8");
  const { version } = readContract().info;
  const problems = disagreements(versionsIn(read("package.json"), read("CHANGELOG.md"), version));
  const changed = run("git", "status", "--porcelain").stdout.trim();
  if (changed !== "") problems.push(`The tree is not clean:\n${changed}`);
  if (problems.length > 0) {
    console.error(problems.join("\n"));
    return exitCode.foundSomethingWrong;
  }
  for (const script of ["test", "test:consumers", "test:samples", "test:runtimes", "test:docs"]) {
    console.log(`\nnpm run ${script}`);
    if (run("npm", "run", "--silent", script).status !== 0) {
      console.error(`npm run ${script} failed; nothing may be published.`);
      return exitCode.foundSomethingWrong;
    }
  }
  console.log("\nEverything holds. Tag it, and npm publish.");
  return exitCode.done;
});
