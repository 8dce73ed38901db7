import assert from "node:assert/strict";
import { request } from "node:http";
import { relay, serveDocs } from "../docs/serve.js";
import type { Check, Stage } from "./drive.js";
import { recordAndAnswer } from "./recorder.js";

/** What others may try with the relay. */
export function relayChecks({ served, highlevel, contract, browser }: Stage): readonly Check[] {
  const { method, path } = contract;
  const { host, origin } = new URL(served);
  const good = { method, path: relay + path, headers: { host, origin } };

  return [
    [
      "relay, to nothing else",
      async () => {
        highlevel.take();
        assert.equal(await statusOf(served, good), 201);
        assert.equal(highlevel.take().length, 1);
        const bad = [
          { ...good, method: "GET" },
          { ...good, method: "DELETE" },
          { ...good, path: `${relay}/products` },
          { ...good, path: `${good.path}/../x` },
          { ...good, path: `${good.path}?x` },
          { ...good, path: path },
          { ...good, path: "http://example.com/products/collections" },
          { ...good, headers: { host } },
          { ...good, headers: { host, origin: "https://example.com" } },
          { ...good, headers: { host, origin: "null" } },
          // A name that another page's owner has pointed at this machine.
          { ...good, headers: { host: "rebound.example:80", origin: "http://rebound.example:80" } },
        ];
        for (const it of bad) {
          const status = await statusOf(served, it);
          assert.ok(
            status === 403 || status === 404,
            `${JSON.stringify(it)} was answered ${status}`,
          );
        }
        assert.deepEqual(highlevel.take(), []);
        return `${bad.length} other requests were refused`;
      },
    ],
    [
      "relay, no redirect",
      async () => {
        const elsewhere = await recordAndAnswer({ status: 201 });
        const redirecting = await recordAndAnswer({
          status: 307,
          headers: { location: `${elsewhere.url}/` },
        });
        const page = await serveDocs("", { ...contract, server: redirecting.url });
        try {
          const headers = { host: new URL(page.url).host, origin: page.url };
          assert.equal(await statusOf(page.url, { ...good, headers }), 502);
          assert.equal(redirecting.take().length, 1);
          assert.deepEqual(elsewhere.take(), []);
          return `said so with a 502; ${browser.version()} is the browser`;
        } finally {
          for (const server of [elsewhere, redirecting, page]) server.close();
        }
      },
    ],
  ];
}

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends what fetch would not: any host, any origin, a path as it stands. */
function statusOf(url: string, { method, path, headers }: Attempt): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}
