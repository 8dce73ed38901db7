import { describe, expect, it } from "vitest";
import { define } from "./own.js";

describe("a property that is defined", () => {
  it("is not listed unless it is asked for, as an error's message is not", () => {
    expect(Object.keys(define({}, "a", 1))).toEqual([]);
    expect(Object.keys(define({}, "a", 1, true))).toEqual(["a"]);
  });

  it("can be changed and deleted later, like every other", () => {
    const object: { a?: number } = define({}, "a", 1);
    object.a = 2;
    expect(object.a).toBe(2);
    delete object.a;
    expect(Object.hasOwn(object, "a")).toBe(false);
  });
});
