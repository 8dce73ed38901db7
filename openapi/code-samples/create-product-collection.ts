import { ApiError, createClient } from "highlevel-product-collections";

const highlevel = createClient({
  baseUrl: process.env.HIGHLEVEL_BASE_URL,
  token: process.env.HIGHLEVEL_TOKEN ?? "",
  locationId: process.env.HIGHLEVEL_LOCATION_ID ?? "",
});

try {
  const collection = await highlevel.createProductCollection({
    name: "Best Sellers",
    slug: "best-sellers",
  });
  console.log(collection._id);
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.error(`HighLevel answered ${error.status}:`, error.body);
  process.exitCode = 1;
}
