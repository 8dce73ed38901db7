import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";

/** Serves on a port of loopback that is free. */
export async function listen(handle: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("It listens on no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
