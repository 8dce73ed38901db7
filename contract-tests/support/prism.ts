import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { documentFile } from "./document.js";

export { type Violation, violationsIn } from "./violations.js";

/** A server that is running. */
export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** How Prism is to serve the contract. */
export interface PrismOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** A server to hand requests on to, and whose answers to check, in place of made-up ones. */
  readonly upstream?: string;
  /** Told of every request, once it is answered. */
  readonly onAnswered?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Serves the contract with Prism on loopback. */
export async function startPrism({
  port = 0,
  upstream,
  onAnswered,
}: PrismOptions = {}): Promise<RunningServer> {
  // Loaded here, since it takes a second, which no refusal of a command's argument should.
  const [{ createLogger }, { getHttpOperationsFromSpec }, { createServer }] = await Promise.all([
    import("@stoplight/prism-core"),
    import("@stoplight/prism-http"),
    import("@stoplight/prism-http-server"),
  ]);
  const shared = {
    checkSecurity: upstream === undefined,
    validateRequest: true,
    validateResponse: true,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false },
  };
  const server = createServer(await getHttpOperationsFromSpec(documentFile), {
    cors: true,
    config:
      upstream === undefined
        ? { ...shared, isProxy: false }
        : { ...shared, isProxy: true, upstream: new URL(upstream) },
    components: { logger: createLogger("mock", { level: "silent" }) },
  });
  const url = await server.listen(port, "127.0.0.1");
  if (onAnswered === undefined) return { url, close: () => server.close() };

  // Prism gives no access to its server; Node.js tells of every server's answers.
  const channel = "http.server.response.finish";
  const onFinish = (message: unknown) => {
    if (!isExchange(message)) return;
    const { request, response } = message;
    if (request.socket.localPort === Number(new URL(url).port)) onAnswered(request, response);
  };
  subscribe(channel, onFinish);
  return {
    url,
    close: () => server.close().finally(() => unsubscribe(channel, onFinish)),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function isExchange(message: unknown): message is Exchange {
  return (
    typeof message === "object" && message !== null && "request" in message && "response" in message
  );
}
