/** What was signed for one request: docs/verify-in-your-backend.md. */
export interface Claims {
  /** The gateway. */
  readonly iss: string;
  readonly aud: string;
  /** The user, by the gateway's own id. */
  readonly sub: string;
  /** The same user at the identity provider. */
  readonly sub_id: { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string };
  readonly client_id?: string;
  /** Separated by blanks. */
  readonly scope: string;
  readonly tool: string;
  /** The gateway's request id. */
  readonly txn: string;
  readonly req_hash: string;
  readonly body_hash: string;
  readonly jti: string;
  /** Seconds since the Unix epoch. */
  readonly iat: number;
  readonly exp: number;
}

export interface Request {
  readonly assertion: string;
  readonly method: string;
  /** The request target up to `?`, not decoded. */
  readonly path: string;
  /** What follows `?`, not decoded. */
  readonly query?: string;
  /** The bytes as they came, before any parser. */
  readonly body?: string | Uint8Array;
  /** For an authorizer, which sees no body: whoever sees it has to compare its hash with `body_hash`. */
  readonly bodyLater?: boolean;
}

export interface Options {
  /** The gateway's public URL, without a slash at the end. */
  readonly issuer: string;
  /** The name of this backend in the gateway's configuration. */
  readonly audience: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** True once for an id, over all processes of the backend. `exp`: seconds since the Unix epoch. */
  readonly firstUse?: (jti: string, exp: number) => boolean | Promise<boolean>;
  /** The `keys` of the JWK Set of this issuer. */
  readonly fetchKeys?: (issuer: string) => Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
}

/** An Error with `code` and `status` (401, or 503 when no keys can be had) where the assertion is not for this request. */
export function createVerifier(options: Options): (request: Request) => Promise<Claims>;

export function inMemory(now?: () => number, used?: Map<string, number>): (jti: string, exp: number) => boolean;
