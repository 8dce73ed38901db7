// The ways to create a collection. Bundled to where the peers are: what tsx compiles is slower.

import { HighLevel } from "@gohighlevel/api-client";
import axios from "axios";
import createFetchClient from "openapi-fetch";
import { undiciFetch } from "../../examples/undici-fetch.ts";
import { createClient } from "../../src/index.ts";

const [locationId, token, apiVersion] = ["6578278e879ad2646715ba9c", "bench-token", "2021-07-28"];
const collection = { name: "Best Sellers", slug: "best-sellers" };
const body = { altId: locationId, altType: "location", ...collection };
const json = { Accept: "application/json", "Content-Type": "application/json" };
const headers = { ...json, Authorization: `Bearer ${token}`, Version: apiVersion };
const init = () => ({ method: "POST", headers, body: JSON.stringify(body) });
const sdk = new HighLevel({ privateIntegrationToken: token, apiVersion, logLevel: "none" });

export function createWays(baseUrl) {
  const url = `${baseUrl}/products/collections`;
  const ours = createClient({ locationId, token, baseUrl });
  const overUndici = createClient({ locationId, token, baseUrl, fetch: undiciFetch });
  const api = createFetchClient({ baseUrl, headers });
  return {
    fetch: async () => (await (await fetch(url, init())).json()).data,
    ours: () => ours.createProductCollection(collection),
    "ours over undici": () => overUndici.createProductCollection(collection),
    "openapi-fetch": async () => (await api.POST("/products/collections", { body })).data.data,
    axios: async () => (await axios.post(url, body, { headers })).data.data,
    sdk: async () => (await sdk.products.createProductCollection(body, { baseURL: baseUrl })).data,
  };
}
