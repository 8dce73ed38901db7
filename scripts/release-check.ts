import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { CliError, command, exitCode, type Io, start } from "./lib/cli.js";
import { readContract } from "./lib/contract.js";
import { npm } from "./lib/npm.js";
import { disagreements, versionsIn } from "./release-check/versions.js";

/** What stands in package.json until somebody knows where the repository is. */
const placeholder = "FILL-IN";

/** What is wrong before anything is run, a line each. */
async function problemsIn({ root, env }: Io): Promise<string[]> {
  const read = (file: string) => readFileSync(root + file, "utf8");
  const packageJson = read("package.json");
  const { version } = (await readContract(root)).info;
  const versions = versionsIn(packageJson, read("CHANGELOG.md"), version);
  const problems = disagreements(versions);
  const { repository } = JSON.parse(packageJson);
  if (!repository?.url || repository.url.includes(placeholder)) {
    problems.push(
      `package.json: write the repository's owner in place of ${placeholder} in repository.url; npm uses it to prove where the package comes from.`,
    );
  }
  // In the workflow that a tag starts.
  const { GITHUB_REF_TYPE: type, GITHUB_REF_NAME: tag } = env;
  if (type === "tag" && tag !== `v${versions.package}`) {
    problems.push(`The tag is ${tag}, and the version in package.json ${versions.package}.`);
  }
  const { status, stdout, stderr, error } = spawnSync("git", ["status", "--porcelain"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new CliError(`git status failed: ${error?.message ?? stderr.trim()}`);
  if (stdout.trim() !== "") problems.push(`The tree is not clean:\n${stdout.trimEnd()}`);
  return problems;
}

const tests = ["test", "test:consumers", "test:samples", "test:runtimes", "test:docs"];

/** What a release does, without its effect. */
const rehearsals = [
  ["publish", "--dry-run"],
  ["run", "--silent", "release:github", "--", "--dry-run"],
];

export const run = command({ usage: "npm run release:check" }, async (_args, io) => {
  const problems = await problemsIn(io);
  if (problems.length > 0) {
    io.err(problems.join("\n"));
    return exitCode.failed;
  }
  for (const args of [...tests.map((it) => ["run", "--silent", it]), ...rehearsals]) {
    const words = ["npm", ...args].filter((it) => it !== "--silent").join(" ");
    io.out(`\n${words}`);
    if ((await npm(args, io)) !== 0) {
      io.err(`${words} failed; do not publish.`);
      return exitCode.failed;
    }
  }
  io.out("\nEverything holds. Tag it, and push the tag.");
  return exitCode.done;
});

start(import.meta, run);
