import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ApiError } from "../src/index.js";
import { mistyped, validRequest } from "./probes.js";
import { type Answer, answers, endpoint, type Field, type Fields, request } from "./source-page.js";
import { locationId, recordingClient, token, violatedPlaces } from "./support/client.js";
import { listen } from "./support/listen.js";
import { named } from "./support/named.js";

const { name, slug } = request.examples.minimal;
const collection = { name, slug };

/** The figures of the page's table in the client's names. */
const rateLimit = {
  limit: 100,
  remaining: 99,
  intervalMs: 10_000,
  dailyLimit: 200_000,
  dailyRemaining: 199_999,
};

/** Each documented answer: of a status that has examples, each of them. */
const documented = Object.entries(answers).flatMap(([code, { headers, examples }]) => {
  const status = Number(code);
  const some = Object.entries(examples);
  if (some.length === 0) {
    return [{ name: code, status, prefer: `code=${code}`, headers, body: undefined }];
  }
  return some.map(([example, body]) => ({
    name: `${code}, ${example},`,
    status,
    prefer: `code=${code}, example=${example}`,
    headers,
    body,
  }));
});

describe("each documented answer", () => {
  it.each(named(documented))("%s is what the mock gives", async (_, answer) => {
    const { headers, body } = validRequest({ locationId, token });
    const response = await fetch(inject("mockUrl") + endpoint.path, {
      method: endpoint.method,
      headers: { ...headers, Prefer: answer.prefer },
      body: JSON.stringify(body),
    });

    expect(response.status).toBe(answer.status);
    for (const [name, { example }] of Object.entries(answer.headers))
      expect([name, response.headers.get(name)]).toEqual([name, String(example)]);
    const text = await response.text();
    expect(text === "" ? undefined : JSON.parse(text)).toEqual(answer.body);
    expect(violatedPlaces(response)).toEqual([]);
  });

  it.each(named(documented))("%s comes out of the client", async (_, answer) => {
    const { status, prefer, body } = answer;
    const { client, responses, drifts } = recordingClient(inject("mockUrl"), prefer);

    const outcome = await client.createProductCollection(collection).catch((error) => error);

    expect(responses.map((response) => response.status)).toEqual([status]);
    if (status < 300) {
      expect({ data: outcome }).toEqual(body);
    } else {
      expect(outcome).toBeInstanceOf(ApiError);
      expect(outcome).toMatchObject({ status, rateLimit });
      expect(outcome.body).toEqual(body);
    }
    expect(client.rateLimit).toEqual(rateLimit);
    expect(drifts).toEqual([]);
  });
});

/** What breaks the contract in one field of an answer's body. */
interface Breach {
  readonly name: string;
  readonly status: number;
  readonly body: unknown;
  readonly drift: { readonly path: string; readonly message: string };
}

const typeInWords = { "array of strings": "array" } as Partial<Record<Field["type"], string>>;

/** Every single breach of an answer's body. */
function breachesOf(status: number, { body: fields = {}, examples }: Answer): Breach[] {
  const [example = {}] = Object.values(examples);
  const walk = (fields: Fields, path: readonly string[]): Breach[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      const place = [...path, name];
      const breach = (value: unknown, message: string) => ({
        name: `${status}, ${place.join(".")} is ${JSON.stringify(value) ?? "left out"}`,
        status,
        body: replaced(example, place, value),
        drift: { path: `/${place.join("/")}`, message },
      });
      return [
        ...mistyped(field).map((value) =>
          breach(value, `must be ${typeInWords[field.type] ?? field.type}`),
        ),
        ...(field.required ? [breach(undefined, "is required")] : []),
        ...(field.refused ?? []).map((value) => breach(value, `must match format ${field.format}`)),
        ...walk(field.fields ?? {}, place),
      ];
    });
  // Without its envelope there is no collection to return; the next test is about that.
  return walk(fields, []).filter(({ drift }) => drift.path !== "/data");
}

function replaced(from: unknown, [name = "", ...rest]: readonly string[], value: unknown): unknown {
  const fields: Record<string, unknown> = { ...Object(from) };
  fields[name] = rest.length === 0 ? value : replaced(fields[name], rest, value);
  return fields;
}

describe("an answer that breaks the contract", () => {
  let answer: { readonly status: number; readonly body: unknown } = { status: 201, body: {} };
  let server: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    server = await listen((_, response) => {
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
  afterAll(() => server.close());

  async function driftsOf(status: number, body: unknown) {
    answer = { status, body };
    const { client, drifts } = recordingClient(server.url);
    const outcome = await client.createProductCollection(collection).catch((error) => error);
    return { drifts, outcome };
  }

  const breaches = Object.entries(answers).flatMap(([code, it]) => breachesOf(Number(code), it));

  it.each(named(breaches))("is reported: %s", async (_, { status, body, drift }) => {
    const { drifts } = await driftsOf(status, body);
    expect(drifts).toEqual([drift]);
  });

  it("is reported: 422, one item of its list is 1", async () => {
    const { drifts } = await driftsOf(422, { message: ["refused", 1] });
    expect(drifts).toEqual([{ path: "/message/1", message: "must be string" }]);
  });

  it.each(named(documented.filter(({ body }) => body !== undefined)))(
    "%s as the page shows it, is none",
    async (_, { status, body }) => {
      expect((await driftsOf(status, body)).drifts).toEqual([]);
    },
  );

  it.each([{}, { data: null }, { data: "text" }, { data: [] }])(
    "is no success where it is 201 and holds no collection: %j",
    async (body) => {
      const { outcome } = await driftsOf(201, body);
      expect(outcome).toMatchObject({ name: "UnexpectedResponseError", status: 201 });
    },
  );
});
