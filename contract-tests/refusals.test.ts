import { describe, expect, inject, it } from "vitest";
import { InvalidRequestError, type NewProductCollection } from "../src/index.js";
import { fakeHighLevel } from "../src/testing.js";
import { probes } from "./probes.js";
import { endpoint, request } from "./source-page.js";
import { locationId, recordingClient, token, violatedPlaces } from "./support/client.js";
import { named } from "./support/named.js";
import { describeServer } from "./support/server-suite.js";

// Every server that claims the contract is held to the same probes, a call of describeServer each.

describeServer("the mock", {
  fetch,
  url: inject("mockUrl"),
  async expectViolation(response, { violation }) {
    if (violation === undefined) {
      // Prism's parser refuses it before the contract is asked, and so reports no violation.
      expect(await response.json()).toMatchObject({ error: { code: "invalid_json" } });
    } else if ("place" in violation) {
      expect(new Set(violatedPlaces(response))).toEqual(new Set([violation.place]));
    } else {
      expect(response.headers.get("sl-violations")).toContain(violation.words);
    }
  },
});

describeServer("the fake", {
  fetch: fakeHighLevel({ limit: 1_000_000 }).fetch,
  url: endpoint.server,
  async expectViolation(response, { status, violation }) {
    const body = await response.json();
    expect(body).toMatchObject({ statusCode: status });
    if (violation === undefined || !("place" in violation)) return;
    // "body.seo.title" is "/seo/title" for the fake, and "header.version" is "Version".
    const [where = "", ...names] = violation.place.split(".");
    const place = where === "body" ? ["", ...names].join("/") : names.join();
    const [words, ...others] = body.message;
    expect([words.toLowerCase(), others]).toEqual([
      expect.stringMatching(new RegExp(`^${`${place.toLowerCase()} `.trimStart()}(must|is) `)),
      [],
    ]);
  },
});

/** The issues that the client refuses a collection for, after which nothing was sent. */
async function issuesOf(collection: unknown): Promise<readonly { path: string }[]> {
  const { client, requests } = recordingClient(inject("mockUrl"));
  const error = await client
    // What untyped callers may pass.
    .createProductCollection(collection as NewProductCollection)
    .catch((error: unknown) => error);
  expect(requests).toEqual([]);
  if (!(error instanceof InvalidRequestError)) throw new Error(`It was not refused: ${error}`);
  return error.issues;
}

describe("the client refuses, before anything is sent,", () => {
  // The client adds these two itself, whatever it is given.
  const added = ["body.altId", "body.altType"];
  const ofFields = probes({ locationId, token }).flatMap(({ name, body, violation }) => {
    if (body === undefined || violation === undefined || !("place" in violation)) return [];
    const { place } = violation;
    if (!place.startsWith("body.") || added.includes(place)) return [];
    return [{ name, body, path: place.slice("body".length).replaceAll(".", "/") }];
  });

  it("every field that the source page names, for what is wrong with it", () => {
    const paths = new Set(ofFields.map(({ path }) => path));
    const fields = Object.keys(request.body).filter((name) => !added.includes(`body.${name}`));
    expect([...paths]).toEqual(expect.arrayContaining(fields.map((name) => `/${name}`)));
  });

  it.each(named(ofFields))("%s", async (_, { body, path }) => {
    const { altId, altType, ...collection } = JSON.parse(body);
    const paths = (await issuesOf(collection)).map((issue) => issue.path);
    expect(new Set(paths)).toEqual(new Set([path]));
  });

  it.each([[[]], ["text"], [1], [true], [null], [undefined]])(
    "%j as the collection",
    async (it) => {
      expect(await issuesOf(it)).toEqual([{ path: "", message: "must be object" }]);
    },
  );
});
