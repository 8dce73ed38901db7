import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { Server } from "node:net";

/** Lets the server listen on a port of loopback that is free, and gives that port. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It listens on no port.");
  return address.port;
}

/** A port of loopback on which nothing listens: one that was just given back. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Serves on a port of loopback that is free. */
export async function listen(handle: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(handle);
  return {
    url: `http://127.0.0.1:${await listenOnLoopback(server)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
