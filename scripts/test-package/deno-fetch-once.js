import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.js";

// No connection is kept, so Deno never finds one broken and sends a POST again.
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
const fetchOnce = (url, init) => fetch(url, { ...init, client });
await smoke(main, testing, process.env.SERVER, fetchOnce);
