import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CliError, messageOf, projectRoot } from "../lib/cli.js";

export const benchFolder = `${projectRoot}scripts/bench/`;
export const toolsFolder = `${benchFolder}tools/`;

/** The package that is measured, by the name that its users import. */
export const ours = "highlevel-product-collections";
export const vendor = "@gohighlevel/api-client";
export const locationId = "6578278e879ad2646715ba9c";
export const token = "token-of-the-bench";

const execute = promisify(execFile);

/** Runs Node in a process of its own; resolves to what it prints. */
export async function runNode(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await execute(process.execPath, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Runs a script of this folder in plain Node; resolves to the JSON that it prints. */
export async function measured(
  script: string,
  task: object,
  flags: readonly string[] = [],
): Promise<unknown> {
  try {
    const args = [...flags, `${benchFolder}${script}`, JSON.stringify(task)];
    return JSON.parse(await runNode(args, benchFolder));
  } catch (error) {
    const said = messageOf(error);
    const why = said.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? said;
    throw new CliError(`bench/${script} could not measure: ${why}`);
  }
}
