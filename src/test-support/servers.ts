// Servers on loopback that keep on record what they were sent, for the tests here and in src/.

import { once } from "node:events";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import * as examples from "../../generated/examples.js";
import {
  type ClientOptions,
  createClient,
  type HighLevelClient,
  type NewProductCollection,
} from "../index.js";

/** A token that is no ordinary word, so that finding it anywhere means that it leaked. */
export const token = "pit-5e1f0c9a-77d2-4b1e-9a63-0d4c8b2f6e11";
export const locationId = "6578278e879ad2646715ba9c";
export const collection: NewProductCollection = { name: "Best Sellers", slug: "best-sellers" };

/** The body of a 201: the contract's example, for the collection. */
export const created = {
  data: {
    ...examples.createProductCollection.responses[201].data,
    altId: locationId,
    ...collection,
  },
};

/** A request as a server received it, to its last byte. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Responds to the request; `count` is how many have come so far, this one included. */
export type Handler = (response: ServerResponse, request: Received, count: number) => void;

/** Responds with a status and a body: text as it is, else as JSON. */
export function respond(
  response: ServerResponse,
  status: number,
  body: unknown = created,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** An HTTP server, closed when its test has finished. */
export async function countingServer(handler: Handler) {
  const requests: Received[] = [];
  const server = createHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const received = { headers: request.headers, body };
    handler(response, received, requests.push(received));
    server.emit("received");
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url,
    requests,
    /** Resolves when `count` requests have come. */
    async received(count: number) {
      while (requests.length < count) await once(server, "received");
    },
  };
}

/** A TCP server, closed when its test has finished. */
export async function rawServer(onSocket: (socket: Socket) => void): Promise<{ port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {}); // a reset is what many of these tests are about
    onSocket(socket);
  });
  onTestFinished(() => void server.close());
  return { port: await listen(server) };
}

/** A port of loopback on which nothing listens: one that was just given back. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Lets the server listen on a free port of loopback, and gives that port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It listens on no port.");
  return address.port;
}

/** A client of the server at `baseUrl`, without a limiter unless `options` say otherwise. */
export function makeClient(baseUrl: string, options: Partial<ClientOptions> = {}): HighLevelClient {
  return createClient({ locationId, token, baseUrl, limiter: false, ...options });
}

/** What the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === "fulfilled") throw new Error("Expected a rejection, but it resolved");
  return outcome.reason;
}
