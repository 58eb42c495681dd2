/**
 * What the relay remembers, and the browser or the client carries for it, unreadable and unchangeable. Names are short:
 * most of it travels in URLs. Times are epoch milliseconds. A change of these shapes needs another version of the seal.
 */

/** An authorization request that was found good. */
export interface AskedFor {
  /** Client id. */
  readonly cid: string;
  /** Redirect URI, as the client sent it. */
  readonly ru: string;
  /** The client's own state. */
  readonly st?: string;
  /** code_challenge, S256. */
  readonly cc: string;
  /** Wire names of the scopes. */
  readonly sc: readonly string[];
}

/** One sign-in in one tab: the browser has the secret of which this is the hash. */
export interface Transaction {
  /** Which cookie. */
  readonly tx: string;
  /** SHA-256 of its value, base64url. */
  readonly bh: string;
  readonly exp: number;
  /** Random: what `strict` marks as used. */
  readonly n: string;
}

export interface SealedValues {
  /** In the form of the consent page. */
  readonly consent: AskedFor & Transaction;
  /** The `state` that the identity provider sees, after the consent. */
  readonly state: AskedFor & Transaction;
  /** The code that the client gets, around the provider's `c`. */
  readonly code: Omit<AskedFor, 'st'> & { readonly c: string; readonly exp: number };
  /** The refresh token that the client gets, around the provider's `t`. */
  readonly rt: Pick<AskedFor, 'cid' | 'sc'> & { readonly t: string; readonly iat: number };
}

export type Purpose = keyof SealedValues;
