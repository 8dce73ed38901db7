import { expect, it } from "vitest";
import { shareOut } from "./share-out.js";

it("gives each item to one worker", async () => {
  const taken: string[] = [];
  await shareOut(["a", "b", "c"], 2, async (left) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      taken.push(item);
      await Promise.resolve();
    }
  });
  expect(taken).toEqual(["a", "b", "c"]);
});

it("leaves nothing to the others where one worker fails, and waits for what they have begun", async () => {
  const ended: string[] = [];
  const shared = shareOut(["fails", "begun", "left", "left"], 2, async (left) => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      await new Promise(setImmediate);
      if (item === "fails") throw new Error("no copy");
      await new Promise(setImmediate);
      ended.push(item);
    }
  });
  await expect(shared).rejects.toThrow("no copy");
  expect(ended).toEqual(["begun"]);
});
