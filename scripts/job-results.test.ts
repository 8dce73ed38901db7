import { expect, it } from "vitest";
import { run } from "./job-results.js";
import { runCommand } from "./lib/testing.js";

const of = (results: Record<string, string>) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(results).map(([job, result]) => [job, { result, outputs: {} }]),
    ),
  );

it("finds nothing where every job succeeded, or had nothing to do", async () => {
  const env = { NEEDS: of({ docs: "success", live: "skipped" }) };
  expect(await runCommand(run, [], { env })).toEqual({
    status: 0,
    stdout: "Every job succeeded.\n",
    stderr: "",
  });
});

it("names the jobs that did not succeed, those that ran out of time included, and the run", async () => {
  const env = {
    NEEDS: of({ docs: "failure", redis: "cancelled", samples: "success" }),
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "o/r",
    GITHUB_RUN_ID: "17",
  };
  expect(await runCommand(run, [], { env })).toEqual({
    status: 1,
    stdout: `2 of 3 jobs did not succeed in https://github.com/o/r/actions/runs/17:

- \`docs\`: failure
- \`redis\`: cancelled
`,
    stderr: "",
  });
});

it.each([
  ["nothing", undefined, /^NEEDS is not set\. .+\n$/],
  ["text", "{", /^NEEDS is not JSON: .+\n$/],
  ["no jobs", "{}", /^NEEDS has to be toJSON\(needs\) .+\n$/],
  ["null", "null", /^NEEDS has to be toJSON\(needs\) .+\n$/],
  ["a job without a result", '{"docs":null}', /^NEEDS has to be toJSON\(needs\) .+\n$/],
])("cannot tell of %s", async (_what, NEEDS, reason) => {
  const { status, stdout, stderr } = await runCommand(run, [], { env: { NEEDS } });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(reason);
});
