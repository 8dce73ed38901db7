// Was the request carried out? What a status and a failure of fetch prove.

/** How many causes of an error are looked at: they may form a circle. */
export const maxCauses = 9;

/** Whether a status proves that nothing was created. A 408 may be a gateway's, after the server acted. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/**
 * System calls and codes of DNS, connect and certificate errors, and of a permission that Node.js refuses; and
 * messages, where the code is missing or general, of a port that `fetch` refuses, a TLS handshake that the
 * other side closes, and a proxy that refuses the tunnel.
 */
const neverSent =
  /^(getaddrinfo|connect|bad port|ENOTFOUND|EAI_.*|ECONNREFUSED|E(NET|HOST)UNREACH|UND_ERR_CONNECT_TIMEOUT|(ERR_TLS_)?CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*|ERR_ACCESS_DENIED)$|disconnected before secure TLS|HTTP Tunneling$/;

/** Codes of TLS handshakes without a common protocol or cipher, or with a server without TLS. */
const handshakeFailed =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|.+_ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE))$/;

/**
 * Whether a failure can only occur before a request is sent, by the first code, system call or message in
 * its chain of causes that tells.
 */
export function isNeverSent(error: unknown, depth = maxCauses): boolean {
  if (depth < 0) return false;
  const { message, code, syscall, cause, errors } = (error ?? {}) as Partial<
    AggregateError & { code: unknown; syscall: unknown; cause: { code: unknown } }
  >;
  // One failure for each address of the host.
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((each) => isNeverSent(each, depth - 1));
  }
  // By the system call too: a connection that was made can end in ETIMEDOUT as well.
  if ([message, code, syscall].some((it) => neverSent.test(`${it}`))) return true;
  // Through node-fetch these can come after the request, where a proxy breaks into the connection.
  if (error instanceof TypeError && message === "fetch failed") {
    if (handshakeFailed.test(`${cause?.code}`)) return true;
  }
  return typeof code !== "string" && cause !== undefined && isNeverSent(cause, depth - 1);
}
