// A server on loopback that answers as HighLevel does, forked so that its work is not counted as the
// client's. Takes its budget as JSON; sends its address, and its record when asked for it.

import { createServer } from "node:http";

/** As `ServerBudget` in rate-limited-server.ts describes it. */
const {
  limit,
  intervalMs,
  dailyLimit = 200_000,
  others = { count: 0, come: "at the start" },
  phase = 0,
} = JSON.parse(process.argv[2] ?? "{}");
const isUnbounded = limit === 0;

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
/** What is used of the budget, by location. */
const budgets = new Map();
let refusals = 0;

/** The location's budget, with as much used of the window as is used by now. */
function budgetOf(location) {
  const now = performance.now();
  let budget = budgets.get(location);
  if (budget === undefined) {
    // Of the first window so much is over when the first request arrives: the least time is then known.
    budget = { since: now - phase * intervalMs, window: -1, used: 0, byOthers: 0, today: 0 };
    budgets.set(location, budget);
  }
  const windows = (now - budget.since) / intervalMs;
  if (Math.floor(windows) !== budget.window) {
    Object.assign(budget, { window: Math.floor(windows), used: 0, byOthers: 0 });
  }
  const due = others.come === "spread" ? Math.floor((windows % 1) * others.count) : others.count;
  budget.used = Math.min(limit, budget.used + due - budget.byOthers);
  budget.byOthers = due;
  return budget;
}

/** Answers with the five headers that HighLevel sends with everything. */
function answer(response, status, body, left, leftToday) {
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "X-RateLimit-Limit-Daily": String(dailyLimit),
    "X-RateLimit-Daily-Remaining": String(leftToday),
    "X-RateLimit-Interval-Milliseconds": String(intervalMs),
    "X-RateLimit-Max": String(isUnbounded ? 1_000_000 : limit),
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
    if (isUnbounded) return answer(response, 201, created, 990_000, 190_000);
    const { altId, slug } = JSON.parse(sent);
    const budget = budgetOf(altId);
    const isRefused = budget.used >= limit || budget.today >= dailyLimit;
    if (isRefused) {
      refusals++;
    } else {
      budget.used++;
      budget.today++;
      times.set(slug, (times.get(slug) ?? 0) + 1);
    }
    const [status, body] = isRefused ? [429, refused] : [201, created];
    answer(response, status, body, limit - budget.used, dailyLimit - budget.today);
  });
});
// Hanging up on a client that waits for its window would be a failure of another kind.
server.keepAliveTimeout = 120_000;

process.on("message", () =>
  process.send?.({ created: Object.fromEntries(times), refused: refusals }),
);
process.on("disconnect", () => process.exit());
// Room for the connections of a thousand locations that begin at once.
server.listen({ port: 0, host: "127.0.0.1", backlog: 20_000 }, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") {
    process.send?.(`http://127.0.0.1:${address.port}`);
  }
});
