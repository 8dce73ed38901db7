// Starts a Redis for scripts/redis.test.ts, and puts the two examples where their packages are.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { closedPort } from "../src/test-support/servers.js";
import { fail, install, root } from "./lib/tools.js";

declare module "vitest" {
  interface ProvidedContext {
    redis: { readonly folder: string; readonly port: number };
  }
}

export default async function setup({ provide }: TestProject) {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
  } catch {
    fail("There is no redis-server: apt-get install redis-server");
  }
  const folder = install("bullmq@6.7.0", "ioredis@5.11.1", "rate-limiter-flexible@11.4.0");
  for (const example of ["queue.ts", "shared-budget.ts"]) {
    cpSync(join(root, "examples", example), join(folder, example));
  }
  const tsconfig = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: { "highlevel-product-collections": [join(root, "src/index.ts")] },
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const port = await closedPort();
  const options = ["--port", String(port), "--save", "", "--bind", "127.0.0.1", "--dir", folder];
  const redis = spawn("redis-server", options, { stdio: "ignore" });
  provide("redis", { folder, port });
  return () => redis.kill();
}
