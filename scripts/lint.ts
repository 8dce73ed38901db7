import { cli, exitCode } from "./cli.js";
import { lint } from "./contract.js";

cli(import.meta, "npm run lint", {}, async () => {
  const problems = lint();
  if (problems.length > 0) console.error(problems.join("\n"));
  return problems.length > 0 ? exitCode.foundSomethingWrong : exitCode.done;
});
