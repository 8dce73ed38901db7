// npm run generate: writes generated/ from the contract, which `redocly lint` has found good. With
// --check it writes nothing, and fails where a file is stale.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedFiles } from "./generate/files.js";
import { contractFile, readContract } from "./lib/contract.js";
import { fail, root } from "./lib/tools.js";

const [flag, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (flag !== undefined && flag !== "--check")) {
  fail("Usage: npm run generate [-- --check]");
}

const files = await generate();
const stale = Object.keys(files).filter((name) => read(name) !== files[name]);
if (flag === "--check" && stale.length > 0) {
  console.error(`generated/${stale.join(", generated/")}: stale. Run npm run generate.`);
  process.exit(1);
}
mkdirSync(join(root, "generated"), { recursive: true });
for (const name of stale) writeFileSync(join(root, "generated", name), files[name] ?? "");
console.log(`generated: ${stale.length > 0 ? `wrote ${stale.join(", ")}` : "up to date"}`);

async function generate() {
  try {
    return await generatedFiles(readContract());
  } catch (error) {
    return fail(`${contractFile}: ${error instanceof Error ? error.message : error}`);
  }
}

function read(name: string): string | undefined {
  const file = join(root, "generated", name);
  // A checkout may have given it the line ends of its system.
  return existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : undefined;
}
