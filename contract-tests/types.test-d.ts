import type { RateLimiterQueue } from "rate-limiter-flexible";
import { describe, expectTypeOf, it } from "vitest";
import {
  ApiError,
  createClient,
  type ErrorStatus,
  type HighLevelClient,
  type HighLevelError,
  type NewProductCollection,
  type operations,
  type ProductCollection,
  type RateLimiter,
  type ResponseBody,
} from "../src/index.js";

// What must compile, and behind each @ts-expect-error what must not. `npm run typecheck` is the
// whole proof: tsc alone judges both expectTypeOf and @ts-expect-error. Nothing here is ever run.

const collection = { name: "Best Sellers", slug: "best-sellers" };
declare const client: HighLevelClient;
declare function compiles(what: () => unknown): void;

describe("a collection to create", () => {
  it("has the fields of the contract, without altId and altType", () => {
    expectTypeOf<NewProductCollection>().toEqualTypeOf<{
      collectionId?: string;
      name: string;
      slug: string;
      image?: string;
      seo?: { title?: string; description?: string };
    }>();
  });

  it("does not compile without a required field, with a wrong type or with an unknown field", () => {
    compiles(() => client.createProductCollection(collection));
    // @ts-expect-error slug is required
    compiles(() => client.createProductCollection({ name: "Best Sellers" }));
    // @ts-expect-error name is required
    compiles(() => client.createProductCollection({ slug: "best-sellers" }));
    // @ts-expect-error name is a string
    compiles(() => client.createProductCollection({ ...collection, name: 1 }));
    // @ts-expect-error the parts of seo are strings
    compiles(() => client.createProductCollection({ ...collection, seo: { title: 1 } }));
    // @ts-expect-error the contract has no such field
    compiles(() => client.createProductCollection({ ...collection, colour: "red" }));
    // @ts-expect-error the client adds the location
    compiles(() => client.createProductCollection({ ...collection, altId: "another" }));
    // @ts-expect-error a collection is required
    compiles(() => client.createProductCollection());
  });
});

describe("a created collection", () => {
  it("is what the contract promises under data", () => {
    expectTypeOf(
      client.createProductCollection,
    ).returns.resolves.toEqualTypeOf<ProductCollection>();
    expectTypeOf<ProductCollection>().toEqualTypeOf<{
      _id: string;
      altId: string;
      name: string;
      slug: string;
      image: string;
      seo: { title?: string; description?: string };
      createdAt: string;
    }>();
  });
});

describe("a documented answer", () => {
  it("has the headers of the rate limit, whole numbers all", () => {
    type Responses = operations["createProductCollection"]["responses"];
    type Headers = Responses[201]["headers"];
    expectTypeOf<Headers["X-RateLimit-Limit-Daily"]>().toEqualTypeOf<number>();
    expectTypeOf<Headers["X-RateLimit-Daily-Remaining"]>().toEqualTypeOf<number>();
    expectTypeOf<Headers["X-RateLimit-Interval-Milliseconds"]>().toEqualTypeOf<number>();
    expectTypeOf<Headers["X-RateLimit-Max"]>().toEqualTypeOf<number>();
    expectTypeOf<Headers["X-RateLimit-Remaining"]>().toEqualTypeOf<number>();
    expectTypeOf<Responses[400]["headers"]>().toEqualTypeOf<Headers>();
    expectTypeOf<Responses[401]["headers"]>().toEqualTypeOf<Headers>();
    expectTypeOf<Responses[403]["headers"]>().toEqualTypeOf<Headers>();
    expectTypeOf<Responses[422]["headers"]>().toEqualTypeOf<Headers>();
    expectTypeOf<Responses[429]["headers"]>().toEqualTypeOf<Headers>();
  });

  it("has the body that the source page shows", () => {
    expectTypeOf<ResponseBody<201>>().toEqualTypeOf<{ data: ProductCollection }>();
    expectTypeOf<ResponseBody<400>>().toEqualTypeOf<{ statusCode?: number; message?: string }>();
    expectTypeOf<ResponseBody<401>>().toEqualTypeOf<{
      statusCode?: number;
      message?: string;
      error?: string;
    }>();
    expectTypeOf<ResponseBody<403>>().toEqualTypeOf<{ statusCode?: number; message?: string }>();
    expectTypeOf<ResponseBody<422>>().toEqualTypeOf<{
      statusCode?: number;
      message?: string[];
      error?: string;
    }>();
    expectTypeOf<ResponseBody<429>>().toBeUnknown();
  });
});

describe("an ApiError", () => {
  it("is one of the documented statuses", () => {
    expectTypeOf<ErrorStatus>().toEqualTypeOf<400 | 401 | 403 | 422 | 429>();
    expectTypeOf<ApiError["status"]>().toEqualTypeOf<ErrorStatus>();
    expectTypeOf<ApiError>().toExtend<HighLevelError>();
  });

  it("has the body of its status, once the status is compared", () => {
    compiles((error: unknown = undefined) => {
      if (!(error instanceof ApiError)) return;
      // @ts-expect-error not every status promises a body
      compiles(() => error.body.message);
      if (error.status === 422) {
        expectTypeOf(error.body.message).toEqualTypeOf<string[] | undefined>();
      } else if (error.status === 401) {
        expectTypeOf(error.body.message).toEqualTypeOf<string | undefined>();
        expectTypeOf(error.body.error).toEqualTypeOf<string | undefined>();
      } else if (error.status === 400 || error.status === 403) {
        expectTypeOf(error.body.message).toEqualTypeOf<string | undefined>();
        // @ts-expect-error the body of a 400 or 403 has no such field
        compiles(() => error.body.error);
      } else {
        expectTypeOf(error.status).toEqualTypeOf<429>();
        expectTypeOf(error.body).toBeUnknown();
      }
      // @ts-expect-error the contract documents no 500
      compiles(() => error.status === 500);
    });
  });

  it("makes a switch over its statuses exhaustive", () => {
    function advice(error: ApiError): string {
      switch (error.status) {
        case 400:
          return error.body.message ?? "";
        case 401:
          return error.body.error ?? "";
        case 403:
          return error.body.message ?? "";
        case 422:
          return (error.body.message ?? []).join();
        case 429:
          return String(error.rateLimit?.remaining);
      }
    }
    function incomplete(error: ApiError): string {
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
    }
    expectTypeOf(advice).returns.toBeString();
    expectTypeOf(incomplete).returns.toBeString();
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
    // @ts-expect-error a location is required
    compiles(() => createClient({ token: "a" }));
  });

  it("take a RateLimiterQueue of rate-limiter-flexible as a limiter, adapted in one line", () => {
    const adapt = (queue: RateLimiterQueue) => ({
      waitForPlace: (key: string) => queue.removeTokens(1, key),
    });
    expectTypeOf<ReturnType<typeof adapt>>().toExtend<RateLimiter>();
  });
});
