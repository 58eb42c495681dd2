import { describe, expect, test } from '@jest/globals';
import { createVerifier } from '../../../shared/auth/verifier.ts';
import type { GatewayConfig } from '../../../shared/core/config.ts';
import type { RawToken } from '../../../shared/core/principal.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { NOW, RESOURCE, testConfig } from '../../support/config.ts';
import { createIssuer } from '../../support/issuer.ts';
import { captureLog } from '../../support/log.ts';

const PREFIX = `${RESOURCE}/`;
const issuer = createIssuer(PRESETS.cognito.issuerExample);

/** As the Cognito developer guide shows an access token bound to a resource. */
const claims = {
  iss: issuer.issuer,
  sub: '9f1c2d3e',
  'cognito:groups': ['writers'],
  version: 2,
  client_id: 'client-1',
  aud: RESOURCE,
  token_use: 'access',
  scope: `${PREFIX}starter.echo ${PREFIX}starter.whoami`,
  origin_jti: 'o',
  jti: 'j',
  username: '9f1c2d3e',
  auth_time: NOW / 1000 - 10,
  iat: NOW / 1000 - 10,
  exp: NOW / 1000 + 600,
};

function verifierOf(idp: Partial<GatewayConfig['idp']> = {}) {
  const given: Partial<GatewayConfig['idp']> = {
    preset: 'cognito',
    issuer: issuer.issuer,
    scopePrefix: PREFIX,
    allowedClientIds: ['client-1'],
  };
  const config = testConfig({ idp: { ...given, ...idp } });
  const ports = { getJson: issuer.getJson, clock: () => NOW, log: captureLog().log };
  return createVerifier(config, ports);
}

const verify = async (more: object, idp: Partial<GatewayConfig['idp']> = {}) =>
  verifierOf(idp).verify((await issuer.sign({ ...claims, ...more }, { typ: undefined })) as RawToken);

describe('a Cognito token needs our audience, a scope of ours and a client of ours, all three', () => {
  test('with them it is accepted', async () => {
    const { clientId, audience, scopes } = await verify({});
    expect({ clientId, audience, scopes }).toEqual({
      clientId: 'client-1',
      audience: [RESOURCE],
      scopes: ['starter.echo', 'starter.whoami'],
    });
  });

  test.each<readonly [string, object, string]>([
    ['no audience', { aud: undefined }, 'aud_missing'],
    ['the audience of another resource', { aud: 'https://other.example/mcp' }, 'aud_mismatch'],
    ['the client id as audience, as an ID token has', { aud: 'client-1' }, 'aud_mismatch'],
    ['another client of the pool, with our audience and our scopes', { client_id: 'client-2' }, 'client_not_allowed'],
    ['no client', { client_id: undefined }, 'client_not_allowed'],
    ['our client in azp only', { client_id: undefined, azp: 'client-1' }, 'client_not_allowed'],
    ['no scope', { scope: undefined }, 'scope_not_ours'],
    ['an empty scope, as after the trigger took all', { scope: '' }, 'scope_not_ours'],
    ['scopes of others only', { scope: 'openid profile aws.cognito.signin.user.admin' }, 'scope_not_ours'],
    ['our scope names at another resource server', { scope: 'https://other.example/starter.echo' }, 'scope_not_ours'],
    ['our scope names without a resource server', { scope: 'starter.echo starter.whoami' }, 'scope_not_ours'],
    ['a resource server that begins like ours', { scope: `${RESOURCE}2/starter.echo` }, 'scope_not_ours'],
    ['an ID token', { token_use: 'id' }, 'claim_token_use'],
  ])('%s is refused', async (_name, more, reason) => {
    await expect(verify(more)).rejects.toMatchObject({ reason });
  });

  test('a short identifier of the resource server works alike', async () => {
    const idp = { scopePrefix: 'mcp/' };
    expect((await verify({ scope: 'mcp/starter.echo' }, idp)).scopes).toEqual(['starter.echo']);
    await expect(verify({}, idp)).rejects.toMatchObject({ reason: 'scope_not_ours' });
  });
});

describe('a gateway whose configuration leaves one of them out does not start', () => {
  test.each<readonly [string, Partial<GatewayConfig['idp']>, string]>([
    ['no list of clients', { allowedClientIds: [] }, 'idp=cognito needs allowedClientIds'],
    ['no prefix', { scopePrefix: '' }, 'idp=cognito needs scopePrefix'],
  ])('%s', (_name, idp, message) => {
    expect(() => verifierOf(idp)).toThrow(message);
  });
});
