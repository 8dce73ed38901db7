import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { deferred, rejection } from "../../contract-tests/support/servers.js";
import { fakeClock } from "../../contract-tests/support/simulated.js";
import { abortable, onAbort, sleep } from "./wait.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a sleep", () => {
  beforeEach(fakeClock);

  it("lasts as long as it was told to, and leaves nothing behind", async () => {
    const { signal } = new AbortController();
    const done = vi.fn();
    void sleep(1_000, signal).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalled();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("longer than a timer takes lasts as long as a timer can", async () => {
    const done = vi.fn();
    void sleep(2 ** 40).then(done);
    await vi.advanceTimersByTimeAsync(2 ** 31 - 2);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toHaveBeenCalled();
  });

  it("ends with the signal's reason when it aborts, and leaves no timer", async () => {
    const controller = new AbortController();
    const slept = rejection(sleep(1_000, controller.signal));
    controller.abort("enough");
    expect(await slept).toBe("enough");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not begin on a signal that is aborted already", async () => {
    expect(await rejection(sleep(1_000, AbortSignal.abort("never")))).toBe("never");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("work that an abort ends", () => {
  it("comes to what it comes to, and leaves no listener", async () => {
    const { signal } = new AbortController();
    const error = new Error("No");
    expect(await abortable(async () => 1, signal)).toBe(1);
    expect(await rejection(abortable(() => Promise.reject(error), signal))).toBe(error);
    const throwing = () => {
      throw error;
    };
    expect(await rejection(abortable(throwing, signal))).toBe(error);
    await settled();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("is not begun on a signal that is aborted already", async () => {
    const work = vi.fn(async () => 1);
    expect(await rejection(abortable(work, AbortSignal.abort("never")))).toBe("never");
    expect(work).not.toHaveBeenCalled();
  });

  it("rejects with the reason while the work goes on", async () => {
    const controller = new AbortController();
    const work = deferred<number>();
    const ended = rejection(abortable(() => work.promise, controller.signal));
    controller.abort("enough");
    expect(await ended).toBe("enough");
    work.resolve(1);
  });

  it("is ended although a listener before ours stops the event", async () => {
    const controller = new AbortController();
    controller.signal.addEventListener("abort", (event) => event.stopImmediatePropagation());
    const ended = rejection(abortable(() => new Promise(() => {}), controller.signal));
    controller.abort("stopped");
    expect(await ended).toBe("stopped");
  });
});

describe("listeners of a signal", () => {
  it("are all called, however many, those excepted that were taken off", () => {
    const controller = new AbortController();
    const listeners = Array.from({ length: 100 }, () => vi.fn());
    const offs = listeners.map((listener) => onAbort(controller.signal, listener));
    offs[0]?.();
    controller.abort();
    expect(listeners.map((it) => it.mock.calls.length)).toEqual([0, ...Array(99).fill(1)]);
  });

  it("are called where the platform makes no signal of another: not of a foreign one, or of none", () => {
    const any = vi.spyOn(AbortSignal, "any").mockImplementation(() => {
      throw new TypeError("member 0 is not of type 'AbortSignal'");
    });
    onTestFinished(() => any.mockRestore());
    const controller = new AbortController();
    const listener = vi.fn();
    onAbort(controller.signal, listener);
    controller.abort();
    expect(listener).toHaveBeenCalledOnce();
  });

  it("may be of another realm, of which no signal of ours can be made", () => {
    const target = new EventTarget();
    const foreign = Object.assign(target, { aborted: false, reason: undefined });
    const listener = vi.fn();
    const off = onAbort(foreign as unknown as AbortSignal, listener); // as jsdom's is
    target.dispatchEvent(new Event("abort"));
    expect(listener).toHaveBeenCalledOnce();
    off();
    target.dispatchEvent(new Event("abort"));
    expect(listener).toHaveBeenCalledOnce();
  });
});
