import { projectRoot } from "./cli.js";
import { contractPath } from "./contract.js";

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
}

/** Serves the contract with Prism on loopback. */
export async function startPrism({
  port = 0,
  upstream,
}: PrismOptions = {}): Promise<RunningServer> {
  // Loaded here, since it takes a second, which no refusal of an argument should.
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
  const server = createServer(await getHttpOperationsFromSpec(projectRoot + contractPath), {
    cors: true,
    config:
      upstream === undefined
        ? { ...shared, isProxy: false }
        : { ...shared, isProxy: true, upstream: new URL(upstream) },
    components: { logger: createLogger("prism", { level: "silent" }) },
  });
  return { url: await server.listen(port, "127.0.0.1"), close: () => server.close() };
}

/** Where a request or its answer departs from the contract, as Prism reports it. */
export interface Violation {
  readonly side: "request" | "response";
  /** The place by its names, for example `["body", "seo", "title"]`. */
  readonly place: readonly string[];
  readonly message: string;
}

/** What Prism says in an answer's `sl-violations` header. */
export function violationsIn(headers: Headers): Violation[] {
  const reported: readonly Reported[] = JSON.parse(headers.get("sl-violations") ?? "[]");
  return reported.map(({ location: [side, ...place], code, message }) => {
    // Of what is missing, Prism points at the parent and names the child in its message.
    const missing = code === "required" && message.match(/required property '(.+)'/)?.[1];
    return { side, place: missing ? [...place, missing] : place, message };
  });
}

interface Reported {
  readonly location: readonly ["request" | "response", ...string[]];
  readonly code?: string | number;
  readonly message: string;
}
