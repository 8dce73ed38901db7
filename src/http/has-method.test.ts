import { expect, it } from "vitest";
import { hasMethod } from "./has-method.js";

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

it.each<[what: string, value: unknown, expected: boolean]>([
  ["an object's own", { at: () => 1 }, true],
  ["one that is inherited", [], true],
  ["one that is missing", {}, false],
  ["what is not a function", { at: 1 }, false],
  ["a text's", "text", false],
  ["null's", null, false],
  ["undefined's", undefined, false],
  ["that of an object that throws when it is asked", revoked, false],
])("a method is found, or not: %s", (_, value, expected) => {
  expect(hasMethod(value, "at")).toBe(expected);
});
