import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Principal, Uid } from '../core/principal.ts';
import { bodyHash, requestHash, type SentRequest } from './request-hash.ts';
import type { SigningKeys } from './signing-key.ts';

/** What a backend is told about one request, and by what it can check that it is told the truth. */
export interface AssertionClaims {
  /** The backend, by the name that it expects in `aud`. */
  readonly audience: string;
  readonly uid: Uid;
  /** Who the identity provider says it is. */
  readonly principal: Pick<Principal, 'issuer' | 'subject' | 'clientId'>;
  readonly tool: string;
  /** Logical names of the scopes that the tool demands; the user has them all. */
  readonly scopes: readonly string[];
  readonly requestId: string;
  readonly request: SentRequest;
}

export interface AssertionSigner {
  /**
   * A JWT for this one request. A retry is another request: it gets another one, or the backend takes it for a replay.
   * `until`: epoch milliseconds.
   *
   * @throws SigningUnavailable when no key can be had
   */
  sign(claims: AssertionClaims, until?: number): Promise<string>;
}

/** Seconds. Longer than any call runs; the rest is for clocks that differ. */
const ASSERTION_LIFETIME = 60;

/** RFC 8725 section 3.11: no other token of this issuer, and none of an identity provider, can pass for an assertion. */
const ASSERTION_TYPE = 'gatehouse-assertion+jwt';

export interface AssertionPorts {
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** The public URL of this gateway: backends find its keys at `<issuer>/.well-known/jwks.json`. */
  readonly issuer: string;
}

export function createAssertionSigner({ keys, clock, issuer }: AssertionPorts): AssertionSigner {
  return {
    sign: async (claims, until = Number.POSITIVE_INFINITY) => {
      const key = await keys.current(until);
      const header = { alg: 'ES256', typ: ASSERTION_TYPE, kid: key.kid };
      const input = `${encode(header)}.${encode(payloadOf(claims, issuer, clock))}`;
      const signature = await key.sign(Buffer.from(input, 'latin1'), until);
      return `${input}.${signature.toString('base64url')}`;
    },
  };
}

/**
 * iss, aud, sub, jti, iat, exp: RFC 7519. client_id, scope: RFC 8693. txn: RFC 8417. sub_id: RFC 9493, where section 4.2
 * allows an issuer and subject that differ from those of the token. tool, req_hash, body_hash: private names of this type.
 */
function payloadOf(claims: AssertionClaims, issuer: string, clock: Clock) {
  const { audience, uid, principal, tool, scopes, requestId, request } = claims;
  const now = Math.floor(clock() / 1000);
  const hashOfBody = bodyHash(request.body);
  return {
    iss: issuer,
    aud: audience,
    sub: uid,
    sub_id: { format: 'iss_sub', iss: principal.issuer, sub: principal.subject },
    client_id: principal.clientId,
    scope: scopes.join(' '),
    tool,
    txn: requestId,
    req_hash: requestHash(request, hashOfBody),
    body_hash: hashOfBody,
    jti: randomUUID(),
    iat: now,
    exp: now + ASSERTION_LIFETIME,
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
