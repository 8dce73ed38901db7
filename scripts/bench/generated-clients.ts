import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { CliError, messageOf, projectRoot } from "../lib/cli.js";
import { contractPath } from "../lib/contract.js";
import { toolsFolder } from "./measured.js";

// What others generate from our contract, for the bench to measure. Made anew each time.

const execute = promisify(execFile);

/** Each generated client as a JavaScript module that Node imports. */
export interface GeneratedClients {
  readonly heyApi: string;
  readonly redocly: string;
}

export async function generateClients(folder: string): Promise<GeneratedClients> {
  const contract = projectRoot + contractPath;
  const heyApi = join(folder, "hey-api");
  const redocly = join(folder, "redocly");
  mkdirSync(redocly);
  await runBin(toolsFolder, "@hey-api/openapi-ts", [
    ...["--input", contract, "--output", heyApi],
    ...["--client", "@hey-api/client-fetch", "--silent", "--no-log-file"],
  ]);
  await runBin(projectRoot, "@redocly/cli", [
    ...["generate-client", contract, "--output", join(redocly, "client.ts")],
  ]);
  return {
    heyApi: await compiled(
      heyApi,
      `export { client } from "./client.gen"; export { createProductCollection } from "./sdk.gen";`,
    ),
    redocly: await compiled(redocly, `export { client } from "./client";`),
  };
}

/** Runs the command of an installed package. */
async function runBin(from: string, name: string, args: readonly string[]): Promise<void> {
  const file = `${from}node_modules/${name}/package.json`;
  const { bin }: { bin: string | Record<string, string> } = createRequire(import.meta.url)(file);
  const script = typeof bin === "string" ? bin : (Object.values(bin)[0] ?? "");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  try {
    await execute(process.execPath, [join(dirname(file), script), ...args], { env });
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    throw new CliError(`${name} generated no client: ${reason}`);
  }
}

async function compiled(folder: string, contents: string): Promise<string> {
  const outfile = join(folder, "client.mjs");
  await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
  return outfile;
}
