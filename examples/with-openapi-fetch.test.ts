import { expect, it } from "vitest";
import {
  countingServer,
  created,
  locationId,
  respond,
  token,
} from "../src/test-support/servers.js";
import { fakeHighLevel } from "../src/testing.js";
import { createBestSellers } from "./with-openapi-fetch.js";

it("bare openapi-fetch sends what the contract asks for, and returns the collection", async () => {
  const server = await countingServer((response) => respond(response, 201));
  expect(await createBestSellers(server.url, token, locationId)).toEqual(created.data);
  const [{ headers, body } = { headers: {}, body: "" }] = server.requests;
  const { authorization, version, "content-type": contentType } = headers;
  const sent = await fakeHighLevel().fetch(`${server.url}/products/collections`, {
    method: "POST",
    headers: { authorization, version, "content-type": contentType } as Record<string, string>,
    body,
  });
  expect(sent.status).toBe(201);
});
