import { describe, expect, it } from "vitest";
import { type Probe, probes, validRequest } from "../probes.js";
import { endpoint } from "../source-page.js";
import { locationId, token } from "./client.js";
import { named } from "./named.js";

/** A server that claims the contract. */
export interface Subject {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly url: string;
  /** Checks that the answer to a probe tells where the request departs, where the server tells it. */
  readonly expectViolation?: (response: Response, probe: Probe) => Promise<void>;
}

/** Holds a server to the contract: it takes what breaks nothing, and refuses every probe. */
export function describeServer(name: string, { fetch, url, expectViolation }: Subject): void {
  const { method, path } = endpoint;
  const valid = validRequest({ locationId, token });
  const body = JSON.stringify(valid.body);

  describe(name, () => {
    it("accepts a request that breaks nothing", async () => {
      const response = await fetch(url + path, { method, headers: valid.headers, body });
      expect(response.status).toBe(201);
      expect(response.headers.get("sl-violations")).toBeNull();
    });

    describe("refuses", () => {
      it.each(named(probes({ locationId, token })))("%s", async (_, probe) => {
        const { headers, status } = probe;
        const response = await fetch(url + path, { method, headers, body: probe.body ?? null });
        expect(response.status).toBe(status);
        await expectViolation?.(response, probe);
      });

      it.each(["GET", "PUT", "PATCH", "DELETE"])("method %s", async (method) => {
        const response = await fetch(url + path, { method, headers: valid.headers });
        expect(response.status).toBe(405);
      });

      const otherPaths = ["/products/collection", "/products", "/collections", "/"];
      it.each(otherPaths)("path %s", async (path) => {
        const response = await fetch(url + path, { method, headers: valid.headers, body });
        expect(response.status).toBe(404);
      });
    });
  });
}
