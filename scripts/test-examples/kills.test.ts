import { expect, it } from "vitest";
import { importWithKills, type Kill } from "./kills.js";

// A few kills at moments that are always the same; `npm run test:examples` has fifty at random.

const kills: Kill[] = [
  { moment: "request", n: 7 },
  { moment: "middle", n: 3 },
  { moment: "after", n: 4 },
];

it("an import that is killed goes on where it stopped, and sends no row twice", async () => {
  const survival = await importWithKills(200, kills);
  expect(survival).toMatchObject({ kills: 3, createdTwice: 0, invented: 0, lost: 0 });
  expect(survival.accountedFor).toBe(survival.created);
  expect(survival.mayExist).toBeGreaterThan(0);
});
