import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { type Resource, synthGateway, type Template } from '../../infra/synth.ts';
import { type GatewayConfig, readConfig } from '../../shared/core/config.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gatehouse/upstream-a1B2c3';
const publicUrl = 'https://mcp.acme.com';
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl };
const client = { upstreamClientId: 'gatehouse', upstreamClientSecretArn: ARN };
const relay = { authorizationServer: 'relay', ...auth0, ...client };
const pool = { authorizationServer: 'relay', publicUrl };

const synth = (context: Record<string, unknown> = {}) => synthGateway({ context, bundling: false }).template;
function all(type: string, { Resources }: Template): ReadonlyArray<readonly [string, Resource]> {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}
const propertiesOf = (type: string, template: Template) =>
  all(type, template).map(([, { Properties = {} }]) => Properties);
const nameOf = (reference: unknown) => /"([A-Za-z]+?)[0-9A-F]{8}"/.exec(JSON.stringify(reference))?.[1];

/** Of the function, with what only a deploy knows in plain words. */
function planned(template: Template, name: string) {
  const text = JSON.stringify(template)
    .replaceAll(/\{"Ref":"UsersPoolRelayClient[0-9A-F]+"\}/g, '"relay-client"')
    .replaceAll(/\{"Ref":"UsersPoolLogin[0-9A-F]+"\}/g, '"acme"')
    .replaceAll(/\{"Fn::GetAtt":\["UsersPool[0-9A-F]+","ProviderURL"\]\}/g, '"https://pool.example"');
  return planFrom(JSON.parse(text) as Template).functions.find((one) => one.name === name);
}
const configOf = (template: Template): GatewayConfig => readConfig(planned(template, 'oauth')?.environment ?? {});

describe('the function of the relay', () => {
  test('serves /oauth, the token endpoint apart, and only in relay mode', () => {
    const routesOf = (context: Record<string, unknown>) =>
      planFrom(synth(context))
        .routes.map(({ key }) => key)
        .filter((key) => key.includes('oauth'));
    const usual = ['ANY /oauth/{proxy+}', 'ANY /oauth/token', 'ANY /oauth/revoke'];
    expect([
      routesOf({ ...auth0, authorizationServer: 'direct' }),
      routesOf(relay),
      routesOf({ ...relay, relayRegistration: 'true' }),
    ]).toEqual([[], usual, [...usual, 'ANY /oauth/register']]);
  });

  test('is throttled to a fifth of the rest, each route by itself, and the stage waits for the routes', () => {
    const of = (context: Record<string, string>) => {
      const [[, stage] = []] = all('AWS::ApiGatewayV2::Stage', synth({ ...relay, ...context }));
      const { DependsOn = [] } = stage as { DependsOn?: readonly string[] };
      const routes = DependsOn.map((id) => /^Http(OAuth\w*Route)[0-9A-F]{8}$/.exec(id)?.[1]).filter(Boolean);
      return [stage?.Properties?.['RouteSettings'], routes];
    };
    const limit = (rate: number, burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
    const settings = (rate: number, burst: number) => ({
      'ANY /oauth/{proxy+}': limit(rate, burst),
      'ANY /oauth/token': limit(rate, burst),
      'ANY /oauth/revoke': limit(rate, burst),
    });
    const routes = ['OAuthRevokeRoute', 'OAuthRoute', 'OAuthTokenRoute'];
    expect([of({}), of({ throttleRate: '1', throttleBurst: '7' })]).toEqual([
      [settings(10, 20), routes],
      [settings(1, 2), routes],
    ]);
  });

  test('and without it the stage has no settings of routes', () => {
    const [stage] = propertiesOf('AWS::ApiGatewayV2::Stage', synth(auth0));
    expect(stage?.['RouteSettings']).toBeUndefined();
  });

  test('has the names of its secrets in its variables, the state table only with strict', () => {
    const variables = (context: Record<string, unknown>) => {
      const { GATEHOUSE_CONFIG: _config, ...rest } = planned(synth(context), 'oauth')?.environment ?? {};
      return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value.replace(/[0-9A-F]{8}$/, '')]));
    };
    const local = 'arn:aws:secretsmanager:local:000000000000:secret:';
    const common = { STACK_NAME: 'Gatehouse', AUDIT_TABLE: 'TablesAudit', RELAY_KEYS_ARN: `${local}RelayKeys` };
    expect([variables(relay), variables({ ...pool, relayStrict: 'true' })]).toEqual([
      { ...common, UPSTREAM_SECRET_ARN: ARN },
      { ...common, UPSTREAM_SECRET_ARN: `${local}RelayUpstream`, STATE_TABLE: 'TablesState' },
    ]);
  });

  test('gets its rules, and asks the provider for endpoints that nobody named', () => {
    const agent = { client_id: 'agent', client_name: 'Agent', redirect_uris: ['http://127.0.0.1/cb'] };
    const config = configOf(
      synth({
        ...relay,
        allowedClientIds: 'other,gatehouse',
        upstreamClientAuth: 'client_secret_post',
        relayReauth: 'true',
        relayClients: [agent],
      }),
    );
    const { idp, authorizationServer, endpoints, relay: rules } = config;
    expect({ allowed: idp.allowedClientIds, authorizationServer, endpoints, rules }).toEqual({
      allowed: ['gatehouse', 'other'],
      authorizationServer: 'relay',
      endpoints: undefined,
      rules: {
        clientId: 'gatehouse',
        clientAuth: 'client_secret_post',
        registration: false,
        strict: false,
        reauth: true,
        clients: [agent],
      },
    });
  });

  test('takes endpoints that were named, completes them by the rule of the preset, and else asks the provider', () => {
    const named = {
      authorizationEndpoint: 'https://login.acme.com/a',
      tokenEndpoint: 'https://login.acme.com/t',
      jwksEndpoint: 'https://login.acme.com/j',
    };
    const oidc = { ...relay, idp: 'oidc', issuer: 'https://login.example.com' };
    const endpoints = (context: Record<string, unknown>) => configOf(synth(context)).endpoints;
    expect([
      endpoints({ ...oidc, ...named }),
      endpoints({ ...relay, tokenEndpoint: named.tokenEndpoint }),
      endpoints(relay),
      endpoints(oidc),
    ]).toEqual([
      { authorization: named.authorizationEndpoint, token: named.tokenEndpoint, jwks: named.jwksEndpoint },
      {
        authorization: 'https://acme.eu.auth0.com/authorize',
        token: named.tokenEndpoint,
        revocation: 'https://acme.eu.auth0.com/oauth/revoke',
        jwks: 'https://acme.eu.auth0.com/.well-known/jwks.json',
      },
      undefined,
      undefined,
    ]);
  });

  test('is watched like the others', () => {
    const alarms = (context: Record<string, unknown>, name: string) => {
      const alarm = propertiesOf('AWS::CloudWatch::Alarm', synth(context)).find(
        ({ AlarmName }) => AlarmName === `Gatehouse-${name}`,
      );
      return JSON.stringify(alarm).match(/OAuthFunction/g)?.length ?? 0;
    };
    expect([
      alarms(auth0, 'FunctionErrors'),
      alarms(relay, 'FunctionErrors'),
      alarms(relay, 'FunctionThrottles'),
    ]).toEqual([0, 1, 1]);
  });
});

describe('the secrets', () => {
  const policies = (template: Template) =>
    all('AWS::SecretsManager::Secret', template).map(([id, resource]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      (resource as { DeletionPolicy?: string }).DeletionPolicy,
    ]);

  test('are the key of the seals, kept with prod, and with a pool a copy of its client secret', () => {
    expect([policies(synth(relay)), policies(synth(pool)), policies(synth({ ...pool, environment: 'dev' }))]).toEqual([
      [['RelayKeys', 'Retain']],
      [
        ['RelayKeys', 'Retain'],
        ['RelayUpstream', 'Delete'],
      ],
      [
        ['RelayKeys', 'Delete'],
        ['RelayUpstream', 'Delete'],
      ],
    ]);
  });

  test('are made when the stack is deployed: the template has none', () => {
    const [keys, upstream] = propertiesOf('AWS::SecretsManager::Secret', synth(pool));
    expect([keys?.['GenerateSecretString'], keys?.['SecretString'], upstream?.['SecretString']]).toEqual([
      { PasswordLength: 64, ExcludePunctuation: true },
      undefined,
      { 'Fn::GetAtt': [expect.stringMatching(/^UsersPoolRelayClient/), 'ClientSecret'] },
    ]);
  });

  test('do not exist in the other modes', () => {
    expect([policies(synth()), policies(synth(auth0))]).toEqual([[], []]);
  });
});

describe('the client of the user pool', () => {
  test('is the gateway itself: with a secret, and one callback', () => {
    const template = synth(pool);
    const [client] = propertiesOf('AWS::Cognito::UserPoolClient', template);
    const [branding] = propertiesOf('AWS::Cognito::ManagedLoginBranding', template);
    const { GenerateSecret, CallbackURLs, AllowedOAuthFlows, ExplicitAuthFlows } = client ?? {};
    expect([
      all('AWS::Cognito::UserPoolClient', template).map(([id]) => id.replace(/[0-9A-F]{8}$/, '')),
      { GenerateSecret, CallbackURLs, AllowedOAuthFlows, ExplicitAuthFlows },
      nameOf(branding?.['ClientId']),
    ]).toEqual([
      ['UsersPoolRelayClient'],
      {
        GenerateSecret: true,
        CallbackURLs: [`${publicUrl}/oauth/callback`],
        AllowedOAuthFlows: ['code'],
        ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
      },
      'UsersPoolRelayClient',
    ]);
  });

  test('is the only one whose tokens the functions accept, and its endpoints are known', () => {
    const { idp, relay: rules, endpoints } = configOf(synth(pool));
    expect([idp.allowedClientIds, rules?.clientId, endpoints?.token]).toEqual([
      ['relay-client'],
      'relay-client',
      'https://acme.auth.local.amazoncognito.com/oauth2/token',
    ]);
  });

  test('is made in an imported pool as well', () => {
    const template = synth({ ...pool, userPoolId: 'eu-central-1_Ab12Cd34', loginDomain: 'login.acme.com' });
    const [client] = propertiesOf('AWS::Cognito::UserPoolClient', template);
    expect([client?.['GenerateSecret'], client?.['UserPoolId']]).toEqual([true, 'eu-central-1_Ab12Cd34']);
  });
});

test('the outputs have nothing to paste but the URL, and the redirect URL for the provider', () => {
  const { Outputs = {} } = synth(pool);
  expect([Object.keys(Outputs), Outputs['RelayCallback']?.Value, Outputs['ConnectClaude']?.Value]).toEqual([
    [
      'McpUrl',
      'Issuer',
      'RelayCallback',
      'RelayKeys',
      'IdentitiesTable',
      'AuditTable',
      'StateTable',
      'ConnectChatGPT',
      'ConnectClaude',
      'ArchiveUrl',
      'SealsTable',
      'SealKey',
      'AuditLogName',
      'AuditWorkGroup',
      'AuditDatabase',
    ],
    `${publicUrl}/oauth/callback`,
    `Customize > Connectors > + > Add custom connector: URL ${publicUrl}/mcp`,
  ]);
});
