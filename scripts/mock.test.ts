import { spawn } from "node:child_process";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { listen } from "./listen.js";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Starts a script, as `npm run` does, and gives what it printed and its exit code when it ends. */
function start(script: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", `scripts/${script}.ts`, ...args], {
    cwd: root,
    env: { ...process.env, HIGHLEVEL_TOKEN: "", HIGHLEVEL_LOCATION_ID: "", ...env },
  });
  let stdout = "";
  let stderr = "";
  let onOutput = () => {};
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    onOutput();
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>(
    (resolve) => {
      child.on("close", (status) => resolve({ status, stdout, stderr }));
    },
  );
  const printed = new Promise<string>((resolve) => {
    onOutput = () => resolve(stdout);
  });
  return { child, ended, printed };
}

describe("npm run mock", () => {
  it("serves the contract until Ctrl-C", async () => {
    const { child, ended, printed } = start("mock", ["--port", "0"]);
    const [, url = ""] = (await printed).match(/^The contract is served on (\S+)\. Ctrl-C/) ?? [];
    const response = await fetch(`${url}/products/collections`, { method: "POST" });
    expect(response.headers.get("sl-violations")).toContain("required");
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ status: 0, stderr: "" });
    const port = Number(new URL(url).port);
    const error = await new Promise((resolve) => connect(port, "127.0.0.1").on("error", resolve));
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  it("says in one line that its port is in use", async () => {
    const { url, close } = await listen(() => {});
    const { port } = new URL(url);
    const { status, stdout, stderr } = await start("mock", ["--port", String(port)]).ended;
    close();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^Port ${port} is in use\\. .+\n$`));
  });

  it.each(["nonsense", "-1", "65536", "1.5"])("refuses the port %s in one line", async (port) => {
    const { status, stderr } = await start("mock", [`--port=${port}`]).ended;
    expect(status).toBe(2);
    expect(stderr).toBe(`--port must be a whole number from 0 to 65535, not ${port}.\n`);
  });
});

describe("npm run demo", () => {
  it("creates a collection, shows one refused and one 401, and leaves the machine alone", async () => {
    const { status, stdout, stderr } = await start("demo", ["--name", "Shoes", "--slug", "shoes"])
      .ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^ {2}sent +\{"name":"Shoes","slug":"shoes",/m);
    expect(stdout).toMatch(/^ {2}id +655b33a82209e60b6adb87a5$/m);
    expect(stdout).toMatch(/^ {2}rate limit +99 of 100 left/m);
    expect(stdout).toMatch(/^ {2}\/name +is required$/m);
    expect(stdout).toMatch(/^ {2}status +401$/m);
  });

  it("creates a real one with --live, after saying where and what", async () => {
    const requests: string[] = [];
    const data = { _id: "1", altId: "2", name: "Shoes", slug: "shoes" };
    const server = await listen((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(201, { "content-type": "application/json" });
      response.end(JSON.stringify({ data }));
    });
    const { status, stdout } = await start(
      "demo",
      ["--live", "--name", "Shoes", "--slug", "shoes"],
      {
        HIGHLEVEL_TOKEN: "a-real-token",
        HIGHLEVEL_LOCATION_ID: "6578278e879ad2646715ba9c",
        HIGHLEVEL_BASE_URL: server.url,
      },
    ).ended;
    server.close();
    expect(status).toBe(0);
    expect(requests).toEqual(["POST /products/collections Bearer a-real-token"]);
    expect(stdout).toMatch(
      `Creating "Shoes" (shoes) in location 6578278e879ad2646715ba9c at ${server.url}.\n`,
    );
    expect(stdout).not.toContain("a-real-token");
  });

  it.each([
    [["--live"], 2, "--live needs HIGHLEVEL_TOKEN and HIGHLEVEL_LOCATION_ID to be set.\n"],
    [["--slug", "a b"], 1, /^InvalidRequestError: .*\/slug must match pattern.*\n$/],
  ])("%j ends in one line", async (args, expected, line) => {
    const { status, stderr } = await start("demo", args).ended;
    expect(status).toBe(expected);
    expect(stderr).toMatch(line);
  });
});
