import * as main from "highlevel-product-collections";
import * as testing from "highlevel-product-collections/testing";
import { smoke } from "./smoke.js";

test("the package works in this test runner", () => smoke(main, testing, process.env.SERVER));
