// Runs in every runtime that the client promises to run in, so it uses what all of them have, and
// nothing else: no Node.js, no file, no console.

const collection = { name: "Best Sellers", slug: "best-sellers" };

/**
 * Uses the client against a server on loopback. Gives for each check a word that says what was seen,
 * or why it failed.
 *
 * @param {typeof import("highlevel-product-collections")} highlevel - The packed client.
 * @param {typeof import("highlevel-product-collections/testing")} testing - Its fake.
 * @param {{ server: string, nobody: string }} urls - The server, and an address where none listens.
 * @param {{ fetch: import("highlevel-product-collections").Fetch, version: string }} [undici] - On
 * Node.js, `undiciFetch` and the version of undici that it finds.
 */
export async function smoke(highlevel, { fakeHighLevel }, { server, nobody }, undici) {
  const { ApiError, ConnectionError, createClient, TimeoutError, UnexpectedResponseError } =
    highlevel;
  const drifts = [];
  const create = (baseUrl, options) =>
    createClient({
      baseUrl,
      locationId: "6578278e879ad2646715ba9c",
      token: "first-token",
      timeoutMs: 10_000,
      maxRetries: 0,
      onEvent: (event) => event.type === "drift" && drifts.push(...event.issues),
      ...options,
    }).createProductCollection(collection);
  const failure = async (call, kind) => {
    const error = await call.then(
      () => undefined,
      (it) => it,
    );
    expect(error instanceof kind, `not a ${kind.name}: ${error?.stack ?? error}`);
    return error;
  };

  const checks = {
    async create() {
      const { _id } = await create(`${server}/create`);
      expect(/^[0-9a-f]{24}$/.test(_id), `no id: ${_id}`);
      // The answer keeps the contract; a validator that does not run here would say otherwise.
      expect(drifts.length === 0, `drift: ${JSON.stringify(drifts)}`);
      return "ok";
    },
    async 422() {
      const { status, body } = await failure(create(`${server}/refuse`), ApiError);
      expect(status === 422 && Array.isArray(body.message), `${status}: ${JSON.stringify(body)}`);
      return "ok";
    },
    async 401() {
      const token = (rejected) => (rejected === "first-token" ? "second-token" : "first-token");
      const { _id } = await create(`${server}/expire`, { token });
      expect(/^[0-9a-f]{24}$/.test(_id), `no id: ${_id}`);
      return "ok";
    },
    async timeout() {
      const started = Date.now();
      await failure(create(`${server}/hang`, { timeoutMs: 300 }), TimeoutError);
      const tookMs = Date.now() - started;
      expect(tookMs < 3_000, `took ${tookMs} ms`);
      return "ok";
    },
    async redirect() {
      const { status } = await failure(create(`${server}/redirect`), UnexpectedResponseError);
      return String(status);
    },
    async refused() {
      const { mayHaveCreated } = await failure(create(nobody), ConnectionError);
      return String(mayHaveCreated);
    },
    async fake() {
      const { fetch, requests, answerNext } = fakeHighLevel();
      answerNext(422);
      const { status } = await failure(create(undefined, { fetch }), ApiError);
      expect(status === 422, `${status}`);
      answerNext(429, { retryAfterMs: 20 });
      const { slug } = await create(undefined, { fetch, maxRetries: 1 });
      expect(slug === collection.slug, `created ${slug}`);
      expect(requests.length === 3, `${requests.length} requests`);
      return "ok";
    },
    async undici() {
      if (undici === undefined) return "-";
      const { fetch, version } = undici;
      const { _id } = await create(`${server}/undici`, { fetch });
      expect(/^[0-9a-f]{24}$/.test(_id), `no id: ${_id}`);
      const refused = await failure(create(nobody, { fetch }), ConnectionError);
      expect(refused.mayHaveCreated === false, refused.stack);
      return version;
    },
  };

  const results = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      results[name] = { saw: await check() };
    } catch (error) {
      results[name] = { failed: String(error?.message ?? error) };
    }
  }
  return results;
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
