import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTokens } from "./token.js";

describe("calls whose token was rejected", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  function setUp(provide = (count: number, _rejected?: string) => `token-${count}`) {
    const asked: unknown[] = [];
    const tokens = createTokens(async (rejected) => {
      asked.push(rejected);
      return provide(asked.length, rejected);
    }, 1000);
    /** What takes the place of a token that is rejected now, of a request sent at `sentAt`. */
    const replace = (rejected: string, sentAt = performance.now()) =>
      tokens.reject?.(rejected, sentAt)();
    return { tokens, replace, asked };
  }

  it("share one token request, also after it was answered", async () => {
    const { replace, asked } = setUp();
    expect(await Promise.all([replace("old"), replace("old")])).toEqual(["token-1", "token-1"]);
    vi.advanceTimersByTime(999);
    expect(await replace("old")).toBe("token-1");
    expect(asked).toEqual(["old"]);
  });

  it("share one for each of several rejected tokens", async () => {
    const { replace, asked } = setUp();
    const rejected = Array.from({ length: 100 }, (_, i) => (i % 2 ? "a" : "b"));
    await Promise.all(rejected.map((token) => replace(token)));
    for (const token of rejected) await replace(token);
    expect(asked).toEqual(["b", "a"]);
  });

  it("make a request of their own when the last one is old, or was about another token", async () => {
    const { replace, asked } = setUp();
    await replace("old");
    vi.advanceTimersByTime(1000);
    expect(await replace("old")).toBe("token-2");
    expect(await replace("token-2")).toBe("token-3");
    expect(asked).toEqual(["old", "old", "token-2"]);
  });

  it("make a request of their own once the token that was shared is rejected too", async () => {
    const { tokens, replace, asked } = setUp();
    await replace("old");
    tokens.reject?.("token-1", performance.now()); // by a call that does not ask again
    expect(await replace("old")).toBe("token-2");
    expect(asked).toEqual(["old", "old"]);
  });

  it("share a request that gives the rejected token again, if they were sent before", async () => {
    const { replace, asked } = setUp(() => "old");
    const sentAt = performance.now();
    vi.advanceTimersByTime(10);
    for (let i = 0; i < 20; i++) expect(await replace("old", sentAt)).toBe("old");
    expect(asked).toEqual(["old"]);
    await replace("old", performance.now());
    expect(asked).toEqual(["old", "old"]);
  });

  it("make a request of their own after one that failed", async () => {
    const { replace } = setUp((count) => {
      if (count === 1) throw new Error("the vault is closed");
      return "new";
    });
    await expect(replace("old")).rejects.toThrow("the vault is closed");
    expect(await replace("old")).toBe("new");
  });

  it("have no other where the token is a string", async () => {
    const tokens = createTokens("the-one", 1000);
    expect(await tokens.get()).toBe("the-one");
    expect(tokens.reject).toBeUndefined();
  });

  it("do not keep those waiting that have no token yet", async () => {
    const { tokens, asked } = setUp();
    expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(["token-1", "token-2"]);
    expect(asked).toEqual([undefined, undefined]);
  });
});
