// Starts the contract's mock, a server, for tests of your own code. Most tests need no server:
// `fakeHighLevel()` of highlevel-product-collections/testing is enough.
//
//   const mock = await startMock();
//   const highlevel = createClient({ locationId, token, baseUrl: mock.url });
//   mock.stop();
//
// It needs @stoplight/prism-cli@5.14.2 as a devDependency.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";

const { resolve } = createRequire(import.meta.url);

/** Serves the contract on a free port, and gives its address and how to stop it. */
export async function startMock(): Promise<{ url: string; stop: () => void }> {
  const port = await freePort();
  const contract = resolve("highlevel-product-collections/openapi.yaml");
  const prism = spawn(
    process.execPath,
    [resolve("@stoplight/prism-cli/dist/index.js"), "mock", "-p", String(port), contract],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  while (prism.exitCode === null && prism.signalCode === null) {
    // Until it listens, the connection is refused.
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return { url, stop: () => prism.kill() };
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`Prism ended with ${prism.exitCode ?? prism.signalCode}`);
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}
