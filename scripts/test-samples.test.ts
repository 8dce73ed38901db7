import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "./lib/cli.js";
import { withPrograms } from "./lib/testing.js";

const folder = mkdtempSync(join(tmpdir(), "samples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("ends, and leaves no server open, where a sample's program cannot be started", async () => {
  withPrograms(folder, { curl: "#!/bin/sh\n" });
  // Nothing else is installed, and so no sh that runs the sample for curl.
  const env = { ...process.env, PATH: join(folder, "bin") };
  const args = ["--import", "tsx", "scripts/test-samples.ts"];
  const child = spawn(process.execPath, args, { cwd: projectRoot, env });
  onTestFinished(() => void child.kill());
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect(said).toContain("spawn sh ENOENT");
  expect(status).toBe(2);
});
