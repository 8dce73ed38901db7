import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** The exit codes of every script. */
export const exitCode = { done: 0, foundSomethingWrong: 1, couldNotDoIt: 2 } as const;

/** A reason, told in one line, why a script could not do its job. */
export class CouldNotDoIt extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Arguments<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true }>
>;

/**
 * Runs `main` if the file was started as a script, and not if it was imported. What `main` throws
 * becomes one line and exit code 2; `--help` prints the usage line.
 */
export function cli<T extends Options>(
  file: ImportMeta,
  usage: string,
  options: T,
  main: (args: Arguments<T>) => Promise<number>,
): void {
  const started = process.argv[1];
  if (started === undefined || realpathSync(started) !== fileURLToPath(file.url)) return;
  if (process.argv.includes("--help")) {
    console.log(`usage: ${usage}`);
    return;
  }
  run(usage, options, main).then((code) => {
    process.exitCode = code;
  });
}

async function run<T extends Options>(
  usage: string,
  options: T,
  main: (args: Arguments<T>) => Promise<number>,
): Promise<number> {
  let args: Arguments<T>;
  try {
    args = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nusage: ${usage}`);
    return exitCode.couldNotDoIt;
  }
  try {
    return await main(args);
  } catch (error) {
    // A stack helps with a fault of ours, and only gets in the way of a reason that we give.
    console.error(error instanceof CouldNotDoIt ? error.message : error);
    return exitCode.couldNotDoIt;
  }
}
