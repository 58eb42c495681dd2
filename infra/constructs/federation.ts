import { SecretValue } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Parameters } from '../../shared/core/parameters.ts';
import { providerNames } from '../federation-checks.ts';

export interface FederationProps {
  readonly pool: cognito.IUserPool;
  readonly parameters: Parameters;
}

/** E-mail is for people who read the list of users. Nobody is found or linked by it. */
const EMAIL_IN_SAML = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';

/**
 * Identity providers behind the pool: Google, one OpenID provider, one SAML provider. Client secrets are references to
 * Secrets Manager, which CloudFormation follows: the template never has one.
 */
export class Federation extends Construct {
  private readonly made = new Map<string, string>();

  constructor(scope: Construct, id: string, { pool, parameters }: FederationProps) {
    super(scope, id);
    const { google, oidc, saml } = providerNames(parameters);
    if (google !== undefined) this.made.set(google, this.addGoogle(pool, parameters));
    if (oidc !== undefined) this.made.set(oidc, this.addOidc(pool, parameters, oidc));
    if (saml !== undefined) this.made.set(saml, this.addSaml(pool, parameters, saml));
  }

  /** For each name the reference to what is made here, so that a client waits for it. */
  referTo(names: readonly string[] | undefined): readonly string[] {
    return (names ?? ['COGNITO', ...this.made.keys()]).map((name) => this.made.get(name) ?? name);
  }

  private addGoogle(pool: cognito.IUserPool, { googleClientId = '', googleClientSecretArn = '' }: Parameters): string {
    return new cognito.UserPoolIdentityProviderGoogle(this, 'Google', {
      userPool: pool,
      clientId: googleClientId,
      clientSecretValue: SecretValue.secretsManager(googleClientSecretArn),
      scopes: ['openid', 'email', 'profile'],
      attributeMapping: { email: cognito.ProviderAttribute.GOOGLE_EMAIL },
    }).providerName;
  }

  private addOidc(pool: cognito.IUserPool, parameters: Parameters, name: string): string {
    const { federatedOidcIssuer = '', federatedOidcClientId = '', federatedOidcClientSecretArn = '' } = parameters;
    return new cognito.UserPoolIdentityProviderOidc(this, 'Oidc', {
      userPool: pool,
      name,
      issuerUrl: federatedOidcIssuer,
      clientId: federatedOidcClientId,
      // A reference still, whatever the name of the method: it is resolved by CloudFormation.
      clientSecret: SecretValue.secretsManager(federatedOidcClientSecretArn).unsafeUnwrap(),
      scopes: ['openid', 'email', 'profile'],
      attributeMapping: { email: cognito.ProviderAttribute.other('email') },
    }).providerName;
  }

  private addSaml(pool: cognito.IUserPool, { federatedSamlMetadataUrl = '' }: Parameters, name: string): string {
    return new cognito.UserPoolIdentityProviderSaml(this, 'Saml', {
      userPool: pool,
      name,
      metadata: cognito.UserPoolIdentityProviderSamlMetadata.url(federatedSamlMetadataUrl),
      attributeMapping: { email: cognito.ProviderAttribute.other(EMAIL_IN_SAML) },
    }).providerName;
  }
}
