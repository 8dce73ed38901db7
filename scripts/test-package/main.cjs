const main = require("highlevel-product-collections");
const testing = require("highlevel-product-collections/testing");
const { smoke } = require("./smoke.js");

smoke(main, testing, process.env.SERVER);
