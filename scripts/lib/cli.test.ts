import { describe, expect, it } from "vitest";
import { CliError, command } from "./cli.js";
import { runCommand } from "./testing.js";

const usage = "npm run greet -- [--loud] NAME";
const options = {
  loud: { type: "boolean", default: false },
  to: { type: "string" },
} as const;

const greet = command({ usage, options, allowPositionals: true }, async (args, { out }) => {
  const [name] = args.positionals;
  if (name === undefined) throw new CliError(`Give a name: ${usage}`);
  if (name.includes("\n")) throw new CliError(`Give a name, not ${name}\n`);
  if (name === "nobody") throw new Error("a fault of ours");
  out(args.values.loud ? name.toUpperCase() : name);
  return 0;
});

describe("a command", () => {
  it("takes its arguments and gives its exit code", async () => {
    expect(await runCommand(greet, ["ann", "--loud"])).toEqual({
      status: 0,
      stdout: "ANN\n",
      stderr: "",
    });
  });

  it("prints its usage when asked for it, and does nothing else", async () => {
    expect(await runCommand(greet, ["nobody", "--help"])).toEqual({
      status: 0,
      stdout: `usage: ${usage}\n`,
      stderr: "",
    });
  });

  it.each([
    ["an unknown option", ["--quiet"], `Unknown option '--quiet'. Usage: ${usage}\n`],
    [
      "an option in the place of a value",
      ["--to", "-1"],
      `Option '--to' argument is ambiguous. Usage: ${usage}\n`,
    ],
    ["line breaks", ["--a\r\nb"], `Unknown option '--a b'. Usage: ${usage}\n`],
    ["a reason with line breaks", ["a\n\n b"], "Give a name, not a b\n"],
    ["a missing argument", [], `Give a name: ${usage}\n`],
  ])("refuses %s in one line, with exit code 2", async (_what, args, stderr) => {
    expect(await runCommand(greet, args)).toEqual({ status: 2, stdout: "", stderr });
  });

  it("refuses arguments that it does not take", async () => {
    const mute = command({ usage: "npm run mute" }, async () => 0);
    expect(await runCommand(mute, ["now"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "Unexpected argument 'now'. Usage: npm run mute\n",
    });
  });

  it("shows where a fault of ours comes from", async () => {
    const { status, stderr } = await runCommand(greet, ["nobody"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Error: a fault of ours\n +at .*cli\.test\.ts/);
  });
});
