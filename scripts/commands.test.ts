import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./lib/cli.js";
import { runCommand } from "./lib/testing.js";

// Every command, started once as `npm run` starts it, and what those without a test of their own refuse.

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

it.each([
  ["bench.ts", ["--rounds", "0"], "--rounds must be a whole number from 1 up, not 0."],
  ["bench.ts", ["--only", "all"], "--only takes "],
  ["test-mutation.ts", ["--only", "all"], "--only takes contract or src, not all."],
  ["test-mutation.ts", ["--workers", "0"], "--workers must be a whole number from 1 up, not 0."],
  ["test-mutation.ts", ["--limit", "many"], "--limit must be a whole number from 1 up, not many."],
  ["test-examples.ts", ["--rows", "5"], "--kills, --seed and --rows take whole numbers"],
  ...commands.map((file) => [file, ["--no-such-option"], "Unknown option '--no-such-option'. "]),
] as [string, string[], string][])("%s refuses %j in one line", async (file, args, line) => {
  const { run } = await import(/* @vite-ignore */ `./${file}`);
  const { status, stdout, stderr } = await runCommand(run, args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^.+\n$/);
  expect(stderr.startsWith(line)).toBe(true);
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
