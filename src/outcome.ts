// Was the request carried out? What a status and a failure of fetch prove.

/** Whether a status proves that nothing was created. A 408 may be a gateway's, after the server acted. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408;
}

/** Failures of the name look-up, of the connection, and of the server's certificate. */
const neverSentCodes =
  /^(ENOTFOUND|EAI_.*|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED_CERT.*)$/;

/**
 * Whether a failure can only occur before a request is sent, by the first code or system call in its chain
 * of causes.
 */
export function isNeverSent(error: unknown): boolean {
  const { code, syscall, cause, errors } = (error ?? {}) as Partial<
    AggregateError & { code: unknown; syscall: unknown }
  >;
  // One failure for each address of the host.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNeverSent);
  if (syscall === "connect") return true; // a connection that was made can end in ETIMEDOUT too
  if (typeof code === "string") return neverSentCodes.test(code);
  return cause !== undefined && isNeverSent(cause);
}
