import { createClient } from "highlevel-product-collections";
import { fakeHighLevel } from "highlevel-product-collections/testing";

declare const test: (name: string, run: () => Promise<void>) => void; // Jest's

test("a test in TypeScript uses the package and its fake", async () => {
  const fake = fakeHighLevel();
  const client = createClient({ locationId: "any", token: "any", fetch: fake.fetch });
  await client.createProductCollection({ name: "Hats", slug: "hats" });
  if (fake.requests.length !== 1) throw new Error(`The fake had ${fake.requests.length} requests.`);
});
