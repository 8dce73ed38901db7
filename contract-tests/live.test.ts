import { describe, it } from "vitest";
import { contractTests } from "./index.js";

// `npm run test:live` holds a server to the contract: with wrong tokens alone, unless HIGHLEVEL_TOKEN and
// HIGHLEVEL_LOCATION_ID are set; then also with what could create nothing; with HIGHLEVEL_CREATE=1, with all.

const {
  HIGHLEVEL_BASE_URL: baseUrl,
  HIGHLEVEL_TOKEN: token,
  HIGHLEVEL_LOCATION_ID: locationId,
  HIGHLEVEL_CREATE: create,
} = process.env;

describe.skipIf(!baseUrl)(`the server at ${baseUrl}`, () => {
  if (!baseUrl) return;
  for (const { name, run } of contractTests({
    baseUrl,
    token,
    locationId,
    create: create === "1",
  })) {
    it(name, run);
  }
});

if (!baseUrl) {
  console.log("Set HIGHLEVEL_BASE_URL, for example to https://services.leadconnectorhq.com.");
}
