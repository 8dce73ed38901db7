import { CliError, command, exitCode, messageOf, start } from "./lib/cli.js";
import { code } from "./lib/markdown.js";

/** The `needs` of a GitHub workflow's job: how each job before it ended. */
type Results = Readonly<Record<string, { readonly result: string }>>;

function resultsIn(needs: string | undefined): Results {
  if (needs === undefined) throw new CliError("NEEDS is not set. It has to be toJSON(needs).");
  let results: unknown;
  try {
    results = JSON.parse(needs);
  } catch (error) {
    throw new CliError(`NEEDS is not JSON: ${messageOf(error)}`);
  }
  if (!areResults(results)) {
    throw new CliError("NEEDS has to be toJSON(needs) of a job that needs others.");
  }
  return results;
}

function areResults(it: unknown): it is Results {
  if (typeof it !== "object" || it === null) return false;
  const jobs: readonly unknown[] = Object.values(it);
  return jobs.length > 0 && jobs.every((job) => typeof Object(job).result === "string");
}

/** Says in Markdown which of a workflow's jobs did not succeed, and where to read why. */
export const run = command({ usage: "npm run job-results" }, async (_args, { env, out }) => {
  const jobs = Object.entries(resultsIn(env.NEEDS));
  // One that runs out of time ends as cancelled.
  const failed = jobs.filter(([, { result }]) => result !== "success" && result !== "skipped");
  if (failed.length === 0) {
    out("Every job succeeded.");
    return exitCode.done;
  }
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  const where = `${server}/${repository}/actions/runs/${id}`;
  out(`${failed.length} of ${jobs.length} jobs did not succeed${id ? ` in ${where}` : ""}:`);
  out("");
  for (const [job, { result }] of failed) out(`- ${code(job)}: ${result}`);
  return exitCode.failed;
});

start(import.meta, run);
