import { resourceUrl } from '../core/config.ts';
import type { Client } from './clients.ts';
import { OAuthError } from './errors.ts';
import type { Parameters } from './form.ts';
import type { Relay, RelayCall } from './relay.ts';
import type { SealedValues } from './sealed-values.ts';
import { describeToken } from './token-trace.ts';
import { hashOf, isFirstUse, isSame } from './transaction.ts';
import type { UpstreamTokens } from './upstream.ts';

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in?: number;
  readonly scope?: string;
  readonly refresh_token?: string;
}

/** RFC 7636 section 4.1. */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** RFC 6749 sections 4.1.3 and 6: the client's grant is opened, and the provider's own inside it is exchanged. */
export function createToken(relay: Relay): (form: Parameters, call: RelayCall) => Promise<TokenAnswer> {
  return async (form, call) => {
    const grant = required(form, 'grant_type');
    if (grant !== 'authorization_code' && grant !== 'refresh_token') {
      throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token');
    }
    const client = await findClient(relay, form, call);
    if ((form.get('resource') ?? resourceUrl(relay.config)) !== resourceUrl(relay.config)) {
      throw new OAuthError('invalid_target', 'this authorization server is for one resource, and it is another one');
    }
    const exchange = grant === 'authorization_code' ? exchangeCode : refresh;
    const { tokens, answer } = await exchange(relay, form, client, call);
    const { idp } = relay.config;
    const trace = { grant, client: client.label, ...describeToken(tokens.accessToken, idp) };
    call.log.info('oauth.token', trace);
    const { subject, tokenId } = trace;
    await relay.recordToken({ grant, client: client.label, issuer: idp.issuer, subject, tokenId });
    return answer;
  };
}

export async function findClient({ clients }: Relay, form: Parameters, call: RelayCall): Promise<Client> {
  const client = await clients.find(required(form, 'client_id'));
  if (client === undefined) throw new OAuthError('invalid_client', 'the client is not known; register again');
  call.note.client = client.label;
  return client;
}

export function required(form: Parameters, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`, { reason: `no_${name}` });
  return value;
}

interface Exchanged {
  readonly tokens: UpstreamTokens;
  readonly answer: TokenAnswer;
}

async function exchangeCode(relay: Relay, form: Parameters, client: Client, call: RelayCall): Promise<Exchanged> {
  const text = required(form, 'code');
  const verifier = required(form, 'code_verifier');
  if (!VERIFIER.test(verifier)) {
    throw new OAuthError('invalid_request', 'code_verifier must be 43 to 128 characters of RFC 7636', {
      reason: 'pkce',
    });
  }
  const code = await relay.seals.open('code', text);
  if (code === undefined) refuseCode('code_unreadable');
  if (relay.clock() >= code.exp) refuseCode('code_expired');
  if (code.cid !== client.id) refuseCode('code_of_another_client');
  // OAuth 2.1 does not ask for it any more; a wrong one is wrong all the same.
  if ((form.get('redirect_uri') ?? code.ru) !== code.ru) refuseCode('redirect_uri_differs');
  // Here and at the provider: not every provider checks it.
  if (!isSame(hashOf(verifier), code.cc)) refuseCode('verifier_differs');
  if (!(await isFirstUse(relay, `oauth-code#${hashOf(text)}`, code.exp, call))) refuseCode('code_used');
  const tokens = await relay.upstream.exchange(code.c, verifier, call.log);
  const scopes = relay.scopes.granted(tokens.scope, code.sc);
  const sealed = tokens.refreshToken && (await sealRefresh(relay, client, tokens.refreshToken, code.sc));
  return { tokens, answer: answerWith(tokens, scopes, sealed) };
}

async function refresh(relay: Relay, form: Parameters, client: Client, call: RelayCall): Promise<Exchanged> {
  const text = required(form, 'refresh_token');
  const rt = await relay.seals.open('rt', text);
  if (rt === undefined) refuseRefresh('refresh_token_unreadable');
  if (rt.cid !== client.id) refuseRefresh('refresh_token_of_another_client');
  const asked = relay.scopes.ofRefresh(form.get('scope'), rt.sc);
  const tokens = await relay.upstream.refresh(rt.t, form.has('scope') ? asked : undefined, call.log);
  const sealed = await resealed(relay, client, text, rt, tokens);
  return { tokens, answer: answerWith(tokens, relay.scopes.granted(tokens.scope, asked), sealed) };
}

/** A provider that rotates nothing still gets its token under the current key, so that our rotation does not end it. */
async function resealed(
  relay: Relay,
  client: Client,
  text: string,
  { t, sc }: SealedValues['rt'],
  { refreshToken = t }: UpstreamTokens,
): Promise<string> {
  const sealed = await sealRefresh(relay, client, refreshToken, sc);
  return refreshToken === t && keyOf(sealed) === keyOf(text) ? text : sealed;
}

function keyOf(sealed: string): string | undefined {
  return sealed.split('.', 2)[1];
}

function sealRefresh({ seals, clock }: Relay, { id }: Client, token: string, sc: readonly string[]): Promise<string> {
  return seals.seal('rt', { t: token, cid: id, sc, iat: clock() });
}

function answerWith(
  { accessToken, expiresIn }: UpstreamTokens,
  scopes: readonly string[],
  refreshToken: string | undefined,
): TokenAnswer {
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
}

function refuseCode(reason: string): never {
  throw new OAuthError('invalid_grant', 'the authorization code is invalid or expired', { reason });
}

function refuseRefresh(reason: string): never {
  throw new OAuthError('invalid_grant', 'the refresh token is invalid or expired', { reason });
}
