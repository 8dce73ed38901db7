import type { IncomingMessage, ServerResponse } from "node:http";
import { listen } from "../../contract-tests/support/listen.js";

const relayedRequestHeaders = ["authorization", "version", "content-type", "accept"];
/** What Node.js has undone by then, or what belongs to a connection. */
const unrelayedResponseHeaders = new Set([
  ...["connection", "content-encoding", "content-length", "keep-alive", "location"],
  ...["set-cookie", "transfer-encoding"],
]);
const largestBody = 1024 * 1024;
const timeoutMs = 30_000;

/** What the relay hands on, and where to. */
export interface RelayTarget {
  readonly server: string;
  readonly method: string;
  readonly path: string;
}

/** The path on the page's origin under which the relay answers. */
export const relay = "/relay";

/**
 * Serves the reference page on loopback, and relays its requests to one operation of one server. So
 * the page can reach a server that does not allow requests from other origins.
 */
export function serveDocs(page: string, target: RelayTarget) {
  return listen((request, response) => {
    if (request.method === "GET" && request.url === "/") {
      response
        .writeHead(200, {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-store",
          // Another page cannot show this one inside itself and guide a reader's clicks.
          "x-frame-options": "DENY",
        })
        .end(page);
    } else if (request.method === target.method && request.url === relay + target.path) {
      // Other pages that are open in the browser have no business here, whatever name they use.
      const { host = "", origin } = request.headers;
      if (origin !== `http://${host}` || !/^(127\.0\.0\.1|localhost):\d+$/.test(host)) {
        response.writeHead(403).end();
      } else {
        void hand(request, response, target);
      }
    } else {
      response.writeHead(404).end();
    }
  });
}

/** Hands a request on and its answer back. Nothing of either is logged or kept. */
async function hand(
  request: IncomingMessage,
  response: ServerResponse,
  { server, method, path }: RelayTarget,
): Promise<void> {
  try {
    const answer = await fetch(server + path, {
      method,
      headers: relayedRequestHeaders.flatMap((name): [string, string][] => {
        const value = request.headers[name];
        return typeof value === "string" ? [[name, value]] : [];
      }),
      body: await bodyOf(request),
      // The token is for one server alone.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    for (const [name, value] of answer.headers) {
      if (!unrelayedResponseHeaders.has(name)) response.setHeader(name, value);
    }
    // A redirect without its place: the page says that there was one.
    if (answer.status >= 300 && answer.status < 400) {
      response.setHeader(
        "Relay-Error",
        `HighLevel answered ${answer.status}, a redirect, which is not followed.`,
      );
      response.writeHead(502).end();
    } else {
      response.writeHead(answer.status, answer.statusText).end(body);
    }
  } catch (error) {
    response.setHeader("Relay-Error", reasonOf(error));
    response.writeHead(502).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestBody) throw new Error("The body is larger than 1 MiB.");
  }
  return Buffer.concat(chunks);
}

/** Why there is no answer, in ASCII, since it travels in a header. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : message;
  return `No answer from HighLevel: ${reason.replace(/[^\x20-\x7e]+/g, " ")}.`;
}
