// Servers on loopback, and what else the tests share. Only tests import this file.

import { once } from "node:events";
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type ClientOptions, createClient, type HighLevelClient } from "../../src/index.js";
import { listenOnLoopback } from "./listen.js";

export { closedPort } from "./listen.js";

/** A token that is no ordinary word, so that finding it anywhere means that it leaked. */
export const token = "pit-5e1f0c9a-77d2-4b1e-9a63-0d4c8b2f6e11";
export const locationId = "6578278e879ad2646715ba9c";
export const collection = { name: "Best Sellers", slug: "best-sellers" };

/** The body of a 201, as the contract has it. */
export const created = {
  data: {
    _id: "655b33a82209e60b6adb87a5",
    altId: locationId,
    ...collection,
    image: "http://example.com/watermark.png",
    seo: { title: "Best Sellers", description: "Collections of the best products" },
    createdAt: "2024-02-22T09:27:19.728Z",
  },
};

/** A request as a server received it, to its last byte. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers the request; `count` is how many have come so far, this one included. */
export type Handler = (response: ServerResponse, request: Received, count: number) => void;

/** An HTTP server that keeps every request on record. It is closed when its test has finished. */
export async function countingServer(handler: Handler, options: ServerOptions = {}) {
  const requests: Received[] = [];
  const server = createHttpServer(options, async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const received = { method: request.method, path: request.url, headers: request.headers, body };
    handler(response, received, requests.push(received));
    server.emit("received");
  });
  server.keepAliveTimeout = 0; // so that a client which waits for the server to hang up is found out
  const port = await listenOnLoopback(server);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close,
    /** Resolves when `count` requests have come. */
    async received(count: number) {
      while (requests.length < count) await once(server, "received");
    },
  };
}

/** A TCP server that does what the test says. It is closed when its test has finished. */
export async function rawServer(onSocket: (socket: Socket) => void = () => {}) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {}); // a reset is what many of these tests are about
    onSocket(socket);
    socket.resume();
  });
  const port = await listenOnLoopback(server);
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${port}`,
    sockets,
    close,
    /** Resolves when the other side has hung up on the first connection. */
    async hungUpOn() {
      const [socket] = sockets;
      if (!socket?.closed) await new Promise((resolve) => socket?.once("close", resolve));
    },
  };
}

/** Answers with a status and a body, which is sent as it is if it is text or bytes, else as JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown = created,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(
    typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  );
}

/** A client of the server at `baseUrl` that waits for no limiter, unless `overrides` say otherwise. */
export function makeClient(
  baseUrl: string,
  overrides: Partial<ClientOptions> = {},
): HighLevelClient {
  return createClient({ locationId, token, baseUrl, limiter: false, ...overrides });
}

/** What the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === "fulfilled") throw new Error("Expected a rejection, but it resolved");
  return outcome.reason;
}

/** A promise and the function that resolves it. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
