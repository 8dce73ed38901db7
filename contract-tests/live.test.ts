import { describe, expect, it } from "vitest";
import { validateResponseBody } from "../src/contract.js";
import { issuesOf } from "../src/validate.js";
import { endpoint, type Probe, probes, tokenProbes, validRequest } from "./probes.js";

// `npm run test:live` sends a server the probes that the mock and the fake are held to: wrong tokens alone,
// unless HIGHLEVEL_TOKEN and HIGHLEVEL_LOCATION_ID are set; then also the requests from which even a server
// that checks nothing could create nothing; and with HIGHLEVEL_CREATE=1 the rest.

const {
  HIGHLEVEL_BASE_URL: baseUrl,
  HIGHLEVEL_TOKEN: token,
  HIGHLEVEL_LOCATION_ID: locationId,
  HIGHLEVEL_CREATE: create,
} = process.env;

describe.skipIf(!baseUrl)(`the server at ${baseUrl}`, () => {
  for (const probe of chosenProbes()) {
    it(`answers ${probe.name} with ${probe.status}`, async () => {
      const { headers, body, status } = probe;
      const url = baseUrl?.replace(/\/$/, "") + endpoint.path;
      const response = await fetch(url, {
        method: endpoint.method,
        headers,
        body,
        redirect: "error",
        signal: AbortSignal.timeout(30_000),
      });
      const answer = await response.text();
      expect(response.status, `It answered: ${answer.slice(0, 1000)}`).toBe(status);
      expect(issuesOf(validateResponseBody[status], JSON.parse(answer))).toEqual([]);
    });
  }
});

if (!baseUrl) {
  console.log("Set HIGHLEVEL_BASE_URL, for example to https://services.leadconnectorhq.com.");
}

function chosenProbes(): readonly Probe[] {
  if (!token || !locationId) {
    const stranger = { token: "not-a-token", locationId: "6578278e879ad2646715ba9c" };
    const wrongToken = { ...validRequest(stranger), name: "a wrong token", status: 401 } as const;
    return [...tokenProbes(stranger), wrongToken];
  }
  const account = { token, locationId };
  const all = [...probes(account), validRequest(account)];
  return create === "1" ? all : all.filter(({ isHarmless }) => isHarmless);
}
