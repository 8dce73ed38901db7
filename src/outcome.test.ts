import { describe, expect, it } from "vitest";
import { isNeverSent } from "./outcome.js";

describe("a failure", () => {
  const coded = (code: string) => Object.assign(new Error(), { code });

  it.each([
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
  ])("of code %s comes before a request is sent", (code) => {
    expect(isNeverSent(new TypeError("fetch failed", { cause: coded(code) }))).toBe(true);
  });

  it.each(["ETIMEDOUT", "EADDRNOTAVAIL"])(
    "of code %s comes before a request is sent where the connection was being made",
    (code) => {
      const inCall = (syscall: string) => Object.assign(coded(code), { syscall });
      const failed = (cause: Error) => new TypeError("fetch failed", { cause });
      expect(isNeverSent(failed(inCall("connect")))).toBe(true);
      expect(isNeverSent(failed(inCall("read")))).toBe(false);
      // Node.js 20 to 24, where the first address is silent for 250 ms and the second refuses.
      const both = new AggregateError([inCall("connect"), coded("ENETUNREACH")]);
      expect(isNeverSent(failed(Object.assign(both, { code })))).toBe(true);
    },
  );

  it.each([
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "UND_ERR_SOCKET",
    "NOT_ECONNREFUSED",
    "ECONNREFUSED_NOT",
  ])("of code %s may come after", (code) => {
    expect(isNeverSent(new TypeError("fetch failed", { cause: coded(code) }))).toBe(false);
  });

  it("of several addresses comes before where each of them does", () => {
    const refused = coded("ECONNREFUSED");
    const both = new AggregateError([refused, refused]);
    expect(isNeverSent(new TypeError("fetch failed", { cause: both }))).toBe(true);
    expect(isNeverSent(new AggregateError([refused, coded("ECONNRESET")]))).toBe(false);
    expect(isNeverSent(new AggregateError([]))).toBe(false);
  });

  it.each([undefined, null, "text", new Error("no code"), {}])(
    "like %j may come after",
    (thrown) => {
      expect(isNeverSent(thrown)).toBe(false);
    },
  );
});
