import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { listen } from "../contract-tests/support/listen.js";
import { runCommand } from "./lib/testing.js";
import { run } from "./mock.js";

describe("npm run mock", () => {
  it("serves the contract until Ctrl-C", async () => {
    const printed = deferred<string>();
    const stopped = deferred<void>();
    const ended = runCommand(run, ["--port", "0"], {
      stopped: () => stopped.promise,
      onOut: printed.resolve,
    });
    const [, url = ""] =
      (await printed.promise).match(/^The contract is served on (\S+)\. Ctrl-C/) ?? [];
    const response = await fetch(`${url}/products/collections`, { method: "POST" });
    expect(response.headers.get("sl-violations")).toContain("required");
    stopped.resolve();
    expect(await ended).toMatchObject({ status: 0, stderr: "" });
    const port = Number(new URL(url).port);
    const error = await new Promise((resolve) => connect(port, "127.0.0.1").on("error", resolve));
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("says in one line that its port is in use", async () => {
    const { url, close } = await listen(() => {});
    const { port } = new URL(url);
    const { status, stdout, stderr } = await runCommand(run, ["--port", port]);
    close();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^Port ${port} is in use\\. .+\n$`));
  });

  it.each(["nonsense", "-1", "65536", "1.5"])("refuses the port %s in one line", async (port) => {
    expect(await runCommand(run, [`--port=${port}`])).toEqual({
      status: 2,
      stdout: "",
      stderr: `--port must be a whole number from 0 to 65535, not ${port}.\n`,
    });
  });
});

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
