import { describe, expect, it } from "vitest";
import { locationId, token, useMock, violatedPlaces } from "./harness.js";
import { probes, validRequest } from "./probes.js";

const mock = useMock();
const { headers, body } = validRequest({ locationId, token });

function post(
  init: { headers: Record<string, string>; body: string | undefined },
  path = "/products/collections",
): Promise<Response> {
  return fetch(mock.url + path, { method: "POST", headers: init.headers, body: init.body ?? null });
}

it("a request that breaks nothing is accepted", async () => {
  const response = await post({ headers, body: JSON.stringify(body) });
  expect(response.status).toBe(201);
  expect(violatedPlaces(response)).toEqual([]);
});

describe("the contract refuses", () => {
  it.each(probes({ locationId, token }))("$name", async (probe) => {
    const response = await post(probe);

    expect(response.status).toBe(probe.status);
    if (probe.violation === undefined) {
      // Prism's parser refuses it before the contract is asked, and so reports no violation.
      expect(await response.json()).toMatchObject({ error: { code: "invalid_json" } });
    } else if ("place" in probe.violation) {
      expect(new Set(violatedPlaces(response))).toEqual(new Set([probe.violation.place]));
    } else {
      expect(response.headers.get("sl-violations")).toContain(probe.violation.words);
    }
  });

  it.each(["GET", "PUT", "PATCH", "DELETE"])("method %s", async (method) => {
    const response = await fetch(`${mock.url}/products/collections`, { method, headers });
    expect(response.status).toBe(405);
  });

  it.each(["/products/collection", "/products", "/collections", "/"])("path %s", async (path) => {
    const response = await post({ headers, body: JSON.stringify(body) }, path);
    expect(response.status).toBe(404);
  });
});
