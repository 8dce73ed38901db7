import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand, withPrograms } from "./lib/testing.js";
import { run } from "./release-github.js";

let root: string;
let PATH: string;
beforeEach(() => {
  root = `${mkdtempSync(join(tmpdir(), "release-github-"))}/`;
  writeFileSync(`${root}package.json`, JSON.stringify({ name: "shop", version: "1.2.0" }));
  writeFileSync(
    `${root}CHANGELOG.md`,
    "# Changelog\n\n## 1.2.0\n\nContract 1.1.0.\n\n### Added\n\nWords.\n\n## 1.1.0\n\nOlder.\n",
  );
  const npm = `#!/bin/sh
[ "$*" = "run --silent sbom" ] || exit 99
printf '{\\n"components": [1, 2]}\\n'
`;
  const gh = `#!/bin/sh
printf '%s|' "$@" > asked
cat > notes
echo https://github.com/o/r/releases/tag/v1.2.0
`;
  PATH = withPrograms(root, { npm, gh });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const release = (...args: string[]) =>
  runCommand(run, args, { root, env: { ...process.env, PATH } });

const notes = "Contract 1.1.0.\n\n### Added\n\nWords.";

it("releases the tag with what the changelog says of the version, and the packages it needs", async () => {
  expect(await release()).toEqual({
    status: 0,
    stdout: "https://github.com/o/r/releases/tag/v1.2.0\n",
    stderr: "",
  });
  expect(readFileSync(`${root}asked`, "utf8")).toBe(
    "release|create|v1.2.0|--verify-tag|--title|v1.2.0|--notes-file|-|reports/shop-1.2.0.cdx.json|",
  );
  expect(readFileSync(`${root}notes`, "utf8")).toBe(`${notes}\n`);
  expect(readFileSync(`${root}reports/shop-1.2.0.cdx.json`, "utf8")).toBe(
    '{\n"components": [1, 2]}\n',
  );
});

it("rehearses without GitHub", async () => {
  expect(await release("--dry-run")).toEqual({
    status: 0,
    stdout: `v1.2.0, with reports/shop-1.2.0.cdx.json (2 packages)\n\n${notes}\n`,
    stderr: "",
  });
  expect(existsSync(`${root}asked`)).toBe(false);
});

it.each([
  ["begins with another version", "# Changelog\n\n## 1.1.0\n\nOlder.\n"],
  ["says nothing of it", "# Changelog\n\n## 1.2.0\n\n## 1.1.0\n\nOlder.\n"],
])("refuses a changelog that %s", async (_what, changelog) => {
  writeFileSync(`${root}CHANGELOG.md`, changelog);
  expect(await release()).toEqual({
    status: 2,
    stdout: "",
    stderr: "CHANGELOG.md has to begin with what is new in 1.2.0.\n",
  });
});

it("refuses to release without an SBOM", async () => {
  writeFileSync(`${root}bin/npm`, "#!/bin/sh\nexit 1\n");
  expect(await release()).toEqual({
    status: 2,
    stdout: "",
    stderr: "npm run sbom failed. Run npm ci first.\n",
  });
});
