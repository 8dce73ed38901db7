// The contract's types with bare openapi-fetch: for those who want nothing but types, and see to
// retries, limits and errors themselves. It needs openapi-fetch.
//
//   await createBestSellers("https://services.leadconnectorhq.com", token, locationId);

import type { paths } from "highlevel-product-collections";
import createFetchClient from "openapi-fetch";

export async function createBestSellers(baseUrl: string, token: string, locationId: string) {
  const api = createFetchClient<paths>({ baseUrl, redirect: "error" });
  const { data, error, response } = await api.POST("/products/collections", {
    headers: { Authorization: `Bearer ${token}` },
    params: { header: { Version: "2021-07-28" } },
    body: { altId: locationId, altType: "location", name: "Best Sellers", slug: "best-sellers" },
  });
  if (data === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`);
  return data.data;
}
