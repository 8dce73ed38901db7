import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./lib/tools.js";

it("the demo creates, waits for the rate limit, refuses, and shows a rejected token", () => {
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const output = execFileSync(process.execPath, [tsx, "scripts/demo.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  const lines = [
    "Created a collection",
    /^ {2}id +[0-9a-f]{24}$/m,
    "Hit the rate limit, waited and retried",
    /^ {2}attempt +request 2 was answered 201$/m,
    /^ {2}finished +after 1\.\d s and 2 requests$/m,
    "Refused a collection that breaks the contract, and sent nothing",
    /^ {2}\/name +is required$/m,
    "Rejected an invalid token",
    /^ {2}status +401$/m,
  ];
  for (const line of lines) expect(output).toMatch(line);
});
