import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { assertionClaims, GATEWAY } from '../../support/assertion.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { audience, uid, principal, tool, scopes, requestId, request } = assertionClaims();
const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('base64url');

/** The same claims signed by jose. */
export const handler = async () => {
  const { method, path, query, body = '' } = request;
  const hash = sha256(body);
  await new SignJWT({
    sub_id: { format: 'iss_sub', iss: principal.issuer, sub: principal.subject },
    client_id: principal.clientId,
    tool,
    scope: scopes.join(' '),
    txn: requestId,
    req_hash: sha256(`${method}\n${path}\n${query}\n${hash}`),
    body_hash: hash,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'gatehouse-assertion+jwt', kid: 'k'.repeat(43) })
    .setIssuer(GATEWAY)
    .setAudience(audience)
    .setSubject(uid)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(privateKey);
  return { statusCode: 200 };
};
