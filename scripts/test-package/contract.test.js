import * as contractTests from "highlevel-product-collections/contract-tests";
import { register } from "./register.js";

register(contractTests, test, process.env.SERVER);
