// A server on loopback that answers as HighLevel does, forked so that its work is not counted as the
// client's. Takes { limit, intervalMs } as JSON; sends its address, and its record when asked for it.

import { createServer } from "node:http";

/** A limit of 0 lets all through and keeps no record, so that the server adds little to a call. */
const { limit, intervalMs } = JSON.parse(process.argv[2] ?? "{}");

const created = JSON.stringify({
  data: {
    _id: "655b33a82209e60b6adb87a5",
    altId: "6578278e879ad2646715ba9c",
    name: "Best Sellers",
    slug: "best-sellers",
    image: "http://example.com/watermark.png",
    seo: { title: "Best Sellers", description: "What sells best" },
    createdAt: "2024-02-22T09:27:19.728Z",
  },
});
const refused = JSON.stringify({ statusCode: 429, message: "Too Many Requests" });

/** How often each slug was created. */
const times = new Map();
let refusals = 0;
let firstMs = 0;
let window = -1;
let inWindow = 0;

/** How many places are left in the window before this request, whose window may be a new one. */
function remaining() {
  const now = performance.now();
  // Windows are fixed, and the first begins with the first request: the least time is then known.
  if (window === -1) firstMs = now;
  const current = Math.floor((now - firstMs) / intervalMs);
  if (current !== window) inWindow = 0;
  window = current;
  return limit - inWindow;
}

/** Answers with the five headers that HighLevel sends with everything. */
function answer(response, status, body, left) {
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "X-RateLimit-Limit-Daily": "200000",
    "X-RateLimit-Daily-Remaining": "199900",
    "X-RateLimit-Interval-Milliseconds": String(intervalMs),
    "X-RateLimit-Max": String(limit || 100),
    "X-RateLimit-Remaining": String(left),
  });
  response.end(body);
}

const server = createServer((request, response) => {
  let sent = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    sent += chunk;
  });
  request.on("end", () => {
    if (limit === 0) return answer(response, 201, created, 99);
    const left = remaining();
    if (left <= 0) {
      refusals++;
      return answer(response, 429, refused, 0);
    }
    inWindow++;
    const { slug } = JSON.parse(sent);
    times.set(slug, (times.get(slug) ?? 0) + 1);
    answer(response, 201, created, left - 1);
  });
});
// Hanging up on a client that waits for its window would be a failure of another kind.
server.keepAliveTimeout = 120_000;

process.on("message", () =>
  process.send?.({ created: Object.fromEntries(times), refused: refusals }),
);
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") {
    process.send?.(`http://127.0.0.1:${address.port}`);
  }
});
