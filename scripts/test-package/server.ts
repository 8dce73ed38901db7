import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fakeHighLevel } from "../../src/testing.js";

/** HighLevel on loopback, which treats a call as the first part of its path says. */
export async function startServer() {
  const fake = fakeHighLevel();
  const seen = { posts: 0, redirected: 0, hanging: 0, contractTests: 0 };
  let tellThatTwelveHang = () => {};
  const twelveHang = new Promise<void>((resolve) => {
    tellThatTwelveHang = resolve;
  });

  const server = createServer(async (request, response) => {
    const { url = "", method = "", socket } = request;
    const [, behaviour, ...path] = url.split("/");
    if (behaviour === "until-twelve-hang") return twelveHang.then(() => response.end());
    if (path.length === 0) return response.setHeader("content-type", "text/html").end();

    const body = await text(request);
    switch (behaviour) {
      case "contract":
        seen.contractTests++;
        break;
      case "hang":
        if (++seen.hanging === 12) tellThatTwelveHang();
        return;
      case "redirect":
        return response.writeHead(307, { location: "/elsewhere" }).end();
      case "elsewhere":
        seen.redirected++;
        break;
      case "refuse":
        fake.answerNext(422);
        break;
      case "reset":
        if (JSON.parse(body).slug !== "second") break;
        // The first request creates it, but its response is lost; a second one finds the slug taken.
        if (++seen.posts === 1) return socket.resetAndDestroy();
        fake.answerNext(422);
    }
    const headers = request.headers as Record<string, string>; // none is sent twice
    const init = { method, headers, body: body || null };
    const faked = await fake.fetch(`http://fake/${path.join("/")}`, init);
    response.writeHead(faked.status, { "content-type": "application/json" });
    return response.end(await faked.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
