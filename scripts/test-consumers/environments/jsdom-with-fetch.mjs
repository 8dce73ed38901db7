// jsdom has no fetch, nor what belongs to it. People give their tests Node.js's: as jest-fixed-jsdom
// does, under the names that it has in Node.js, or under a name of their own.

import { TestEnvironment } from "jest-environment-jsdom";

const globals = { fetch, Request, Response, Headers, TextEncoder, TextDecoder };

export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { testEnvironmentOptions } = config.projectConfig;
    if (testEnvironmentOptions.fetch === "global") Object.assign(this.global, globals);
    else this.global.fetchOfNode = fetch;
  }
}
