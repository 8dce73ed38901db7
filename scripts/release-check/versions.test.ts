import { expect, it } from "vitest";
import { disagreements, versionsIn } from "./versions.js";

const changelog =
  "# Changelog\n\n## 1.2.0\n\nContract 1.1.0.\n\nWords.\n\n## 1.1.0\n\nContract 1.0.0.\n";

it("package, changelog and contract agree", () => {
  expect(disagreements(versionsIn('{"version":"1.2.0"}', changelog, "1.1.0"))).toEqual([]);
});

it.each([
  [
    '{"version":"1.3.0"}',
    changelog,
    "1.1.0",
    ["package.json is 1.3.0, CHANGELOG.md begins with 1.2.0."],
  ],
  ['{"version":"1.2.0"}', "# Changelog\n", "1.1.0", [/begins with undefined/, /"Contract 1.1.0."/]],
  ['{"version":"1.2.0"}', changelog, "1.0.0", [/The contract is 1.0.0; .*"Contract 1.0.0."/]],
])("%s %j %s does not", (packageJson, text, contract, expected) => {
  const found = disagreements(versionsIn(packageJson, text, contract));
  expect(found).toEqual(
    expected.map((it) => (it instanceof RegExp ? expect.stringMatching(it) : it)),
  );
});
