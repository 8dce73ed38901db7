import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CliError } from "./cli.js";

const file = fileURLToPath(new URL("./rate-limited-server.mjs", import.meta.url));

/** What a server on loopback allows each location, in fixed windows. */
export interface ServerBudget {
  /** Requests in a window; 0 allows all, keeps no record, and names a limit that is never reached. */
  readonly limit: number;
  readonly intervalMs: number;
  /** Requests in a day. Default: 200 000. */
  readonly dailyLimit?: number;
  /** What another consumer takes of each window, and whether in one go or as the window passes. */
  readonly others?: { readonly count: number; readonly come: "at the start" | "spread" };
  /** How much of its window is over when a location's first request arrives, from 0 to 1. Default: 0. */
  readonly phase?: number;
}

/** What a server has on record. */
export interface ServerRecord {
  /** How often each slug was created. */
  readonly created: Readonly<Record<string, number>>;
  /** How often it answered 429. */
  readonly refused: number;
}

/** Starts a server on loopback that answers as HighLevel does, in a process of its own. */
export async function startServer(budget: ServerBudget) {
  // Without the loader that this script runs under.
  const server = fork(file, [JSON.stringify(budget)], { execArgv: [] });
  const told = () => nextMessage(server, "the server");
  try {
    const url = String(await told());
    return {
      url,
      async record() {
        const answer = told();
        server.send("record");
        return (await answer) as ServerRecord; // what rate-limited-server.mjs sends
      },
      close: () => server.kill(),
    };
  } catch (error) {
    server.kill();
    throw error;
  }
}

/** The next message of a child process, which must not end before it. */
export async function nextMessage(child: ChildProcess, who: string): Promise<unknown> {
  const ended = new AbortController();
  const onExit = () => ended.abort(new CliError(`${who} ended early`));
  child.once("exit", onExit);
  try {
    const [message] = await once(child, "message", { signal: ended.signal });
    return message;
  } catch (error) {
    throw ended.signal.reason ?? error;
  } finally {
    child.off("exit", onExit);
  }
}
