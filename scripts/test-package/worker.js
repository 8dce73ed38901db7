import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.js";

export default {
  /** Makes its client in the handler, as docs/runtimes.md says; its call waits for ever for a response. */
  async fetch(_request, { SERVER }) {
    const client = main.createClient({
      baseUrl: `${SERVER}/hang`,
      locationId: "6578278e879ad2646715ba9c",
      token: "a-token",
    });
    return Response.json(await client.createProductCollection({ name: "Hats", slug: "hats" }));
  },

  async test(_controller, { SERVER, WORKER }) {
    const visitors = new AbortController();
    const visits = Array.from({ length: 12 }, () =>
      WORKER.fetch("http://worker/", { signal: visitors.signal }),
    );
    await fetch(`${SERVER}/until-twelve-hang`);
    visitors.abort();
    await Promise.allSettled(visits);
    // The twelve abandoned calls hold up no later one: smoke fails if a call of its own has to wait.
    await smoke(main, testing, SERVER);
  },
};
