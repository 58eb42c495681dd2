import type { Caller } from './auth/mode.ts';

/**
 * Who is calling, in plain text: for logs, and for code behind the check of the assertion. Proof of nothing by itself.
 * Nothing that a client sent becomes a header of a request to a backend, under these names or under any other.
 */
export const IDENTITY_HEADERS = [
  'x-user-id',
  'x-user-issuer',
  'x-user-subject',
  'x-client-id',
  'x-gateway-tool',
] as const;

export function identityHeaders({ uid, principal, feature }: Caller): Readonly<Record<string, string>> {
  const { issuer, subject, clientId } = principal;
  return {
    'x-user-id': uid,
    'x-user-issuer': inAscii(issuer),
    'x-user-subject': inAscii(subject),
    ...(clientId === undefined ? {} : { 'x-client-id': inAscii(clientId) }),
    'x-gateway-tool': inAscii(feature),
  };
}

/** Text of identity providers may hold anything; a header may not. Percent-encoded as UTF-8, and the sign itself too. */
function inAscii(text: string): string {
  return encodeURI(text.toWellFormed());
}
