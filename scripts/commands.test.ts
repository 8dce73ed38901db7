import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./lib/cli.js";

// Every command, started once as `npm run` starts it. All else of a command is tested in-process.

const commands = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
);

describe.concurrent("each command refuses a bad option in one line, with exit code 2", () => {
  it.for(commands)("%s", async (file, { expect }) => {
    const args = ["--import", "tsx", `scripts/${file}`, "--no-such-option"];
    const child = spawn(process.execPath, args, { cwd: projectRoot });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^Unknown option '--no-such-option'\. Usage: npm run .+\n$/);
  });
});

it("each command has the npm script of its name", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(`${projectRoot}package.json`, "utf8"),
  );
  const started = Object.entries(scripts).flatMap(([name, line]) =>
    [...line.matchAll(/tsx scripts\/(\S+)/g)].map(([, file]) => [name.replace(":", "-"), file]),
  );
  expect(started.map(([, file]) => file).sort()).toEqual(commands.toSorted());
  for (const [name, file] of started) expect(file).toBe(`${name}.ts`);
});
