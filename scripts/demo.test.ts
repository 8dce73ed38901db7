import { describe, expect, it } from "vitest";
import { listen } from "../contract-tests/support/listen.js";
import { run } from "./demo.js";
import { runCommand } from "./lib/testing.js";

describe("npm run demo", () => {
  it("creates a collection, retries one, shows one refused and one 401", async () => {
    const { status, stdout, stderr } = await runCommand(run, [
      "--name",
      "Shoes",
      "--slug",
      "shoes",
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^ {2}sent +\{"name":"Shoes","slug":"shoes",/m);
    expect(stdout).toMatch(/^ {2}id +655b33a82209e60b6adb87a5$/m);
    expect(stdout).toMatch(/^ {2}rate limit +99 of 100 requests left in 10 s/m);
    const [, sentTo] = stdout.match(/"altId":"(.+?)"/) ?? [];
    const [, shown] = stdout.match(/^ {2}location +(\S+)$/m) ?? [];
    expect(shown).toBe(sentTo);
    expect(stdout).toMatch(
      new RegExp(
        [
          "^  attempt +1 was answered 429; 0 of 100 requests left",
          "  waiting +\\d\\.\\d s for a place in the rate limit",
          "  attempt +2 was answered 201; 99 of 100 requests left",
          "  id +655b33a82209e60b6adb87a5$",
        ].join("\n"),
        "m",
      ),
    );
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
    const env = {
      HIGHLEVEL_TOKEN: "a-real-token",
      HIGHLEVEL_LOCATION_ID: "6578278e879ad2646715ba9c",
      HIGHLEVEL_BASE_URL: server.url,
    };
    const args = ["--live", "--name", "Shoes", "--slug", "shoes"];
    const { status, stdout } = await runCommand(run, args, { env });
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
    const { status, stderr } = await runCommand(run, args);
    expect(status).toBe(expected);
    expect(stderr).toMatch(line);
  });

  it.each([
    ["HIGHLEVEL_TOKEN", "a\nb"],
    ["HIGHLEVEL_LOCATION_ID", "a b"],
    ["HIGHLEVEL_BASE_URL", "http://example.com"],
  ])("refuses a bad %s in one line, before it says what it does", async (name, value) => {
    const env = { HIGHLEVEL_TOKEN: "a-token", HIGHLEVEL_LOCATION_ID: "abc", [name]: value };
    const { status, stdout, stderr } = await runCommand(run, ["--live"], { env });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${name} must be .+\n$`));
    expect(stderr).not.toMatch(/createClient|allowHttp/);
    expect(stderr).not.toContain(value);
  });
});
