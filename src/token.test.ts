import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTokens } from "./token.js";

describe("calls whose token was rejected", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());

  function numbering() {
    let count = 0;
    const asked: unknown[] = [];
    const tokens = createTokens(async (rejected) => {
      asked.push(rejected);
      return `token-${++count}`;
    }, 1000);
    const replace = (rejected: string) => tokens.replace?.(rejected);
    return { tokens, replace, asked };
  }

  it("share one question, also after it was answered", async () => {
    const { replace, asked } = numbering();
    expect(await Promise.all([replace("old"), replace("old")])).toEqual(["token-1", "token-1"]);
    vi.advanceTimersByTime(999);
    expect(await replace("old")).toBe("token-1");
    expect(asked).toEqual(["old"]);
  });

  it("start a question of their own when the last one is old, or was about another token", async () => {
    const { replace, asked } = numbering();
    await replace("old");
    vi.advanceTimersByTime(1000);
    expect(await replace("old")).toBe("token-2");
    expect(await replace("token-2")).toBe("token-3");
    expect(asked).toEqual(["old", "old", "token-2"]);
  });

  it("start a question of their own after one that failed", async () => {
    let count = 0;
    const { replace } = createTokens(() => {
      if (++count === 1) throw new Error("the vault is closed");
      return "new";
    }, 1000);
    await expect(replace?.("old")).rejects.toThrow("the vault is closed");
    expect(await replace?.("old")).toBe("new");
  });

  it("have no other where the token is a string", async () => {
    const tokens = createTokens("the-one", 1000);
    expect(await tokens.get()).toBe("the-one");
    expect(tokens.replace).toBeUndefined();
  });

  it("do not keep those waiting that have no token yet", async () => {
    const { tokens, asked } = numbering();
    expect(await Promise.all([tokens.get(), tokens.get()])).toEqual(["token-1", "token-2"]);
    expect(asked).toEqual([undefined, undefined]);
  });
});
