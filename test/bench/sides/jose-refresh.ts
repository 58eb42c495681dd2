import { randomBytes } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { readFixture } from './fixture.ts';
import { refreshEvent, UPSTREAM_REFRESH_TOKEN } from './messages.ts';

const CLIENT = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const { token: accessToken } = readFixture();
const key = randomBytes(32);
const encrypt = (refreshToken: string) =>
  new EncryptJWT({ t: refreshToken, cid: CLIENT })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setIssuedAt()
    .encrypt(key);
const event = refreshEvent(CLIENT, await encrypt(UPSTREAM_REFRESH_TOKEN));

/** What no stateless relay can leave out, by a library: read the form, decrypt, ask the provider, encrypt, answer. */
export const handler = async () => {
  const form = new URLSearchParams(event.body);
  const { payload } = await jwtDecrypt(form.get('refresh_token') ?? '', key);
  if (payload['cid'] !== form.get('client_id')) return { statusCode: 400 };
  const body = JSON.stringify({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: await encrypt(String(payload['t'])),
  });
  return { statusCode: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body };
};
