import { join } from "node:path";
import { createLogger } from "@stoplight/prism-core";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { createServer } from "@stoplight/prism-http-server";
import { contractFile } from "./contract.js";
import { root } from "./tools.js";

/** Serves a contract on a free port of loopback, as `npm run mock` does. Default: ours. */
export async function startMock(file = join(root, contractFile)) {
  const server = createServer(await getHttpOperationsFromSpec(file), {
    cors: true,
    config: {
      isProxy: false,
      checkSecurity: true,
      validateRequest: true,
      validateResponse: true,
      errors: false,
      mock: { dynamic: false },
      upstreamProxy: undefined,
    },
    components: { logger: createLogger("mock", { level: "silent" }) },
  });
  return { url: await server.listen(0, "127.0.0.1"), close: () => server.close() };
}
