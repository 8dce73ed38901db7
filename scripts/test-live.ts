import { buffer } from "node:stream/consumers";
import { type Probe, probes } from "../contract-tests/probes.js";
import { listen } from "../contract-tests/support/listen.js";
import { startPrism, violationsIn } from "../contract-tests/support/prism.js";
import { baseUrl as realApi } from "../generated/contract.js";
import { createClient, createLimiter, HighLevelError } from "../src/index.js";
import { CliError, command, exitCode, type Io, start } from "./lib/cli.js";

/** Where a server departs from the contract. */
interface Departure {
  /** A JSON pointer into the answer's body; empty for the answer as a whole. */
  readonly pointer: string;
  readonly status: number;
  readonly contractSays: string;
  /** What was asked. */
  readonly probe: string;
}

/** What a server really answered, behind Prism's back. */
interface RealAnswer {
  readonly status: number;
}

/**
 * Hands requests on to a server and keeps what it really answered: Prism follows redirects, answers
 * a 501 by itself and turns a broken body into a 500 of its own.
 */
async function startRelay(target: string) {
  let latest: RealAnswer | Error | undefined;
  const server = await listen(async (request, response) => {
    const { host, connection, ...headers } = request.headers;
    const body = await buffer(request);
    try {
      const real = await fetch(target + request.url, {
        method: request.method ?? "POST",
        headers: Object.entries(headers).map(
          ([name, value]) => [name, String(value)] as [string, string],
        ),
        body: body.length > 0 ? body : null,
        redirect: "manual",
        signal: AbortSignal.timeout(30_000),
      });
      latest = { status: real.status };
      const answer = Buffer.from(await real.arrayBuffer());
      for (const [name, value] of real.headers) {
        if (
          !/^(location|content-encoding|content-length|transfer-encoding|connection)$/.test(name)
        ) {
          response.setHeader(name, value);
        }
      }
      response.writeHead(real.status).end(answer);
    } catch (error) {
      latest = error instanceof Error ? error : new Error(String(error));
      response.destroy();
    }
  });
  return {
    ...server,
    /** What the server answered since the last time this was asked. */
    taken(): RealAnswer {
      const taken = latest;
      latest = undefined;
      if (taken instanceof Error || taken === undefined) {
        const reason = taken?.cause instanceof Error ? taken.cause.message : taken?.message;
        throw new CliError(
          `${target} does not answer (${reason ?? "no request came to an end"}). Is it running, and reachable from here?`,
        );
      }
      return taken;
    },
  };
}

/** A server under test, seen through Prism. */
interface Subject {
  readonly proxyUrl: string;
  readonly taken: () => RealAnswer;
  readonly locationId: string;
  readonly token: string;
}

/** Where an answer departs from the contract, whatever was asked. */
function departuresIn(response: Response, real: RealAnswer, probe: string): Departure[] {
  const departure = (pointer: string, contractSays: string) => ({
    pointer,
    status: real.status,
    contractSays,
    probe,
  });
  if (response.status !== real.status) {
    return [departure("", "an answer of JSON, with a documented status")];
  }
  return violationsIn(response.headers)
    .filter(({ side }) => side === "response")
    .map(({ place, message }) =>
      departure(
        place
          .slice(1)
          .map((it) => `/${it}`)
          .join(""),
        message,
      ),
    );
}

/**
 * Whether the location in the request is a good one and can be read. Where it is not, a server may
 * well refuse the request with 403.
 */
function namesLocation({ violation }: Probe): boolean {
  return (
    violation !== undefined &&
    "place" in violation &&
    /^(header|body)\.(?!alt(Id|Type)$)/.test(violation.place)
  );
}

/** Sends a request that breaks the contract, and gives the departures in what comes back. */
async function send({ proxyUrl, taken }: Subject, probe: Probe): Promise<Departure[]> {
  const { name, headers, body, status: expected } = probe;
  const response = await fetch(`${proxyUrl}/products/collections`, {
    method: "POST",
    headers,
    body: body ?? null,
  });
  const real = taken();
  if (real.status === 429) {
    throw new CliError("The rate limit is spent (429). Run this again later.");
  }
  if (real.status === 401 && expected !== 401) {
    throw new CliError(
      "The server refuses the token (401). Set HIGHLEVEL_TOKEN to one that it takes.",
    );
  }
  if (real.status === 403 && namesLocation(probe)) {
    throw new CliError(
      "The token has no access to the location (403). Set HIGHLEVEL_LOCATION_ID to one that it has access to.",
    );
  }
  const departures = departuresIn(response, real, name);
  // The page of the endpoint does not say which departure is a 400 and which a 422.
  const isRefused = expected === 401 ? real.status === 401 : real.status >= 400;
  if (!isRefused) {
    const contractSays = `refuses this with ${expected === 401 ? "401" : "400 or 422"}`;
    departures.push({ pointer: "", status: real.status, contractSays, probe: name });
  }
  return departures;
}

/** Creates one collection through the client, and gives the departures in what comes back. */
async function create(
  { proxyUrl, taken, locationId, token }: Subject,
  { out }: Io,
): Promise<Departure[]> {
  const slug = `contract-test-${Date.now().toString(36)}`;
  out(`Creating the collection "Contract test" (${slug}) in location ${locationId}.`);
  const departures: Departure[] = [];
  let answered: Response | undefined;
  const client = createClient({
    baseUrl: proxyUrl,
    locationId,
    token,
    maxRetries: 0,
    limiter: false,
    fetch: async (url, init) => {
      answered = await fetch(url, init);
      return answered;
    },
  });
  try {
    const { _id } = await client.createProductCollection({ name: "Contract test", slug });
    out(`Created ${_id}.`);
  } catch (error) {
    if (!(error instanceof HighLevelError)) throw error;
    const status = "status" in error ? Number(error.status) : 0;
    const contractSays = `creates it with 201; the client says: ${error.message}`;
    departures.push({ pointer: "", status, contractSays, probe: "a valid collection" });
  }
  const real = taken();
  if (answered !== undefined) {
    departures.unshift(...departuresIn(answered, real, "a valid collection"));
  }
  return departures;
}

/** A line for each departure; one that came up again and again is told once. */
function report(departures: readonly Departure[]): string[] {
  const groups = new Map<string, Departure[]>();
  for (const departure of departures) {
    const { pointer, status, contractSays } = departure;
    const key = JSON.stringify([pointer, status, contractSays]);
    groups.set(key, [...(groups.get(key) ?? []), departure]);
  }
  return [...groups.values()].map(([first, ...more]) => {
    const { pointer = "", status, contractSays, probe } = first as Departure;
    const again = more.length > 0 ? `, and ${more.length} more` : "";
    return `  ${status}  ${pointer || "(the answer)"}  the contract: ${contractSays}  [${probe}${again}]`;
  });
}

export const run = command(
  {
    usage: "npm run test:live -- --base-url URL [--create]",
    options: { "base-url": { type: "string" }, create: { type: "boolean", default: false } },
  },
  async ({ values }, io) => {
    const { env, out } = io;
    const baseUrl = values["base-url"] ?? env.HIGHLEVEL_BASE_URL;
    if (baseUrl === undefined)
      throw new CliError("Say which server: --base-url URL, or HIGHLEVEL_BASE_URL.");
    const {
      HIGHLEVEL_TOKEN: token,
      HIGHLEVEL_LOCATION_ID: locationId = "6578278e879ad2646715ba9c",
    } = env;
    if (values.create && (token === undefined || env.HIGHLEVEL_LOCATION_ID === undefined)) {
      throw new CliError("--create needs HIGHLEVEL_TOKEN and HIGHLEVEL_LOCATION_ID to be set.");
    }
    try {
      createClient({ baseUrl, token: token ?? "none", locationId });
    } catch (error) {
      throw new CliError(
        error instanceof Error
          ? error.message
              .replace("createClient: `baseUrl`", "--base-url")
              .replace(/; `allowHttp.*/, "") // the command has no such option
          : String(error),
      );
    }

    const isRealApi = new URL(baseUrl).origin === new URL(realApi).origin;
    const chosen = probes({ locationId, token: token ?? "none" }).filter(
      ({ status, isHarmless, violation }) =>
        // Prism does not hand on what it cannot parse; without a token there is one thing to ask.
        violation !== undefined &&
        (isHarmless || !isRealApi) &&
        (token !== undefined || status === 401),
    );
    out(
      `Sending ${baseUrl} ${chosen.length} requests that break the contract${
        token === undefined ? "; set HIGHLEVEL_TOKEN for those that need a token" : ""
      }.`,
    );

    const relay = await startRelay(baseUrl.replace(/\/$/, ""));
    const proxy = await startPrism({ upstream: relay.url });
    const subject = { proxyUrl: proxy.url, taken: relay.taken, locationId, token: token ?? "none" };
    const limiter = createLimiter();
    const departures: Departure[] = [];
    try {
      for (const probe of chosen) {
        const place = await limiter.waitForPlace(locationId, undefined);
        departures.push(...(await send(subject, probe)));
        // Nothing is learnt of the budget: what Prism hands on need not be HighLevel.
        limiter.learn?.(locationId, undefined, place);
      }
      if (values.create) departures.push(...(await create(subject, io)));
    } finally {
      await Promise.all([proxy.close(), relay.close()]);
    }
    const lines = report(departures);
    out(
      lines.length === 0
        ? "No contract violations found."
        : `Contract violations found: ${lines.length}\n${lines.join("\n")}`,
    );
    return lines.length === 0 ? exitCode.done : exitCode.failed;
  },
);

start(import.meta, run);
