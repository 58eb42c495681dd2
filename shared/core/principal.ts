import type { AuditKey } from './audit-key.ts';

/** Who is behind a request, as the identity provider states it and the verifier proved it. */
export interface Principal {
  /** The token's `iss`, byte for byte the configured issuer. */
  readonly issuer: string;
  /** The stable user id at this issuer, read from the preset's subject claim. */
  readonly subject: string;
  /** The OAuth client that asked for the token, when the preset's claim carries one. */
  readonly clientId: string | undefined;
  readonly audience: readonly string[];
  /** Logical names (`starter.echo`), sorted, wire prefix removed. In a call only those of our own catalogue are left. */
  readonly scopes: readonly string[];
  /** Every scope in the token as the identity provider wrote it. For `/debug-token` only, never for a decision. */
  readonly wireScopes: readonly string[];
  readonly roles: readonly string[];
  /** Seconds since the Unix epoch (RFC 7519 section 4.1.4). */
  readonly expiresAt: number;
  /** Seconds since the Unix epoch. */
  readonly issuedAt: number;
  /** `jti`, when present. Never stored in clear. */
  readonly tokenId: string | undefined;
}

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Our own user id, `usr_<ULID>`. Only `shared/identity` mints one. */
export type Uid = Branded<string, 'Uid'>;

/** A bearer token as it came in. Only `shared/auth/bearer` makes one; it must reach no log, record or tool. */
export type RawToken = Branded<string, 'RawToken'>;

declare const subject: unique symbol;

/**
 * Stands for the caller's own token, and holds nothing: it may lie about in a call, be logged or handed to a tool. Only
 * `shared/backend/auth/subject-token` leads from one to the other.
 */
export interface SubjectToken {
  readonly [subject]: true;
}

export interface Account {
  readonly uid: Uid;
  readonly status: 'active' | 'disabled';
  readonly roles: readonly string[];
  /** Absent for users from before there were such keys: of their arguments nothing is kept. */
  readonly auditKey?: AuditKey;
}
