import { hasSubscribers } from "node:diagnostics_channel";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { listen } from "../contract-tests/support/listen.js";
import { runCommand } from "./lib/testing.js";
import { requestLine } from "./mock/request-line.js";
import { run } from "./mock.js";

const locationId = "6578278e879ad2646715ba9c";

describe("npm run mock", () => {
  it("serves the contract until Ctrl-C, and prints what was wrong with each request", async () => {
    const printed = deferred<string>();
    const stopped = deferred<void>();
    const ended = runCommand(run, ["--port", "0"], {
      stopped: () => stopped.promise,
      onOut: printed.resolve,
    });
    const [, url = ""] =
      (await printed.promise).match(/^The mock runs at (\S+) and .+ Ctrl-C/) ?? [];
    const token = "a-token-of-the-sub-account";
    const valid = { altId: locationId, altType: "location", name: "Shoes", slug: "shoes" };
    const send = async (body: string, headers = {}, path = "/products/collections") => {
      const init = {
        method: "POST",
        headers: {
          Authorization: `Bearer ${token}`,
          "Content-Type": "application/json",
          Version: "2021-07-28",
          ...headers,
        },
        body,
      };
      await (await fetch(url + path, init)).text();
    };
    await send(JSON.stringify(valid));
    await send(JSON.stringify({ ...valid, name: undefined, slug: "a b", seo: { title: 1 } }));
    await send(JSON.stringify(valid), { Authorization: "", Version: "1" });
    await send(JSON.stringify(valid), { Prefer: "code=401" });
    await send(JSON.stringify(valid), { Prefer: "code=400" });
    await send(JSON.stringify(valid), { Prefer: "code=500" });
    await send("{");
    await send("{}", {}, `/collections/${token}?token=${token}`);
    stopped.resolve();
    const { stdout, ...others } = await ended;
    expect(others).toEqual({ status: 0, stderr: "" });
    const [, ...lines] = stdout.trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d {2}\d{3} {2}POST /);
    const asked = "POST /products/collections";
    expect(lines.map((line) => line.slice("hh:mm:ss  ".length))).toEqual([
      `201  ${asked}`,
      `422  ${asked}  body.name is required; body.slug must match pattern "^\\S*$"; body.seo.title must be string`,
      `401  ${asked}  header.authorization has no bearer token; header.version must be equal to one of the allowed values: 2021-07-28`,
      `401  ${asked}  asked for with Prefer: code=401`,
      `400  ${asked}  asked for with Prefer: code=400`,
      `404  ${asked}  the contract has no such answer; asked for with Prefer: code=500`,
      `400  ${asked}  the body is not JSON`,
      "404  POST /collections/[token]  the contract has no such path",
    ]);
    expect(stdout).not.toContain(token);
    const port = Number(new URL(url).port);
    const error = await new Promise((resolve) => connect(port, "127.0.0.1").on("error", resolve));
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    expect(hasSubscribers("http.server.response.finish")).toBe(false);
  });

  it("says so where Prism had to cut what it reports", () => {
    const getHeader = () => 'Too many violations! [{"location":["request","body';
    const line = requestLine(
      { method: "POST", url: "/products/collections", headers: {} },
      { statusCode: 422, getHeader },
    );
    expect(line).toMatch(/ 422 {2}POST .+ {2}more is wrong with it than Prism can report$/);
  });

  it("says in one line that its port is in use", async () => {
    const { url, close } = await listen(() => {});
    const { port } = new URL(url);
    const { status, stdout, stderr } = await runCommand(run, ["--port", port]);
    close();
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^Port ${port} is in use\\. .+\n$`));
  });

  it.each(["nonsense", "-1", "65536", "1.5", "0x7d0", " 1", ""])(
    "refuses the port %s in one line",
    async (port) => {
      expect(await runCommand(run, [`--port=${port}`])).toEqual({
        status: 2,
        stdout: "",
        stderr: `--port must be a whole number from 0 to 65535, not ${port || "empty"}.\n`,
      });
    },
  );
});

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
