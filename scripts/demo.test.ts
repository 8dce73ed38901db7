import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./lib/tools.js";

it("the demo creates, waits for the rate limit, refuses, and tells of a rejected token", () => {
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const output = execFileSync(process.execPath, [tsx, "scripts/demo.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  const lines = [
    "Created a collection",
    /^ {2}id +[0-9a-f]{24}$/m,
    "Waited for the rate limit",
    /^ {2}attempt +2 was answered 201$/m,
    "Refused a collection that breaks the contract, and sent nothing",
    /^ {2}\/name +is required$/m,
    "Told of a token that is not valid",
    /^ {2}status +401$/m,
  ];
  for (const line of lines) expect(output).toMatch(line);
});
