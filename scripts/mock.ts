import { createLogger } from "@stoplight/prism-core";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { createServer } from "@stoplight/prism-http-server";
import { CouldNotDoIt, cli, exitCode } from "./cli.js";
import { contractFile } from "./contract.js";

/** A server that is running. */
export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** How Prism is to serve the contract. */
export interface MockOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** A server to hand requests on to, and whose answers to check, in place of made-up ones. */
  readonly upstream?: string;
}

/** Serves the contract with Prism on loopback. */
export async function startMock({ port = 0, upstream }: MockOptions = {}): Promise<RunningServer> {
  const shared = {
    checkSecurity: upstream === undefined,
    validateRequest: true,
    validateResponse: true,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false },
  };
  const server = createServer(await getHttpOperationsFromSpec(contractFile), {
    cors: true,
    config:
      upstream === undefined
        ? { ...shared, isProxy: false }
        : { ...shared, isProxy: true, upstream: new URL(upstream) },
    components: { logger: createLogger("mock", { level: "silent" }) },
  });
  return { url: await server.listen(port, "127.0.0.1"), close: () => server.close() };
}

cli(
  import.meta,
  "npm run mock [-- --port 4010]",
  { port: { type: "string", default: "4010" } },
  async ({ values }) => {
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new CouldNotDoIt(`--port must be a whole number from 0 to 65535, not ${values.port}.`);
    }
    let mock: RunningServer;
    try {
      mock = await startMock({ port });
    } catch (error) {
      console.error(
        String(error).includes("EADDRINUSE")
          ? `Port ${port} is in use. Stop what uses it, or choose another: npm run mock -- --port 4011`
          : `The mock did not start: ${error}`,
      );
      return exitCode.foundSomethingWrong;
    }
    console.log(`The contract is served on ${mock.url}. Ctrl-C stops it.`);
    await new Promise<void>((resolve) => {
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
    await mock.close();
    return exitCode.done;
  },
);
