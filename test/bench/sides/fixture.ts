/** What the parent hands to every measured process, in the variable GATEHOUSE_BENCH. */
export interface Fixture {
  readonly issuer: string;
  readonly resource: string;
  readonly jwks: { readonly keys: readonly (JsonWebKey & { readonly kid: string })[] };
  readonly token: string;
  /** Of the same user, who may call no tool with it. */
  readonly tokenWithoutScopes: string;
  /** The stub, or a real engine, behind both sides' AWS SDK. */
  readonly dynamodb: string;
  /** A server with a certificate, and who signed that. */
  readonly secure: { readonly url: string; readonly ca: string };
}

export interface JsonWebKey {
  readonly kty: string;
  readonly [member: string]: unknown;
}

export function readFixture(): Fixture {
  return JSON.parse(process.env['GATEHOUSE_BENCH'] ?? '');
}
