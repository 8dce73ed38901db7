// Was the request carried out? What a status and a failure of fetch prove.

/** Whether a status proves that nothing was created. A 408 may be a gateway's, after the server acted. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/**
 * Codes of DNS, connect and certificate errors and of a permission that Node.js refuses; and messages, where
 * the code is missing or general, of a port that `fetch` refuses, a TLS handshake that the other side closes,
 * and a proxy that refuses the tunnel.
 */
const neverSent =
  /^(ENOTFOUND|EAI_.*|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*|ERR_ACCESS_DENIED|bad port)$|disconnected before secure TLS|HTTP Tunneling$/;

/** TLS handshakes without a common protocol or cipher, or with a server without TLS. */
const handshakeFailed =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|.+_ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE))$/;

/**
 * Whether a failure can only occur before a request is sent, by the first code, system call or message in
 * its chain of causes that tells.
 *
 * @param isOfFetch - Whether it is the cause of the platform's "fetch failed".
 */
export function isNeverSent(error: unknown, isOfFetch = false): boolean {
  const { message, code, syscall, cause, errors } = (error ?? {}) as Partial<
    AggregateError & { code: unknown; syscall: unknown }
  >;
  // One failure for each address of the host.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((each) => isNeverSent(each));
  // A connection that was made can end in ETIMEDOUT too.
  if (/^(connect|getaddrinfo)$/.test(`${syscall}`) || neverSent.test(`${message}`)) return true;
  if (typeof code === "string") {
    // Through node-fetch they can come after the request too, where a proxy breaks into the connection.
    return neverSent.test(code) || (isOfFetch && handshakeFailed.test(code));
  }
  const isFetchFailed = error instanceof TypeError && message === "fetch failed";
  return cause !== undefined && isNeverSent(cause, isFetchFailed);
}
