import { expect, it } from "vitest";
import { createAnswer } from "./answer.js";
import { createRedact } from "./redact.js";

const token = "pit-5e1f0c9a-77d2-4b1e-9a63-0d4c8b2f6e11";

it.each([
  ["is taken out of one that broke off", { what: "but its body broke off" }, "Not [token]"],
  ["stays in one that came whole, which is not a token", undefined, `Not ${token.slice(0, 20)}`],
])("the beginning of the token at the end of a body %s", (_, flaw, content) => {
  const received = { status: 400, headers: [], content: `Not ${token.slice(0, 20)}`, flaw };
  expect(createAnswer(received, createRedact([token]), 1).content).toBe(content);
});
