import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.js";
import { undiciFetch } from "./undici-fetch.js";

await smoke(main, testing, process.env.SERVER, undiciFetch);
