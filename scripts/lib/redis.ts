import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { closedPort } from "../../contract-tests/support/listen.js";
import { CliError, exitCode } from "./cli.js";

/** Starts the installed Redis on a free port. It keeps nothing, and ends with Ctrl-C. */
export async function startRedis() {
  const port = await closedPort();
  const folder = mkdtempSync(join(tmpdir(), "highlevel-redis-"));
  const options = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const redis = spawn("redis-server", args, { stdio: "ignore" });
  let why = "";
  redis.once("error", ({ message }) => {
    why = `${message}. Install it: apt-get install redis-server, or brew install redis`;
  });
  redis.once("exit", (code) => {
    why = `it ended with ${code}`;
  });
  const stop = async () => {
    if (redis.exitCode === null && redis.kill("SIGKILL")) await once(redis, "exit");
    rmSync(folder, { recursive: true, force: true });
    process.off("SIGINT", stopAtOnce).off("SIGTERM", stopAtOnce);
  };
  const stopAtOnce = () => void stop().finally(() => process.exit(exitCode.couldNotRun));
  process.once("SIGINT", stopAtOnce).once("SIGTERM", stopAtOnce);
  for (; !(await isListening(port)); await sleep(50)) {
    if (why === "") continue;
    await stop();
    throw new CliError(`redis-server did not start: ${why}`);
  }
  return { port, stop };
}

function isListening(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy());
}
