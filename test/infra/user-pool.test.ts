import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { type Resource, synthGateway, type Template } from '../../infra/synth.ts';
import { readConfig } from '../../shared/core/config.ts';

const synth = (context: Record<string, unknown> = {}) => synthGateway({ context, bundling: false }).template;
const publicUrl = 'https://mcp.acme.com';
const groupScopes = { readers: ['starter.whoami'], writers: ['starter.echo', 'starter.whoami'] };
const grouped = synth({ groupScopes, publicUrl });

function all(type: string, { Resources }: Template): readonly Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}
const propertiesOf = (type: string, template: Template) => all(type, template).map(({ Properties = {} }) => Properties);
const idsOf = (template: Template) =>
  Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type.startsWith('AWS::Cognito::') ? [id] : []));
const poolOf = (context: Record<string, unknown>) => propertiesOf('AWS::Cognito::UserPool', synth(context))[0] ?? {};
const clientOf = (template: Template) => propertiesOf('AWS::Cognito::UserPoolClient', template)[0] ?? {};

describe('a pool of our own', () => {
  test('keeps its logical ids: another client id would cut off every connected client', () => {
    expect(idsOf(synth())).toEqual([
      'UsersPoolBFC35D3B',
      'UsersPoolLogin84CA8AAD',
      'UsersPoolTools393BF8B4',
      'UsersPoolMcpClient98F854DC',
      'UsersBrandingBC73A9B1',
    ]);
  });

  test('is kept with prod and goes with dev', () => {
    const policies = (template: Template) =>
      all('AWS::Cognito::UserPool', template).map((pool) => {
        const { DeletionPolicy, UpdateReplacePolicy } = pool as {
          DeletionPolicy?: string;
          UpdateReplacePolicy?: string;
        };
        return [DeletionPolicy, UpdateReplacePolicy];
      });
    expect([policies(synth()), policies(synth({ environment: 'dev' }))]).toEqual([
      [['Retain', 'Retain']],
      [['Delete', 'Delete']],
    ]);
  });

  test('has the second factor and the plan that were asked for', () => {
    const shape = (context: Record<string, string>) => {
      const { MfaConfiguration, EnabledMfas, UserPoolTier, SmsConfiguration } = poolOf(context);
      return [MfaConfiguration, EnabledMfas, UserPoolTier, SmsConfiguration];
    };
    const otp = ['SOFTWARE_TOKEN_MFA'];
    expect([{}, { mfa: 'optional' }, { mfa: 'required', userPoolPlan: 'plus' }, { mfa: 'off' }].map(shape)).toEqual([
      ['OPTIONAL', otp, 'ESSENTIALS', undefined],
      ['OPTIONAL', otp, 'ESSENTIALS', undefined],
      ['ON', otp, 'PLUS', undefined],
      ['OFF', undefined, 'ESSENTIALS', undefined],
    ]);
  });

  test('has tokens that end after an hour, and refresh tokens that rotate', () => {
    const { AccessTokenValidity, RefreshTokenValidity, TokenValidityUnits, RefreshTokenRotation, ...rest } = clientOf(
      synth(),
    );
    expect([AccessTokenValidity, RefreshTokenValidity, TokenValidityUnits, RefreshTokenRotation]).toEqual([
      60,
      43_200,
      { AccessToken: 'minutes', RefreshToken: 'minutes' },
      { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
    ]);
    expect([rest['EnableTokenRevocation'], rest['PreventUserExistenceErrors']]).toEqual([true, 'ENABLED']);
  });

  test('takes a short identifier for its scopes, and the functions know it', () => {
    const template = synth({ scopePrefix: 'mcp/' });
    const { AllowedOAuthScopes } = clientOf(template);
    const config = JSON.stringify(propertiesOf('AWS::Lambda::Function', template)[0]);
    expect([
      propertiesOf('AWS::Cognito::UserPoolResourceServer', template)[0]?.['Identifier'],
      JSON.stringify(AllowedOAuthScopes).includes('/starter.echo'),
      config.includes('\\"scopePrefix\\":\\"mcp/\\"'),
    ]).toEqual(['mcp', true, true]);
  });
});

describe('groups', () => {
  test('are made, and the trigger knows what each may have', () => {
    const [rules] = propertiesOf('AWS::Lambda::Function', grouped)
      .map(({ Environment }) => (Environment as { Variables: Record<string, string> }).Variables['PRE_TOKEN_RULES'])
      .filter((text) => text !== undefined);
    expect(propertiesOf('AWS::Cognito::UserPoolGroup', grouped).map(({ GroupName }) => GroupName)).toEqual([
      'readers',
      'writers',
    ]);
    expect(JSON.parse(String(rules))).toEqual({
      scopePrefix: `${publicUrl}/mcp/`,
      groups: Object.entries(groupScopes).map(([group, scopes]) => ({ group, scopes })),
    });
  });

  test('are asked for by a trigger of version 2, which only this pool may call', () => {
    const { LambdaConfig } = propertiesOf('AWS::Cognito::UserPool', grouped)[0] ?? {};
    const permission = propertiesOf('AWS::Lambda::Permission', grouped).find(
      ({ Principal }) => Principal === 'cognito-idp.amazonaws.com',
    );
    const fn = { 'Fn::GetAtt': [expect.stringMatching(/^PreTokenFunction/), 'Arn'] };
    expect([LambdaConfig, permission]).toEqual([
      { PreTokenGenerationConfig: { LambdaArn: fn, LambdaVersion: 'V2_0' } },
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: fn,
        Principal: 'cognito-idp.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['UsersPoolBFC35D3B', 'Arn'] },
      },
    ]);
  });

  test('have a function with no more than its log, in the time that Cognito gives', () => {
    const fn = propertiesOf('AWS::Lambda::Function', grouped).find(({ Description }) =>
      String(Description).startsWith('Narrows'),
    );
    const { Variables } = fn!['Environment'] as { Variables: Record<string, unknown> };
    const policy = propertiesOf('AWS::IAM::Policy', grouped).find(({ Roles }) =>
      /PreToken/.test(JSON.stringify(Roles)),
    );
    const { Statement } = policy!['PolicyDocument'] as { Statement: ReadonlyArray<{ Action: string | string[] }> };
    expect([fn?.['Timeout'], Object.keys(Variables).sort(), Statement.flatMap(({ Action }) => Action)]).toEqual([
      5,
      ['PRE_TOKEN_RULES', 'STACK_NAME'],
      ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    ]);
  });

  test('and without them there is no trigger', () => {
    expect([poolOf({})['LambdaConfig'], propertiesOf('AWS::Lambda::Function', synth()).length]).toEqual([undefined, 7]);
  });
});

describe('an imported pool', () => {
  const userPoolId = 'eu-central-1_Ab12Cd34';

  test('gets a resource server, a client and a branding, and nothing else', () => {
    const template = synth({ userPoolId, loginDomain: 'login.acme.com', publicUrl });
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith('AWS::Cognito::')).sort()).toEqual([
      'AWS::Cognito::ManagedLoginBranding',
      'AWS::Cognito::UserPoolClient',
      'AWS::Cognito::UserPoolResourceServer',
    ]);
    const { UserPoolId, GenerateSecret, AllowedOAuthFlows } = clientOf(template);
    expect([UserPoolId, GenerateSecret, AllowedOAuthFlows]).toEqual([userPoolId, false, ['code']]);
  });

  test('gets a login page as well when it has none', () => {
    const template = synth({ userPoolId, loginDomainPrefix: 'acme' });
    expect(propertiesOf('AWS::Cognito::UserPoolDomain', template)).toEqual([
      { Domain: 'acme', ManagedLoginVersion: 2, UserPoolId: userPoolId },
    ]);
  });

  test('is what the functions verify tokens by', () => {
    const template = synth({ userPoolId, loginDomain: 'login.acme.com', publicUrl });
    // What only a deploy knows.
    const text = JSON.stringify(template).replaceAll(/\{"Ref":"UsersPoolMcpClient[0-9A-F]+"\}/g, '"client-1"');
    const [{ environment } = { environment: {} }] = planFrom(JSON.parse(text) as Template).functions;
    const { idp, endpoints } = readConfig(environment);
    expect({ idp, endpoints }).toEqual({
      idp: {
        preset: 'cognito',
        issuer: `https://cognito-idp.local.amazonaws.com/${userPoolId}`,
        audience: [`${publicUrl}/mcp`],
        scopePrefix: `${publicUrl}/mcp/`,
        allowedClientIds: ['client-1'],
      },
      endpoints: {
        authorization: 'https://login.acme.com/oauth2/authorize',
        token: 'https://login.acme.com/oauth2/token',
        revocation: 'https://login.acme.com/oauth2/revoke',
        jwks: `https://cognito-idp.local.amazonaws.com/${userPoolId}/.well-known/jwks.json`,
      },
    });
  });
});
