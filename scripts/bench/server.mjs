// HighLevel on loopback, in a process of its own: `limit` requests in each fixed window of a second, of
// which others take half in its first `eatenInMs`, if that is given. A GET tells what it has seen.

import { createServer } from "node:http";

const { limit, eatenInMs = Infinity } = JSON.parse(process.argv[2]);
const arrivals = [];
const counts = { 201: 0, 429: 0 };
let [window, used] = [0, 0];

const created = JSON.stringify({ data: { _id: "655b33a82209e60b6adb87a5", name: "Bench" } });

const server = createServer((request, response) => {
  if (request.method === "GET") {
    const upTo = (end) => arrivals.filter((at) => at > end - 1000 && at <= end).length;
    const mostIn1s = Math.max(...arrivals.map(upTo));
    return response.end(JSON.stringify({ ...counts, mostIn1s }));
  }
  const now = performance.now();
  arrivals.push(now);
  if (window !== Math.floor(now / 1000)) [window, used] = [Math.floor(now / 1000), 0];
  const eaten = (limit / 2) * Math.min(1, (now % 1000) / eatenInMs);
  const left = Math.floor(limit - used - eaten);
  const status = left > 0 ? 201 : 429;
  counts[status]++;
  if (left > 0) used++;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "X-RateLimit-Max": limit,
    "X-RateLimit-Remaining": Math.max(0, left - 1),
    "X-RateLimit-Interval-Milliseconds": 1000,
    "X-RateLimit-Limit-Daily": 200_000,
    "X-RateLimit-Daily-Remaining": 190_000,
  });
  request.resume().on("end", () => response.end(left > 0 ? created : "{}"));
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
