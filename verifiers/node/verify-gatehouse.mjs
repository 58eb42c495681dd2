// Verifies assertions of a Gatehouse gateway: docs/verify-in-your-backend.md. Copy this file; it needs Node 20 only.
import { createHash, createPublicKey, verify } from 'node:crypto';

const SKEW = 5; // seconds that two clocks may differ
const sha256 = (data) => createHash('sha256').update(data).digest('base64url');
const must = (holds, code, status = code === 'keys_unavailable' ? 503 : 401) => {
  if (!holds) throw Object.assign(new Error(`assertion refused: ${code}`), { code, status });
};
const parse = (part) => {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return must(false, 'malformed');
  }
};

/** Ids used so far, in this process. Several processes need one store: `firstUse(jti, exp)` is true once for an id. */
export function inMemory(now = Date.now, used = new Map()) {
  return (jti, exp) => {
    for (const [id, until] of used) if (until + SKEW > now() / 1000 || !used.delete(id)) break;
    return !used.has(jti) && used.set(jti, exp) !== undefined;
  };
}
async function download(issuer) {
  const options = { redirect: 'error', signal: AbortSignal.timeout(3000) };
  return (await (await fetch(`${issuer}/.well-known/jwks.json`, options)).json()).keys;
}

export function createVerifier({ issuer, audience, now = Date.now, firstUse = inMemory(now), fetchKeys = download }) {
  let [keys, readAt, askedAt, asking] = [new Map(), -Infinity, -Infinity, undefined];
  async function ask() {
    askedAt = now();
    const usable = (await fetchKeys(issuer)).filter(({ kty, crv }) => kty === 'EC' && crv === 'P-256');
    [keys, readAt] = [new Map(usable.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })])), askedAt];
  }
  async function keyOf(kid) {
    const due = now() - readAt > 600_000 || !keys.has(kid);
    if (due && now() - askedAt > (keys.size ? 30_000 : 2000)) asking = ask().catch(() => undefined);
    if (due) await asking;
    must(now() - readAt < 86_400_000, 'keys_unavailable');
    return keys.get(kid) ?? must(false, 'unknown_key');
  }
  /** The claims of an assertion made for this request; throws where there is a doubt. `path`, `query`: not decoded. */
  return async ({ assertion, method, path, query = '', body = '', bodyLater = false }) => {
    must(/^[\w-]+\.[\w-]+\.[\w-]+$/.test(assertion) && assertion.length <= 8192, 'malformed');
    const [head, payload, signature] = assertion.split('.');
    const { typ, alg, kid, crit } = parse(head);
    must(typ === 'gatehouse-assertion+jwt' && alg === 'ES256' && crit === undefined, 'type');
    const key = { key: await keyOf(kid), dsaEncoding: 'ieee-p1363' };
    must(verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')), 'signature');
    const { iss, aud, exp, iat, jti, req_hash, body_hash, ...more } = parse(payload);
    must(iss === issuer, 'issuer');
    must(aud === audience, 'audience');
    must(now() / 1000 < exp + SKEW && now() / 1000 > iat - SKEW && exp - iat <= 60, 'time');
    const lines = ['gatehouse-request-v1', method, path, query, bodyLater ? body_hash : sha256(body)];
    must(req_hash === sha256(lines.join('\n')), 'request');
    must(typeof jti === 'string' && (await firstUse(jti, exp)), 'replayed');
    return { iss, aud, exp, iat, jti, req_hash, body_hash, ...more };
  };
}
