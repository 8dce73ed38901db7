import { expect, it, onTestFinished, vi } from "vitest";
import { createClient } from "../src/index.js";
import {
  collection,
  countingServer,
  created,
  locationId,
  respond,
} from "../src/test-support/servers.js";
import { oauthToken, type Tokens } from "./oauth-token.js";

const old: Tokens = {
  accessToken: "access-0",
  refreshToken: "refresh-0",
  issuedAt: 0,
  expiresAt: 0,
};

/** An OAuth server whose refresh tokens serve once, a HighLevel that accepts some tokens, and a client. */
async function start(isAccepted: (token: string) => boolean, stored = old) {
  let refreshes = 0;
  const oauth = await countingServer((response, { body }) => {
    const isValid = new URLSearchParams(body).get("refresh_token") === `refresh-${refreshes}`;
    if (!isValid) return respond(response, 400, { error: "invalid_grant" });
    refreshes++;
    respond(response, 200, {
      access_token: `access-${refreshes}`,
      refresh_token: `refresh-${refreshes}`,
      expires_in: 86_399,
    });
  });
  const highlevel = await countingServer((response, { headers }) => {
    const isGood = isAccepted(String(headers.authorization).replace("Bearer ", ""));
    respond(response, isGood ? 201 : 401, isGood ? created : { message: "Invalid JWT" });
  });
  const store = {
    tokens: stored,
    load: async () => store.tokens,
    async save(tokens: Tokens) {
      store.tokens = tokens;
    },
  };
  const app = { clientId: "id", clientSecret: "secret", tokenUrl: oauth.url };
  const client = createClient({
    locationId,
    token: oauthToken(app, store),
    baseUrl: highlevel.url,
  });
  const create = () => client.createProductCollection(collection);
  return { oauth, highlevel, store, create };
}

async function twentyErrors(create: () => Promise<unknown>): Promise<string[]> {
  const messages: string[] = [];
  for (let i = 0; i < 20; i++) await create().catch(({ message }) => messages.push(message));
  return messages;
}

it.each([
  ["an expired token", old],
  ["a token that HighLevel rejects", { ...old, expiresAt: Number.POSITIVE_INFINITY }],
])("%s is replaced once for all calls, and the new one is stored", async (_, stored) => {
  const { oauth, store, create } = await start((token) => token === "access-1", stored);
  await Promise.all([create(), create(), create()]);
  await create();
  expect(oauth.requests.length).toBe(1);
  expect(store.tokens).toMatchObject({ accessToken: "access-1", refreshToken: "refresh-1" });
});

it("a token that stays refused is not asked for again at once, and the error names the scope", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const { oauth, create } = await start(() => false);
  const [first, ...others] = await twentyErrors(create);
  expect(oauth.requests.length).toBe(1);
  for (const message of [first, ...others]) expect(message).toContain("products/collection.write");
  vi.setSystemTime(Date.now() + 61_000);
  await expect(create()).rejects.toThrow("HighLevel answered 401");
  expect(oauth.requests.length).toBe(2);
});

it("a refresh token that is refused is not tried again at once, nor are the stored tokens lost", async () => {
  const { oauth, store, create } = await start(() => true, { ...old, refreshToken: "spent" });
  const messages = await twentyErrors(create);
  expect(new Set(messages)).toEqual(new Set(["HighLevel refused to refresh the token: 400"]));
  expect([oauth.requests.length, store.tokens.refreshToken]).toEqual([1, "spent"]);
});
