// Runs in every runtime that the package promises to work in, and is compiled by every compiler. So it
// uses what all of them have, and nothing of Node.js or of a browser alone.

import type * as Main from "highlevel-product-collections";
import type * as Testing from "highlevel-product-collections/testing";

/** Uses the package against the server of scripts/test-package.ts; rejects with what is wrong. */
export async function smoke(
  main: typeof Main,
  { fakeHighLevel }: typeof Testing,
  server: string,
  fetch?: Main.ClientOptions["fetch"],
): Promise<void> {
  const { ApiError, createClient, InvalidRequestError } = main;
  const events: string[] = [];
  const options: Main.ClientOptions = {
    locationId: "6578278e879ad2646715ba9c",
    token: "a-token",
    baseUrl: undefined, // an option may be undefined, under exactOptionalPropertyTypes too
    onEvent: ({ type }) => events.push(type),
  };
  const clientOf = (behaviour: string) =>
    createClient({ ...options, baseUrl: `${server}/${behaviour}`, fetch });

  const created: Main.ProductCollection = await clientOf("create").createProductCollection({
    name: "Best Sellers",
    slug: "best-sellers",
  });
  expect(created.slug === "best-sellers" && /^[0-9a-f]{24}$/.test(created._id), created);
  expect(events.join() === "sending,attempt,finished", events); // no wait, no drift

  const taken = await failure(
    clientOf("refuse").createProductCollection({ name: "Best Sellers", slug: "best-sellers" }),
  );
  expect(taken instanceof ApiError && taken.status === 422 && !taken.mayHaveCreated, taken);
  const messages: readonly string[] | undefined = taken.body.message;
  expect(messages?.length, taken);
  expect(detailsOf(taken, main) === taken.reason && isKnown(taken, main), taken);

  const invalid = await failure(
    clientOf("create").createProductCollection({ name: "Hats", slug: "a slug" }),
  );
  expect(invalid instanceof InvalidRequestError, invalid);
  // @ts-expect-error A collection has a slug.
  const incomplete = await failure(clientOf("create").createProductCollection({ name: "Hats" }));
  expect(incomplete instanceof InvalidRequestError, incomplete);

  await failure(clientOf("redirect").createProductCollection({ name: "Hats", slug: "hats" }));

  // The server resets the connection of the second: does the runtime send it again by itself?
  const client = clientOf("reset");
  await client.createProductCollection({ name: "First", slug: "first" });
  await failure(client.createProductCollection({ name: "Second", slug: "second" }));

  const inMemory = createClient({ ...options, fetch: fakeHighLevel().fetch });
  await inMemory.createProductCollection({ name: "Hats", slug: "hats" });
}

/** Compiles only if `name` narrows the errors until none is left. */
function detailsOf(error: unknown, main: typeof Main): unknown {
  if (!(error instanceof main.HighLevelError)) throw error;
  switch (error.name) {
    case "InvalidRequestError":
      return error.issues;
    case "ApiError":
    case "UnexpectedResponseError":
      return error.reason;
    case "ConnectionError":
    case "TimeoutError":
    case "AbortError":
      return error.cause;
    default:
      return error satisfies never;
  }
}

/** Compiles only if `instanceof` does. */
function isKnown(error: Main.HighLevelError, main: typeof Main): boolean {
  if (error instanceof main.InvalidRequestError) return true;
  if (error instanceof main.ApiError) return true;
  if (error instanceof main.UnexpectedResponseError) return true;
  if (error instanceof main.ConnectionError) return true;
  if (error instanceof main.AbortedError) return true;
  const nothing: never = error;
  return nothing;
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    (created) => ({ created }),
    (error: unknown) => ({ error }),
  );
  expect("error" in outcome, outcome);
  return outcome.error;
}

function expect(holds: unknown, seen: unknown): asserts holds {
  if (holds) return;
  throw new Error(`Unexpected: ${seen instanceof Error ? seen.stack : JSON.stringify(seen)}`);
}
