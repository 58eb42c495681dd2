import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { planFrom } from '../../cli/dev/template.ts';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';
import { synthGateway } from '../../infra/synth.ts';
import { type IdpPresetName, readConfig } from '../../shared/core/config.ts';
import { judgeDirect, judgeMetadata } from '../../shared/idp/judge-mode.ts';
import { PRESETS } from '../../shared/idp/presets.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createIssuer } from '../support/issuer.ts';
import { contextOf } from '../support/preset-context.ts';

const publicUrl = 'https://mcp.acme.com';
const presets = Object.keys(PRESETS) as IdpPresetName[];

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** What synthesis says of a mode: the annotations, or why it stopped. */
function said(context: Record<string, unknown>) {
  try {
    const app = new App({ analyticsReporting: false });
    const stack = new GatewayStack(app, { parameters: readParameters({ publicUrl, ...context }), bundling: false });
    const annotations = Annotations.fromStack(stack);
    const texts = (found: ReturnType<typeof annotations.findInfo>) =>
      found.map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ''));
    const about = Match.stringLikeRegexp('^authorizationServer=');
    return { infos: texts(annotations.findInfo('*', about)), warnings: texts(annotations.findWarning('*', about)) };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** What a client reads at the gateway that is synthesised so. */
async function documentsOf(preset: IdpPresetName, context: Record<string, unknown>) {
  const { functions } = planFrom(synthGateway({ context: { publicUrl, ...context }, bundling: false }).template);
  const gateway = createTestGateway(database, {
    config: readConfig(functions[0]?.environment ?? {}),
    issuer: createIssuer(PRESETS[preset].issuerExample),
  });
  const read = async (path: string) => (await gateway.send({ method: 'GET', path: `/.well-known/${path}` })).body;
  const resource = (await read('oauth-protected-resource/mcp')) as { authorization_servers: string[] };
  return { servers: resource.authorization_servers, document: await read('oauth-authorization-server') };
}

const NO_S256 = 'its own metadata does not announce S256, and MCP clients have to refuse that';
const ENOUGH = 'clients read its own metadata, which announces what they need';

describe('direct: clients are sent to the provider itself', () => {
  const good = presets.filter((preset) => !['cognito', 'entra-v2'].includes(preset));

  test.each(good)('%s', async (preset) => {
    const context = { ...contextOf(preset), authorizationServer: 'direct' };
    const { issuerExample } = PRESETS[preset];
    const { servers, document } = await documentsOf(preset, context);
    expect({ servers, issuer: (document as { issuer: string }).issuer, said: said(context) }).toEqual({
      servers: [issuerExample],
      issuer: issuerExample,
      said: { infos: [expect.stringContaining(`=direct, as given, with idp=${preset}: clients read`)], warnings: [] },
    });
  });

  test.each(['cognito', 'entra-v2'] as const)('%s is refused, with the reason and the way out', (preset) => {
    expect(said({ ...contextOf(preset), authorizationServer: 'direct' })).toEqual({
      refused: `authorizationServer ("direct") cannot work with idp=${preset}: ${NO_S256}. Example: -c authorizationServer=metadata`,
    });
  });
});

const tenant = 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47';
const realm = 'https://keycloak.acme.com/realms/prod/protocol/openid-connect';
const descope = 'https://api.descope.com/oauth2/v1/apps/agentic/P2abcDEF/MS35ghi';
const pingone = 'https://auth.pingone.eu/4e6f1a2b-0c3d-4e5f-8a9b-7d1b0c3d4e6f/as';
const okta = 'https://acme.okta.com/oauth2/aus1a2b3c4/v1';

/** authorization, token, keys, revocation: as each vendor documents them for the example issuer. */
const ENDPOINTS: ReadonlyArray<readonly [IdpPresetName, string, string, string, string?]> = [
  [
    'auth0',
    'https://acme.eu.auth0.com/authorize',
    'https://acme.eu.auth0.com/oauth/token',
    'https://acme.eu.auth0.com/.well-known/jwks.json',
    'https://acme.eu.auth0.com/oauth/revoke',
  ],
  ['okta', `${okta}/authorize`, `${okta}/token`, `${okta}/keys`, `${okta}/revoke`],
  ['entra-v2', `${tenant}/oauth2/v2.0/authorize`, `${tenant}/oauth2/v2.0/token`, `${tenant}/discovery/v2.0/keys`],
  ['keycloak', `${realm}/auth`, `${realm}/token`, `${realm}/certs`, `${realm}/revoke`],
  [
    'authkit',
    'https://acme.authkit.app/oauth2/authorize',
    'https://acme.authkit.app/oauth2/token',
    'https://acme.authkit.app/oauth2/jwks',
  ],
  [
    'clerk',
    'https://clerk.acme.com/oauth/authorize',
    'https://clerk.acme.com/oauth/token',
    'https://clerk.acme.com/.well-known/jwks.json',
  ],
  ['descope', `${descope}/authorize`, `${descope}/token`, 'https://api.descope.com/P2abcDEF/.well-known/jwks.json'],
  ['pingone', `${pingone}/authorize`, `${pingone}/token`, `${pingone}/jwks`],
];
const ELSEWHERE = {
  cognito: 'those of an existing pool are at its domain, which its issuer does not name',
  stytch: 'its authorization endpoint is a page of your own application',
  oidc: 'its discovery document names them',
} as const;
const given = {
  authorizationEndpoint: 'https://login.acme.com/authorize',
  tokenEndpoint: 'https://login.acme.com/token',
  jwksEndpoint: 'https://login.acme.com/jwks',
};

/** Where no refresh token is made without that scope. */
const OFFLINE: readonly IdpPresetName[] = ['auth0', 'okta', 'entra-v2', 'keycloak', 'authkit', 'stytch', 'oidc'];

function expectedDocument(
  preset: IdpPresetName,
  [authorization, token, jwks, revocation]: readonly (string | undefined)[],
  scopePrefix = '',
) {
  return {
    issuer: publicUrl,
    authorization_endpoint: authorization,
    token_endpoint: token,
    ...(revocation && { revocation_endpoint: revocation, revocation_endpoint_auth_methods_supported: ['none'] }),
    jwks_uri: jwks,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    scopes_supported: [
      ...[`${scopePrefix}starter.echo`, `${scopePrefix}starter.whoami`],
      ...(OFFLINE.includes(preset) ? ['offline_access'] : []),
    ],
  };
}

describe('metadata: our own document, the endpoints of the provider, S256, and nothing else', () => {
  test.each(ENDPOINTS)('%s: the endpoints follow from the issuer', async (preset, ...endpoints) => {
    const context = { ...contextOf(preset), authorizationServer: 'metadata' };
    expect(await documentsOf(preset, context)).toEqual({
      servers: [publicUrl],
      document: expectedDocument(preset, endpoints),
    });
  });

  test('what is given is taken instead, one by one', async () => {
    const context = { ...contextOf('okta'), authorizationServer: 'metadata', tokenEndpoint: given.tokenEndpoint };
    const { document } = await documentsOf('okta', context);
    expect(document).toEqual(
      expectedDocument('okta', [`${okta}/authorize`, given.tokenEndpoint, `${okta}/keys`, `${okta}/revoke`]),
    );
  });

  test.each(Object.entries(ELSEWHERE))('%s: they have to be given, and the refusal says why', async (name, why) => {
    const preset = name as IdpPresetName;
    const context = { ...contextOf(preset), authorizationServer: 'metadata' };
    const { tokenEndpoint, ...others } = given;
    const prefix = preset === 'cognito' ? `${publicUrl}/mcp/` : '';
    expect({
      without: said({ ...context, ...others }),
      all: await documentsOf(preset, { ...context, ...given }),
    }).toEqual({
      without: {
        refused: `tokenEndpoint (not given) is needed with authorizationServer=metadata and idp=${preset}: ${why}. Example: -c tokenEndpoint=https://login.acme.com/oauth2/token`,
      },
      all: {
        servers: [publicUrl],
        document: expectedDocument(preset, [others.authorizationEndpoint, tokenEndpoint, others.jwksEndpoint], prefix),
      },
    });
  });

  test('every preset is in one of the two lists', () => {
    expect([...ENDPOINTS.map(([preset]) => preset), ...Object.keys(ELSEWHERE)].sort()).toEqual([...presets].sort());
  });

  test.each([
    [
      'auth0',
      'leave "Include Issuer in Authorization Responses" off at Auth0 (Settings → Advanced): clients would refuse its `iss` as that of another server',
    ],
    [
      'keycloak',
      'turn on "Exclude Issuer From Authentication Response" at each client in Keycloak (Advanced): clients refuse its `iss` as that of another server',
    ],
  ] as const)('%s comes with a warning of what to set there', (preset, needs) => {
    expect(said({ ...contextOf(preset), authorizationServer: 'metadata' })).toMatchObject({
      warnings: [`authorizationServer=metadata with idp=${preset}: ${needs}`],
    });
  });
});

describe('synthesis says which mode it is and why', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    [
      'the default of the created pool',
      {},
      `metadata, the default of idp=cognito: ${NO_S256}. Clients read our document over its endpoints and need a client id typed in`,
    ],
    [
      'the relay',
      { authorizationServer: 'relay' },
      'relay, as given, with idp=cognito: clients sign in at the gateway, which is one client of the provider',
    ],
    ['the default of auth0', contextOf('auth0'), `direct, the default of idp=auth0: ${ENOUGH}`],
    [
      'metadata where it is not needed',
      { ...contextOf('okta'), authorizationServer: 'metadata' },
      'metadata, as given, with idp=okta: its own metadata would do as well. Clients read our document over its endpoints and need a client id typed in',
    ],
    [
      'a provider that nothing is known of',
      contextOf('oidc'),
      'direct, the default of idp=oidc: clients read its own metadata, which has to announce S256; use metadata if it does not',
    ],
  ])('%s', (_name, context, text) => {
    expect(said(context)).toEqual({ infos: [`authorizationServer=${text}`], warnings: [] });
  });
});

describe('a row judges for itself', () => {
  const row = (can: Partial<(typeof PRESETS.oidc)['can']>) => ({
    ...PRESETS.oidc,
    can: { ...PRESETS.oidc.can, ...can },
  });

  test('OpenID discovery alone limits direct', () => {
    expect(judgeDirect(row({ serverMetadata: 'no' }))).toEqual({
      verdict: 'limited',
      why: 'it publishes OpenID discovery only, and clients before MCP 2025-11-25 look for RFC 8414',
    });
  });

  test('an `iss` of its own that nothing turns off rules metadata out', () => {
    expect(judgeMetadata(row({ responseIssuer: 'yes' }))).toEqual({
      verdict: 'refused',
      why: 'its answers carry its own `iss`, which clients refuse as that of another server',
    });
  });
});
