import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';
import { synthGateway, type Template } from '../../infra/synth.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gatehouse/google-a1B2c3';
const groupScopes = 'readers:starter.whoami';
const google = { googleClientId: 'g', googleClientSecretArn: ARN, groupScopes };
const oidc = {
  federatedOidcIssuer: 'https://login.acme.com',
  federatedOidcClientId: 'o',
  federatedOidcClientSecretArn: ARN,
  groupScopes,
};

const synth = (context: Record<string, unknown>) => synthGateway({ context, bundling: false }).template;
const propertiesOf = (type: string, { Resources }: Template) =>
  Object.values(Resources).flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : []));
const clientOf = (template: Template) => propertiesOf('AWS::Cognito::UserPoolClient', template)[0] ?? {};

function messageOf(context: Record<string, unknown>, region?: string): string {
  try {
    readParameters(context, region);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('what is wrong about federation', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    [
      'Google without its secret',
      { ...google, googleClientSecretArn: undefined },
      'googleClientSecretArn (not given) is needed with googleClientId.',
    ],
    [
      'an OpenID provider without its client',
      { ...oidc, federatedOidcClientId: undefined },
      'federatedOidcClientId (not given) is needed with federatedOidcIssuer.',
    ],
    [
      'Google for everybody',
      { ...google, groupScopes: undefined },
      'groupScopes (not given) or provisioning=deny is needed: everybody with an account at Google could sign in and have every scope.',
    ],
    [
      'an OpenID provider for everybody',
      { ...oidc, groupScopes: undefined },
      'groupScopes (not given) or provisioning=deny is needed: everybody with an account at Oidc could sign in and have every scope.',
    ],
    [
      'an OpenID provider over plain http',
      { ...oidc, federatedOidcIssuer: 'http://login.acme.com' },
      'federatedOidcIssuer ("http://login.acme.com") must be https.',
    ],
    [
      'SAML metadata over plain http',
      { federatedSamlMetadataUrl: 'http://login.acme.com/m' },
      'federatedSamlMetadataUrl ("http://login.acme.com/m") must be https.',
    ],
    [
      'a name without a provider',
      { federatedSamlName: 'Acme' },
      'federatedSamlMetadataUrl (not given) is needed with federatedSamlName.',
    ],
    [
      'a name that Cognito keeps',
      { ...oidc, federatedOidcName: 'Google' },
      'federatedOidcName ("Google") is a name that Cognito keeps for itself.',
    ],
    [
      'one name for two',
      {
        ...oidc,
        federatedOidcName: 'Acme',
        federatedSamlMetadataUrl: 'https://a.example/m',
        federatedSamlName: 'Acme',
      },
      'federatedSamlName ("Acme") is the name of the OpenID provider too.',
    ],
    [
      'a secret in another region',
      { ...google, googleClientSecretArn: ARN.replace('eu-central-1', 'us-east-1') },
      'googleClientSecretArn (a value that is not shown) is in us-east-1, and the stack goes to eu-central-1: put the secret there.',
    ],
    [
      'a button of nothing',
      { ...google, signInProviders: 'Google,Acme' },
      'signInProviders ("Acme") must be among COGNITO, Google.',
    ],
    ['no button', { signInProviders: '' }, 'signInProviders ("") must leave a way to sign in.'],
  ])('%s', (_name, context, message) => {
    expect(messageOf(context, 'eu-central-1').split(' Example: ')[0]).toBe(message);
  });

  test.each([
    ['the secret in place of its ARN', { ...google, googleClientSecretArn: 'GOCSPX-very-secret' }],
    ['the secret under a name that does not exist', { googleClientSecret: 'GOCSPX-very-secret' }],
  ])('%s is refused and not repeated', (_name, context) => {
    const message = messageOf(context);
    expect([message.includes('a value that is not shown'), message.includes('very-secret')]).toEqual([true, false]);
  });
});

describe('federation', () => {
  const federated = synth({
    groupScopes,
    googleClientId: 'google-client',
    googleClientSecretArn: ARN,
    federatedOidcIssuer: 'https://login.acme.com',
    federatedOidcClientId: 'oidc-client',
    federatedOidcClientSecretArn: ARN,
    federatedOidcName: 'Acme',
    federatedSamlMetadataUrl: 'https://saml.acme.com/metadata',
  });
  const secret = `{{resolve:secretsmanager:${ARN}:SecretString:::}}`;

  test('has each provider once, with its secret by reference only', () => {
    const providers = propertiesOf('AWS::Cognito::UserPoolIdentityProvider', federated);
    expect(
      providers.map(({ ProviderName, ProviderType, ProviderDetails, AttributeMapping }) => ({
        ProviderName,
        ProviderType,
        ProviderDetails,
        AttributeMapping,
      })),
    ).toEqual([
      {
        ProviderName: 'Google',
        ProviderType: 'Google',
        ProviderDetails: {
          client_id: 'google-client',
          client_secret: secret,
          authorize_scopes: 'openid email profile',
        },
        AttributeMapping: { email: 'email' },
      },
      {
        ProviderName: 'Acme',
        ProviderType: 'OIDC',
        ProviderDetails: {
          client_id: 'oidc-client',
          client_secret: secret,
          authorize_scopes: 'openid email profile',
          attributes_request_method: 'GET',
          oidc_issuer: 'https://login.acme.com',
        },
        AttributeMapping: { email: 'email' },
      },
      {
        ProviderName: 'Saml',
        ProviderType: 'SAML',
        ProviderDetails: { IDPSignout: false, MetadataURL: 'https://saml.acme.com/metadata' },
        AttributeMapping: { email: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress' },
      },
    ]);
  });

  test('is offered on the login page, which waits for it', () => {
    const { SupportedIdentityProviders } = clientOf(federated);
    expect(SupportedIdentityProviders).toEqual([
      'COGNITO',
      { Ref: expect.stringMatching(/^FederationGoogle/) },
      { Ref: expect.stringMatching(/^FederationOidc/) },
      { Ref: expect.stringMatching(/^FederationSaml/) },
    ]);
  });

  test('can be all that is offered', () => {
    const saml = { federatedSamlMetadataUrl: 'https://saml.acme.com/metadata', signInProviders: 'Saml' };
    expect(clientOf(synth(saml))['SupportedIdentityProviders']).toEqual([
      { Ref: expect.stringMatching(/^FederationSaml/) },
    ]);
  });
});
