// The same collection in each of many locations: a client for each, in one process, with tokens from a
// store. Here the store is a folder with a file LOCATION.json for each location, as oauth-token.ts has
// its tokens: {"accessToken":"...","refreshToken":"...","expiresAt":1767225600000}
//
//   HIGHLEVEL_CLIENT_ID=... HIGHLEVEL_CLIENT_SECRET=... npx tsx many-locations.ts tokens/
//
// It needs oauth-token.ts beside it.

import { realpathSync } from "node:fs";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ClientOptions,
  createClient,
  HighLevelError,
  type NewProductCollection,
} from "highlevel-product-collections";
import { type OAuthApp, oauthTokens, type TokenStore } from "./oauth-token.js";

/** How many locations are served at once. Each has a rate limit of its own. */
const atOnce = 50;

/** Where the tokens of all locations are kept. */
export interface LocationStore {
  locationIds(): Promise<readonly string[]>;
  tokensOf(locationId: string): TokenStore;
}

/** How it ended in one location. */
export type Outcome = { readonly locationId: string } & (
  | { readonly collectionId: string }
  | { readonly error: unknown; readonly mayExist: boolean }
);

/** Creates the collection in every location of the store, and gives the outcomes as they come. */
export async function* createEverywhere(
  store: LocationStore,
  app: OAuthApp,
  collection: NewProductCollection,
  options: Omit<ClientOptions, "locationId" | "token"> = {},
): AsyncGenerator<Outcome> {
  const createIn = async (locationId: string): Promise<Outcome> => {
    try {
      const token = oauthTokens(app, store.tokensOf(locationId));
      const highlevel = createClient({ ...options, locationId, token });
      const { _id } = await highlevel.createProductCollection(collection);
      return { locationId, collectionId: _id };
    } catch (error) {
      const mayExist = error instanceof HighLevelError && error.mayHaveCreated;
      return { locationId, error, mayExist };
    }
  };

  const underWay = new Map<string, Promise<Outcome>>();
  async function* nextOutcome(): AsyncGenerator<Outcome> {
    const outcome = await Promise.race(underWay.values());
    underWay.delete(outcome.locationId);
    yield outcome;
  }
  for (const locationId of await store.locationIds()) {
    underWay.set(locationId, createIn(locationId));
    if (underWay.size === atOnce) yield* nextOutcome();
  }
  while (underWay.size > 0) yield* nextOutcome();
}

/** A store in a folder. */
export function folderStore(folder: string): LocationStore {
  return {
    async locationIds() {
      const names = await readdir(folder);
      return names.flatMap((name) =>
        name.endsWith(".json") ? [name.slice(0, -".json".length)] : [],
      );
    },
    tokensOf(locationId) {
      const file = join(folder, `${locationId}.json`);
      return {
        load: async () => JSON.parse(await readFile(file, "utf8")),
        async save(tokens) {
          // Elsewhere first: a refresh token that is half written is lost.
          await writeFile(`${file}.new`, JSON.stringify(tokens), { mode: 0o600, flush: true });
          await rename(`${file}.new`, file);
        },
      };
    },
  };
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { HIGHLEVEL_CLIENT_ID: clientId = "", HIGHLEVEL_CLIENT_SECRET: clientSecret = "" } =
    process.env;
  const store = folderStore(process.argv[2] ?? "tokens");
  const collection = { name: "Best Sellers", slug: "best-sellers" };
  for await (const outcome of createEverywhere(store, { clientId, clientSecret }, collection)) {
    const { locationId } = outcome;
    if ("collectionId" in outcome) {
      console.log(`${locationId}: created ${outcome.collectionId}`);
    } else {
      console.log(`${locationId}: ${outcome.mayExist ? "MAY EXIST, " : ""}${outcome.error}`);
      process.exitCode = 1;
    }
  }
}
