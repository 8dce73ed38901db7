// The contract's types with bare openapi-fetch: for those who want nothing but types, and do
// retries, limits and errors themselves.
//
//   await createBestSellers("https://services.leadconnectorhq.com", token, locationId);
//
// It needs openapi-fetch.

import type { paths } from "highlevel-product-collections";
import createFetchClient from "openapi-fetch";

export async function createBestSellers(baseUrl: string, token: string, locationId: string) {
  const api = createFetchClient<paths>({ baseUrl, redirect: "manual" });
  const { data, error, response } = await api.POST("/products/collections", {
    headers: { Authorization: `Bearer ${token}` },
    params: { header: { Version: "2021-07-28" } },
    body: { altId: locationId, altType: "location", name: "Best Sellers", slug: "best-sellers" },
  });
  if (data === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`);
  return data.data;
}
