import { text } from "node:stream/consumers";
import { listen } from "../../contract-tests/support/listen.js";

/** One request as it arrived, and how it was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly status: number;
}

/** A server that records what arrives. */
export interface Recorder {
  readonly url: string;
  /** The requests that arrived since this was last asked, without those in which a browser asks first. */
  take(): readonly Exchange[];
  close(): void;
}

/** Records what arrives at another server, and changes nothing. */
export async function recordBefore(target: string): Promise<Recorder> {
  return record(async (path, init) => {
    const answer = await fetch(target + path, init);
    return {
      status: answer.status,
      headers: Object.fromEntries(
        [...answer.headers].filter(([name]) => !/^(connection|transfer-|content-enc)/.test(name)),
      ),
      body: await answer.text(),
    };
  });
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that answers everything in one way, and records what arrives. */
export function recordAndAnswer(answer: Answer): Promise<Recorder> {
  return record(async () => answer);
}

async function record(
  answerTo: (path: string, init: RequestInit) => Promise<Answer>,
): Promise<Recorder> {
  let exchanges: Exchange[] = [];
  const server = await listen(async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    const body = await text(request);
    const { host, connection, "content-length": length, ...others } = headers;
    const answer = await answerTo(path, {
      method,
      headers: Object.entries(others).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" ? [[name, value]] : [],
      ),
      ...(body !== "" && { body }),
    });
    if (method !== "OPTIONS")
      exchanges.push({ method, path, headers, body, status: answer.status });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return {
    ...server,
    take() {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
  };
}
