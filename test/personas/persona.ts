/** How we know something about a client that is not ours. */
export type Sure = 'documented' | 'source code' | 'measured' | 'reported' | 'inferred';

export interface Source {
  /** A page, or repository, file and commit, or issue. */
  readonly where: string;
  /** When it was read or written: `2026-09` or `2026-09-06`. */
  readonly date: string;
  readonly sure: Sure;
}

/** What the driver does, and why it believes that the real client does so. */
export interface Fact<Value> {
  readonly value: Value;
  readonly source: Source;
}

/** Facts that share a source. */
export function from(sure: Sure, date: string, where: string) {
  return <const Value>(value: Value): Fact<Value> => ({ value, source: { where, date, sure } });
}

/** Where the protected resource metadata is looked for (RFC 9728 section 3.1), in this order. */
export type ResourceMetadataPlace = 'challenge' | 'path inserted' | 'path appended' | 'root';

export interface Discovery {
  /** The first request without a token: a message, or a look at the URL. */
  readonly first: 'message' | 'GET';
  readonly resourceMetadata: readonly ResourceMetadataPlace[];
  /** `resource` against the URL that was typed in; a document that does not fit is refused or as if it were not there. */
  readonly resourceMustBe: 'equal' | 'equal or ignored' | 'a prefix';
  /** Without that document: the MCP server's own origin is the authorization server, or nothing is. */
  readonly withoutIt: 'own origin' | 'refuse';
  /** RFC 8414 form and OpenID form, in this order. */
  readonly serverMetadata: readonly ('oauth' | 'openid')[];
  /** MCP-Protocol-Version on requests for documents. */
  readonly version?: string;
}

/** `issuer` in the server metadata against where it was found (RFC 8414 section 3.3). */
export type IssuerRule = 'exact' | 'but for a slash at the end' | 'not looked at';

/** What metadata without S256 leads to: `if listed` refuses only a list that lacks it. */
export type PkceRule = 'required' | 'if listed' | 'not looked at';

/** `iss` in the authorization response (RFC 9207). */
export type IssRule = 'checked' | 'not looked at';

/** One of the client's identities. */
export interface Identity {
  /** Of its client id metadata document; undefined for a client that publishes none. */
  readonly document?: string;
  /** The document's redirect URIs where they are not only the one that is used. */
  readonly documentRedirects?: readonly string[];
  readonly documentType?: 'native' | 'web';
  /** As sent. `{port}`: a free one at each sign-in, or the one that the user fixed. */
  readonly redirect: string;
}

export interface Registration {
  /** In this order, after a client id that was typed in. */
  readonly order: readonly ('document' | 'dynamic')[];
  /** A document is used only where `none` is listed among the token endpoint's methods. */
  readonly documentNeedsNone?: boolean;
  /** The identity where `iss` is announced; where it is not, `withoutIss`. */
  readonly identity: Identity;
  readonly withoutIss?: Identity;
  /** The body for RFC 7591, beside `redirect_uris`, which are those of the identity unless given. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly sendsScope?: boolean;
  /** A client id can be typed in by the user. */
  readonly typed: boolean;
  /** The user can fix the port of `redirect`. */
  readonly fixedPort?: boolean;
}

export type ScopeSource = 'challenge' | 'resource metadata' | 'server metadata';

export interface ScopeRule {
  /** The first that names any. */
  readonly from: readonly ScopeSource[];
  /** Added where the authorization server lists them. */
  readonly adds: readonly string[];
  /** After invalid_scope it asks once more: by the first of these sources. */
  readonly retry?: readonly ScopeSource[];
}

export interface ResourceRule {
  /** Which requests carry `resource` (RFC 8707). */
  readonly on: readonly ('authorization' | 'token' | 'refresh')[];
  readonly value: 'of the metadata' | 'as typed';
}

/**
 * After a call was refused for a missing scope: a sign-in for the challenged scopes, with or without those it has; a
 * sign-in with the scopes of before; none unless a person asks for it (`by hand`, for the scopes it would ask for anyway).
 */
export type StepUpRule = 'union' | 'challenge' | 'by hand';

export interface RefusalRule {
  readonly stepUp: StepUpRule;
  /** Where it reads the challenge: HTTP 403, or the result of the tool (`mcp/www_authenticate`). */
  readonly reads: 'status' | 'tool result';
  /** A 403 that names no scope: more sign-ins, each time. */
  readonly signInsAfterForbidden: number;
}

export interface Protocol {
  readonly revision: '2026-07-28' | '2025-11-25' | '2025-06-18';
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly userAgent?: string;
  /** Only of clients that call from a web page. */
  readonly origin?: string;
  /** In `_meta` of every request. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** It opens the stream of the legacy transport as well: 405 must do no harm. */
  readonly opensStream?: boolean;
}

export interface Persona {
  readonly id: string;
  readonly name: string;
  /** For people who use it with this gateway. */
  readonly hint?: string;
  readonly discovery: Fact<Discovery>;
  readonly issuer: Fact<IssuerRule>;
  readonly pkce: Fact<PkceRule>;
  readonly iss: Fact<IssRule>;
  readonly registration: Fact<Registration>;
  readonly scopes: Fact<ScopeRule>;
  readonly resource: Fact<ResourceRule>;
  readonly refusal: Fact<RefusalRule>;
  /** Scopes on the refresh request. */
  readonly refreshScope: Fact<boolean>;
  readonly protocol: Fact<Protocol>;
}
