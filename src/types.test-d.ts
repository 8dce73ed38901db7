import { describe, expect, expectTypeOf, it } from "vitest";
import type { operations } from "../generated/openapi.js";
import type { createProductCollection } from "../generated/operations.js";
import type { ErrorStatus, RequestBody } from "./contract.js";
import {
  AbortedError,
  ApiError,
  type ClientEvent,
  ConnectionError,
  createClient,
  type HighLevelClient,
  HighLevelError,
  InvalidRequestError,
  type Issue,
  type Limiter,
  type NewProductCollection,
  type ProductCollection,
  TimeoutError,
  UnexpectedResponseError,
} from "./index.js";

// What must compile, and behind each @ts-expect-error what must not. `tsc` is the whole proof: nothing
// here is ever run.

declare const client: HighLevelClient;
declare const collection: NewProductCollection;
declare function compiles(what: unknown): void;

type Operation = typeof createProductCollection;
type Parameters = operations["createProductCollection"]["parameters"];

describe("a collection to create", () => {
  it("has the fields of the contract, without what the client adds", () => {
    expectTypeOf<"altId">().not.toExtend<keyof NewProductCollection>();
    expectTypeOf<keyof NewProductCollection>().toExtend<keyof RequestBody<Operation>>();
    // @ts-expect-error a required field is missing
    compiles(() => client.createProductCollection({}));
    // @ts-expect-error a required field has another type
    compiles(() => client.createProductCollection({ ...collection, name: 1 }));
    // @ts-expect-error the contract has no such field
    compiles(() => client.createProductCollection({ ...collection, noSuchField: 1 }));
    // @ts-expect-error the client adds the location
    compiles(() => client.createProductCollection({ ...collection, altId: "another" }));
  });

  it("may have undefined for what can be left out", () => {
    compiles(
      (row: { name: string; slug: string; image?: string }): NewProductCollection => ({
        ...row,
        image: row.image || undefined,
        seo: undefined,
      }),
    );
    compiles((title?: string): Partial<NewProductCollection> => ({ seo: { title } }));
  });
});

describe("createProductCollection", () => {
  it("takes every parameter of the contract: there are no others than the fixed headers", () => {
    compiles((name: keyof Parameters["header"]): keyof Operation["fixedHeaders"] => name);
    compiles((query: Parameters["query"]): undefined => query);
    compiles((path: Parameters["path"]): undefined => path);
  });
});

describe("a created collection", () => {
  it("has what the contract promises", () => {
    const { createProductCollection } = client;
    expectTypeOf(createProductCollection).returns.resolves.toEqualTypeOf<ProductCollection>();
    expectTypeOf<ProductCollection["_id"]>().toBeString();
  });
});

describe("an ApiError", () => {
  it("is one of the documented statuses", () => {
    expectTypeOf<ApiError["status"]>().toEqualTypeOf<ErrorStatus>();
    expectTypeOf<201>().not.toExtend<ErrorStatus>();
    expectTypeOf<ApiError>().toExtend<HighLevelError>();
  });

  it("has the body of its status, once the status is compared", () => {
    compiles((error: unknown) => {
      if (!(error instanceof ApiError)) return;
      // @ts-expect-error not every status promises a body
      compiles(error.body.message);
      if (error.status === 422)
        expectTypeOf(error.body.message).toEqualTypeOf<string[] | undefined>();
      if (error.status === 401)
        expectTypeOf(error.body.message).toEqualTypeOf<string | undefined>();
      if (error.status === 429) expectTypeOf(error.body).toBeUnknown();
      // @ts-expect-error no contract documents it
      compiles(error.status === 999);
    });
  });

  it("makes a switch over its statuses exhaustive", () => {
    compiles((error: ApiError): string => {
      switch (error.status) {
        case 400:
        case 401:
        case 403:
        case 422:
          return "";
        default:
          // @ts-expect-error 429 is left
          return error satisfies never;
      }
    });
  });
});

describe("an error of the client", () => {
  it("is narrowed by instanceof, in both branches", () => {
    compiles((error: unknown): string | number | readonly Issue[] => {
      if (!(error instanceof HighLevelError)) throw error;
      if (error instanceof InvalidRequestError) return error.issues;
      if (error instanceof ApiError) return error.status satisfies ErrorStatus;
      // @ts-expect-error four are left
      compiles(error satisfies never);
      if (error instanceof UnexpectedResponseError) return error.status;
      if (error instanceof TimeoutError) return error.name satisfies "TimeoutError";
      if (error instanceof ConnectionError) return error.status ?? 0;
      if (error instanceof AbortedError) return error.message;
      return error satisfies never;
    });
  });

  it("is narrowed by its name", () => {
    compiles((error: HighLevelError): string | number | readonly Issue[] => {
      switch (error.name) {
        case "ApiError":
          return error.status satisfies ErrorStatus;
        case "InvalidRequestError":
          return error.issues;
        case "UnexpectedResponseError":
          return error.status;
        case "ConnectionError":
        case "TimeoutError":
          return error.status ?? 0;
        case "AbortError":
          return error.message;
        default:
          return error satisfies never;
      }
    });
    // @ts-expect-error no error has this name
    compiles((error: HighLevelError) => error.name === "RangeError");
  });

  it("is what a test runner expects", () => {
    compiles((call: Promise<unknown>) => expect(call).rejects.toThrow(HighLevelError));
    compiles((call: Promise<unknown>) => expect(call).rejects.toThrow(ApiError));
  });

  it("says which call it is of, and what a response said", () => {
    expectTypeOf<HighLevelError["locationId"]>().toBeString();
    expectTypeOf<HighLevelError["call"]>().toBeNumber();
    expectTypeOf<ApiError["reason"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ApiError["headers"]>().toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf<UnexpectedResponseError["headers"]>().toEqualTypeOf<ApiError["headers"]>();
    expectTypeOf<Issue["keyword"]>().toBeString();
  });
});

describe("an event", () => {
  it("is narrowed by its type", () => {
    compiles((event: ClientEvent): unknown => {
      switch (event.type) {
        case "sending":
          return event.attempt satisfies number;
        case "attempt":
          return event.status;
        case "waiting":
          return event.reason;
        case "refreshing":
          return event.call;
        case "drift":
          return event.issues;
        case "finished": {
          const { mayHaveCreated, ...error } = event.error ?? {};
          compiles(error satisfies { name?: string; message?: string });
          return [event.ms, event.attempts, mayHaveCreated satisfies boolean | undefined];
        }
        default:
          return event satisfies never;
      }
    });
  });
});

describe("the options", () => {
  const locationId = "6578278e879ad2646715ba9c";

  it("take a token or a function that gives one", () => {
    compiles(() => createClient({ locationId, token: "a" }));
    compiles(() => createClient({ locationId, token: () => "a" }));
    compiles(() => createClient({ locationId, token: async (rejected) => rejected ?? "a" }));
    // @ts-expect-error a token is a string
    compiles(() => createClient({ locationId, token: () => 1 }));
    // @ts-expect-error a token is required
    compiles(() => createClient({ locationId }));
  });

  it("take undefined for what can be left out", () => {
    compiles(() =>
      createClient({ locationId, token: "a", baseUrl: undefined, limiter: undefined }),
    );
    compiles(() => client.createProductCollection(collection, { signal: undefined }));
  });

  it("take a limiter over Redis, in one line", () => {
    compiles((queue: { removeTokens(count: number, key: string): Promise<number> }): Limiter => {
      return async (key, send) => {
        await queue.removeTokens(1, key);
        return send();
      };
    });
  });
});
