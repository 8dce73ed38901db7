import { expect, it, onTestFinished, vi } from "vitest";
import { createClient, type TokenProvider } from "../src/index.js";
import {
  closedPort,
  collection,
  countingServer,
  created,
  locationId,
  respond,
} from "../src/test-support/servers.js";
import { locationToken, oauthToken, type Tokens } from "./oauth-token.js";

const old: Tokens = {
  accessToken: "access-0",
  refreshToken: "refresh-0",
  issuedAt: 0,
  expiresAt: 0,
};
const scopeMissing = { message: "The token is not authorized for this scope." };

type Failure = readonly [status: number, body?: unknown];

/** An OAuth server whose refresh tokens serve once, after some failures. */
async function startOAuth(...failures: Failure[]) {
  let refreshes = 0;
  return countingServer((response, { body }) => {
    const [failure] = failures.splice(0, 1);
    if (failure) return respond(response, failure[0], failure[1] ?? "");
    const isValid = new URLSearchParams(body).get("refresh_token") === `refresh-${refreshes}`;
    if (!isValid) return respond(response, 400, { error: "invalid_grant" });
    refreshes++;
    respond(response, 200, {
      access_token: `access-${refreshes}`,
      refresh_token: `refresh-${refreshes}`,
      expires_in: 86_399,
    });
  });
}

function memoryStore(tokens = old) {
  const store = {
    tokens,
    load: async () => store.tokens,
    async save(tokens: Tokens) {
      store.tokens = tokens;
    },
  };
  return store;
}

/** Creates a collection in a HighLevel that accepts some tokens. */
async function startHighLevel(token: TokenProvider, isAccepted: (token: string) => boolean) {
  const { url } = await countingServer((response, { headers }) => {
    const isGood = isAccepted(String(headers.authorization).replace("Bearer ", ""));
    respond(response, isGood ? 201 : 401, isGood ? created : scopeMissing);
  });
  const client = createClient({ locationId, token, baseUrl: url, maxRetries: 0 });
  return () => client.createProductCollection(collection);
}

async function start({
  stored = old,
  failures = [] as Failure[],
  isAccepted = (_: string) => true,
}) {
  const oauth = await startOAuth(...failures);
  const store = memoryStore(stored);
  const app = { clientId: "id", clientSecret: "secret", tokenUrl: oauth.url };
  const token = oauthToken(app, store);
  const create = await startHighLevel(token, isAccepted);
  return { oauth, store, token, create };
}

/** Lets the test decide what time it is. */
function stopTheClock() {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  return (ms: number) => vi.setSystemTime(Date.now() + ms);
}

async function twentyErrors(create: () => Promise<unknown>): Promise<Set<string>> {
  const messages = new Set<string>();
  for (let i = 0; i < 20; i++) await create().catch(({ message }) => messages.add(message));
  return messages;
}

it.each([
  ["an expired token", old],
  ["a token that HighLevel rejects", { ...old, expiresAt: Number.POSITIVE_INFINITY }],
])("%s is replaced once for all calls, and the new one is stored", async (_, stored) => {
  const isAccepted = (token: string) => token === "access-1";
  const { oauth, store, create } = await start({ stored, isAccepted });
  await Promise.all([create(), create(), create()]);
  await create();
  expect(oauth.requests.length).toBe(1);
  expect(store.tokens).toMatchObject({ accessToken: "access-1", refreshToken: "refresh-1" });
});

it("a new token that HighLevel rejects is not replaced at once, and the error has HighLevel's reason", async () => {
  const advance = stopTheClock();
  const { oauth, token, create } = await start({ isAccepted: () => false });
  const [message, ...others] = await twentyErrors(create);
  expect(message).toMatch(/401.*: The token is not authorized for this scope\.$/);
  expect([others, oauth.requests.length]).toEqual([[], 1]);
  advance(61_000);
  expect(await token("access-1")).toBe("access-2");
});

it.each<[status: number, body: unknown, message: string]>([
  [
    400,
    { error: "invalid_grant", error_description: "The refresh token is spent." },
    "400: invalid_grant; The refresh token is spent.",
  ],
  [
    422,
    { message: ["code must be a string", "code is empty"] },
    "422: code must be a string; code is empty",
  ],
  [401, "<html>", "401"],
])(
  "a refusal with %i is not repeated for a minute, and the error has its reason",
  async (status, body, message) => {
    const advance = stopTheClock();
    const { oauth, store, create } = await start({ failures: [[status, body]] });
    expect(await twentyErrors(create)).toEqual(
      new Set([`HighLevel refused to refresh the token: ${message}`]),
    );
    expect([oauth.requests.length, store.tokens]).toEqual([1, old]);
    advance(61_000);
    await create();
    expect(oauth.requests.length).toBe(2);
  },
);

it.each([[503], [429], [500]])(
  "after a %i of the OAuth server the next call asks again",
  async (status) => {
    const { oauth, create } = await start({ failures: [[status, { message: "Try later" }]] });
    const first = `HighLevel could not refresh the token: ${status}: Try later`;
    await expect(create()).rejects.toThrow(first);
    await create();
    expect(oauth.requests.length).toBe(2);
  },
);

it("after a refused connection the next call asks again", async () => {
  const oauth = await startOAuth();
  const app = { clientId: "id", clientSecret: "secret", tokenUrl: "" };
  app.tokenUrl = `http://127.0.0.1:${await closedPort()}`;
  const token = oauthToken(app, memoryStore());
  await expect(token()).rejects.toThrow(/could not be asked to refresh the token: .*ECONNREFUSED/);
  app.tokenUrl = oauth.url;
  expect(await token()).toBe("access-1");
});

it("a response without tokens does not replace the stored ones", async () => {
  const { store, create } = await start({ failures: [[200, { access_token: "access-1" }]] });
  await expect(create()).rejects.toThrow("HighLevel gave no refresh token");
  expect(store.tokens).toBe(old);
});

it("a refusal is no error if another process has refreshed in the meantime", async () => {
  const store = memoryStore();
  const oauth = await countingServer((response) => {
    store.tokens = {
      ...old,
      accessToken: "another's",
      refreshToken: "refresh-1",
      expiresAt: Infinity,
    };
    respond(response, 400, { error: "invalid_grant" });
  });
  const token = oauthToken({ clientId: "id", clientSecret: "s", tokenUrl: oauth.url }, store);
  expect(await token()).toBe("another's");
});

/** A HighLevel that gives tokens of locations for a good token of the company, after some failures. */
async function startAgency(...failures: Failure[]) {
  let given = 0;
  const server = await countingServer((response, { headers }) => {
    if (headers.authorization !== "Bearer company-1") {
      return respond(response, 401, { message: "Invalid JWT" });
    }
    const [failure] = failures.splice(0, 1);
    if (failure) return respond(response, failure[0], failure[1] ?? "");
    respond(response, 200, { access_token: `location-${++given}`, expires_in: 86_399 });
  });
  const companyToken = vi.fn((rejected?: string) => (rejected ? "company-1" : "company-0"));
  const companyId = "company";
  const token = locationToken({ companyId, locationId, companyToken, url: server.url });
  return { server, companyToken, token };
}

it("a location's token is requested once for all calls, with the company's, and kept until it expires", async () => {
  const advance = stopTheClock();
  const { server, token, companyToken } = await startAgency();
  companyToken.mockReturnValue("company-1");
  const create = await startHighLevel(token, (it) => it === "location-1");
  await Promise.all([create(), create(), create()]);
  await create();
  expect(server.requests).toEqual([
    {
      body: `companyId=company&locationId=${locationId}`,
      headers: expect.objectContaining({
        authorization: "Bearer company-1",
        version: "2021-07-28",
        "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
      }),
    },
  ]);
  advance(86_399_000);
  expect(await token()).toBe("location-2");
});

it("a location's token that HighLevel rejects is replaced, but not a new one", async () => {
  const advance = stopTheClock();
  const { token, companyToken } = await startAgency();
  companyToken.mockReturnValue("company-1");
  expect(await token()).toBe("location-1");
  expect(await token("location-1")).toBe("location-1");
  advance(61_000);
  expect([await token("location-1"), await token()]).toEqual(["location-2", "location-2"]);
});

it("a company's token that HighLevel rejects is replaced", async () => {
  const { token, companyToken } = await startAgency();
  expect(await token()).toBe("location-1");
  expect(companyToken.mock.calls).toEqual([[], ["company-0"]]);
});

it("a refused request for a location's token is not repeated for a minute, a failed one is", async () => {
  const advance = stopTheClock();
  const { server, token, companyToken } = await startAgency(
    [503],
    [400, { message: "No such location" }],
  );
  companyToken.mockReturnValue("company-1");
  await expect(token()).rejects.toThrow("HighLevel could not give a token of the location: 503");
  expect(await twentyErrors(async () => token())).toEqual(
    new Set(["HighLevel refused to give a token of the location: 400: No such location"]),
  );
  expect(server.requests.length).toBe(2);
  advance(61_000);
  expect(await token()).toBe("location-1");
});
