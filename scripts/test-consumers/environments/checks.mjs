// What holds in every environment that a consumer's code or tests run in. It imports nothing, so that
// each environment loads the package in its own way.

const collection = { name: "Best Sellers", slug: "best-sellers" };

/**
 * Checks by name, each of which rejects with what is wrong.
 *
 * @param {object} environment
 * @param {typeof import("highlevel-product-collections")} environment.highlevel
 * @param {typeof import("highlevel-product-collections/testing")} environment.testing
 * @param {{ server: string, nobody: string }} environment.urls - The server, and an address where
 * none listens.
 * @param {object} [environment.options] - More for `createClient`.
 * @param {typeof globalThis.fetch} [environment.fetch] - To ask the server with.
 * @param {boolean} [environment.tellsWhy] - Whether its fetch tells why a connection failed.
 * @param {boolean} [environment.isBelieved] - Whether that is proof for the client: not of a fetch
 * that was passed as an option.
 */
export function createChecks({
  highlevel,
  testing,
  urls,
  options,
  fetch = globalThis.fetch,
  tellsWhy = true,
  isBelieved = tellsWhy,
}) {
  const { AbortedError, ApiError, ConnectionError, createClient, HighLevelError } = highlevel;
  const create = (more, callOptions) =>
    createClient({
      baseUrl: urls.server,
      locationId: "6578278e879ad2646715ba9c",
      token: "one",
      ...options,
      ...more,
    }).createProductCollection(collection, callOptions);

  return {
    async "creates a collection"() {
      const { _id } = await create();
      expect(/^[0-9a-f]{24}$/.test(_id), `no id: ${_id}`);
    },

    async "says of a refused connection what is known: that it created nothing, after three attempts"() {
      const error = await failureOf(create({ baseUrl: urls.nobody }));
      isA(error, ConnectionError, HighLevelError, Error);
      const { mayHaveCreated, attempts, cause } = error;
      const meant = isBelieved ? "false after 3" : "true after 1";
      const seen = `${mayHaveCreated} after ${attempts}`;
      expect(seen === meant, `mayHaveCreated: ${seen}: ${error.stack}, cause: ${cause?.stack}`);
      expect(typeof cause?.message === "string", "no cause");
      expect(!tellsWhy || /ECONNREFUSED/.test(error.message), error.message);
    },

    async "is aborted by the environment's AbortController while the server is silent"() {
      const controller = new AbortController();
      const { signal } = controller;
      const call = failureOf(create({ baseUrl: `${urls.server}/silent` }, { signal }));
      await fetch(`${urls.server}/when-silent`);
      controller.abort();
      const error = await call;
      isA(error, AbortedError, HighLevelError, Error);
      const { name, mayHaveCreated, attempts, cause } = error;
      expect(name === "AbortError" && mayHaveCreated === true && attempts === 1, error.stack);
      expect(cause === signal.reason, `its cause is ${cause}`);
    },

    async "is aborted by the environment's AbortController before anything is sent"() {
      const controller = new AbortController();
      const { signal } = controller;
      controller.abort();
      const error = await failureOf(create({}, { signal }));
      isA(error, AbortedError, HighLevelError, Error);
      expect(error.mayHaveCreated === false && error.attempts === 0, error.stack);
    },

    async "rejects with the classes that are exported"() {
      const refused = await failureOf(create({ baseUrl: `${urls.server}/refuse` }));
      isA(refused, ApiError, HighLevelError, Error);
      expect(refused.status === 422 && refused.mayHaveCreated === false, refused.stack);
      const slug = "best sellers";
      const client = createClient({ locationId: "a", token: "one", ...options });
      const invalid = await failureOf(client.createProductCollection({ ...collection, slug }));
      isA(invalid, highlevel.InvalidRequestError, HighLevelError, Error);
      const broken = await failureOf(create({ baseUrl: `${urls.server}/break` }));
      isA(broken, highlevel.UnexpectedResponseError, HighLevelError, Error);
      const late = failureOf(create({ baseUrl: `${urls.server}/silent` }, { timeoutMs: 50 }));
      isA(await late, highlevel.TimeoutError, ConnectionError, HighLevelError, Error);
    },

    async "creates in the fake of ./testing"() {
      const fake = testing.fakeHighLevel();
      fake.answerNext(422);
      const { status } = await failureOf(create({ fetch: fake.fetch }));
      expect(status === 422, `${status}`);
      const { slug } = await create({ fetch: fake.fetch });
      expect(slug === collection.slug && fake.requests.length === 2, `${slug}`);
    },
  };
}

/**
 * A 429 that names a wait of 20 s, under fake timers: the call goes on when they are moved on, and
 * not before. Nobody waits for real: the test would run into its runner's 5 s.
 *
 * @param {Pick<Parameters<typeof createChecks>[0], "highlevel" | "testing">} environment
 * @param {(ms: number) => Promise<unknown>} advance - Moves the fake timers on.
 */
export async function retryUnderFakeTimers({ highlevel, testing }, advance) {
  for (const retryAfterMs of [20_000, 19_500]) {
    const fake = testing.fakeHighLevel();
    const client = highlevel.createClient({
      locationId: `a-location-with-${retryAfterMs}`,
      token: "one",
      fetch: fake.fetch,
    });
    fake.answerNext(429, { retryAfterMs });
    let created;
    const call = client.createProductCollection(collection).then((it) => {
      created = it;
    });
    await advance(19_000);
    expect(fake.requests.length === 1, `after 19 s: ${fake.requests.length} requests`);
    await advance(2_000);
    expect(fake.requests.length === 2, `after 21 s: ${fake.requests.length} requests`);
    await call;
    expect(created?.slug === collection.slug, "nothing was created");
  }
}

function isA(error, ...classes) {
  for (const it of classes) expect(error instanceof it, `not a ${it.name}: ${error?.stack}`);
}

async function failureOf(call) {
  const created = await call.catch((error) => ({ error }));
  expect("error" in created, "it did not fail");
  return created.error;
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
