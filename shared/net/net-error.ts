/**
 * Why there is no answer. A closed set of fixed texts: nothing of an answer, an address or an error of Node is in them,
 * since they end up in logs and in what a model reads.
 */
export type NetReason =
  /** Not https, or a text that a URL parser reads as something else than it seems to say. */
  | 'url_refused'
  | 'host_not_allowed'
  /** A method, header or body that the policy or HTTP does not allow. */
  | 'request_refused'
  /** The name leads, perhaps among other places, to an address that is not for this policy. */
  | 'address_refused'
  | 'not_resolved'
  | 'connect_failed'
  /** No TLS, or not with a trusted certificate for that name. */
  | 'tls_failed'
  | 'timed_out'
  /** The caller gave up. */
  | 'aborted'
  /** The connection ended before the whole answer was there. */
  | 'reset'
  | 'too_large'
  /** Compressed, although only `identity` was asked for. */
  | 'encoded'
  /** What came is not HTTP/1.1 to a strict parser. */
  | 'malformed'
  /** Not tried: the breaker of this backend is open. */
  | 'circuit_open';

export class NetError extends Error {
  override readonly name = 'NetError';
  readonly reason: NetReason;
  /** The other side may have got the request and acted on it: the outcome is unknown, and a repetition a second effect. */
  readonly sent: boolean;

  constructor(reason: NetReason, sent = false) {
    super(reason);
    this.reason = reason;
    this.sent = sent;
  }
}
