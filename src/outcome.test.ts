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
    "ERR_ACCESS_DENIED",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ERR_SSL_UNSUPPORTED_PROTOCOL",
    "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", // Node.js 20
    "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", // Node.js 24
  ])("of code %s comes before a request is sent", (code) => {
    expect(isNeverSent(new TypeError("fetch failed", { cause: coded(code) }))).toBe(true);
  });

  it.each(["EMFILE", "ENOMEM"])("of code %s comes before where a name was looked up", (code) => {
    const failed = (syscall: string) => Object.assign(coded(code), { syscall });
    expect(isNeverSent(new TypeError("fetch failed", { cause: failed("getaddrinfo") }))).toBe(true);
    expect(isNeverSent(new TypeError("fetch failed", { cause: failed("read") }))).toBe(false);
  });

  it.each([407, 403, 502])("of a proxy that answers CONNECT with %i comes before", (status) => {
    // As undici's ProxyAgent and Node.js's NODE_USE_ENV_PROXY throw it.
    const message = `Proxy response (${status}) !== 200 when HTTP Tunneling`;
    const refused = Object.assign(new Error(message), { code: "UND_ERR_ABORTED" });
    const cancelled = Object.assign(new Error("Request was cancelled.", { cause: refused }), {
      code: 0,
    });
    expect(isNeverSent(new TypeError("fetch failed", { cause: cancelled }))).toBe(true);
    expect(isNeverSent(new TypeError("fetch failed", { cause: coded("UND_ERR_ABORTED") }))).toBe(
      false,
    );
  });

  it("of TLS through node-fetch may come after: a proxy can break into a secure connection", () => {
    class FetchError extends Error {
      override readonly name = "FetchError";
      readonly code = "ERR_SSL_WRONG_VERSION_NUMBER";
    }
    expect(isNeverSent(new FetchError())).toBe(false);
    expect(isNeverSent(new TypeError("fetch of mine", { cause: new FetchError() }))).toBe(false);
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
    "ERR_SSL_BAD_RECORD_TYPE",
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
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

  it("whose causes form a circle may come after", () => {
    const error = new Error("a");
    error.cause = error;
    expect(isNeverSent(error)).toBe(false);
  });

  it.each([undefined, null, "text", new Error("no code"), {}])(
    "like %j may come after",
    (thrown) => {
      expect(isNeverSent(thrown)).toBe(false);
    },
  );
});
