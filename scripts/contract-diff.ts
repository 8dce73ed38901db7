import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { changesBetween, isBefore, versionAfter } from "./contract-diff/changes.js";
import { CliError, command, exitCode, type Io, start } from "./lib/cli.js";
import { type Contract, contractPath, readContract, readContractIn } from "./lib/contract.js";

const usage = "npm run contract:diff -- GIT-REF";

/** The contract as it was committed, with the files that it refers to. */
async function contractAt(ref: string, { root, env }: Io): Promise<Contract> {
  const git = (...args: readonly string[]) => runGit(root, env, args);
  const commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  if (commit.status !== 0) {
    const reason = commit.stderr.trim().split("\n")[0];
    throw new CliError(
      reason
        ? `${reason}. Run this in a clone of the project.`
        : `${shown(ref)} is not a commit here. Fetch it (git fetch), or give another ref: ${usage}`,
    );
  }
  const id = commit.stdout.trim();
  const files = git("ls-tree", "-r", "-z", "--name-only", id, dirname(contractPath)).stdout.split(
    "\0",
  );
  if (!files.includes(contractPath)) {
    throw new CliError(`${ref} has no ${contractPath}. Give a commit that has it: ${usage}`);
  }
  const folder = mkdtempSync(join(tmpdir(), "contract-diff-"));
  try {
    for (const name of files.filter(Boolean)) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), git("show", `${id}:./${name}`).stdout);
    }
    return await readContractIn(folder, root);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(
      `${contractPath} at ${ref} cannot be read (${error.message}). Give another ref.`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A ref as one line. */
function shown(ref: string): string {
  return /^[!-~]+$/.test(ref) ? ref : JSON.stringify(ref);
}

function runGit(cwd: string, env: Io["env"], args: readonly string[]) {
  const result = spawnSync("git", args, {
    cwd,
    env: { ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (result.error) throw new CliError(`git did not start (${result.error.message}). Install it.`);
  return result;
}

export const run = command({ usage, allowPositionals: true }, async ({ positionals }, io) => {
  const [ref, ...others] = positionals;
  if (!ref || others.length > 0) throw new CliError(`Give one ref: ${usage}`);
  const before = await contractAt(ref, io);
  const after = await readContract(io.root);
  const [was, is] = [before.info.version, after.info.version];
  const changes = changesBetween(before, after);
  for (const { bump, what, pointer } of changes) io.out(`${bump}  ${what}  #${pointer}`);
  const [greatest] = changes;
  if (greatest === undefined) {
    io.out(`The contract says what it said at ${ref}.`);
    return exitCode.done;
  }
  const lowest = versionAfter(was, greatest);
  if (isBefore(is, lowest)) {
    io.out(
      `info.version is ${is}. After ${was} at ${ref}, a ${greatest.bump} change makes it ${lowest} or higher.`,
    );
    return exitCode.failed;
  }
  io.out(`info.version went from ${was} to ${is}, as a ${greatest.bump} change asks for.`);
  return exitCode.done;
});

start(import.meta, run);
