import { once } from "node:events";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** The exit codes of every command. */
export const exitCode = { done: 0, failed: 1, couldNotRun: 2 } as const;

/** The project's folder, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Why a command cannot do its job, in one line that says what to do. */
export class CliError extends Error {}

/** What a command has of the world: where it prints, what it is told, where it works. */
export interface Io {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the project, or of a copy of it. Ends in a slash. */
  readonly root: string;
  /** Resolves once a command that runs until it is stopped has to stop: at Ctrl-C. */
  readonly stopped: () => Promise<unknown>;
}

/** A command: takes its arguments, and resolves to its exit code. */
export type Command = (args: readonly string[], io: Io) => Promise<number>;

type Options = NonNullable<ParseArgsConfig["options"]>;
type Arguments<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: boolean }>
>;

/** What a command takes. */
interface Takes<T extends Options> {
  /** How to call it, such as `npm run contract:diff -- GIT-REF`. */
  readonly usage: string;
  readonly options?: T;
  /** Whether it takes arguments that are not options. */
  readonly allowPositionals?: boolean;
}

/**
 * Makes a command of `main`. What it throws becomes one line and exit code 2; `--help` prints the
 * usage.
 */
export function command<T extends Options = Record<never, never>>(
  { usage, options, allowPositionals = false }: Takes<T>,
  main: (args: Arguments<T>, io: Io) => Promise<number>,
): Command {
  return async (args, io) => {
    if (args.includes("--help")) {
      io.out(`usage: ${usage}`);
      return exitCode.done;
    }
    let parsed: Arguments<T>;
    try {
      parsed = parseArgs({ args: [...args], options: options ?? ({} as T), allowPositionals });
    } catch (error) {
      const [reason] = messageOf(error).split(/\.\s/);
      io.err(inOneLine(`${reason}. Usage: ${usage}`));
      return exitCode.couldNotRun;
    }
    try {
      return await main(parsed, io);
    } catch (error) {
      // A stack helps with a fault of ours, and only gets in the way of a reason that we give.
      io.err(error instanceof CliError ? inOneLine(error.message) : stackOf(error));
      return exitCode.couldNotRun;
    }
  };
}

/** Runs the command if its file was started as a process, and not if it was imported. */
export function start(file: ImportMeta, run: Command): void {
  const started = process.argv[1];
  if (started === undefined || realpathSync(started) !== fileURLToPath(file.url)) return;
  const io: Io = {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    env: process.env,
    root: projectRoot,
    stopped: () => Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]),
  };
  run(process.argv.slice(2), io).then((code) => {
    process.exitCode = code;
  });
}

/** A reason as it is printed: an argument that it names may hold line breaks. */
function inOneLine(reason: string): string {
  return reason.trim().replace(/\s*[\r\n]+\s*/g, " ");
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
