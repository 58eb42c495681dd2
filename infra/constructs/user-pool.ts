import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

export interface UserPoolProps {
  /** The canonical resource R: identifier of the resource server, and the `aud` that Cognito binds. */
  readonly resource: string;
  /** Logical scopes of the tools. */
  readonly scopes: readonly string[];
  readonly callbackUrls: readonly string[];
  readonly domainPrefix: string;
  readonly isProtected: boolean;
}

/** A Cognito user pool that MCP clients can sign in to: one public client, code flow with PKCE, managed login. */
export class UserPool extends Construct {
  readonly issuer: string;
  readonly clientId: string;
  readonly endpoints: {
    readonly authorization: string;
    readonly token: string;
    readonly revocation: string;
    readonly jwks: string;
  };

  constructor(scope: Construct, id: string, props: UserPoolProps) {
    super(scope, id);
    const pool = this.createPool(props.isProtected);
    const domain = pool.addDomain('Login', {
      cognitoDomain: { domainPrefix: props.domainPrefix },
      managedLoginVersion: cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    const client = createClient(pool, props);
    // Managed login of version 2 shows nothing for a client without a branding.
    new cognito.CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: pool.userPoolId,
      clientId: client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    this.issuer = pool.userPoolProviderUrl;
    this.clientId = client.userPoolClientId;
    const login = domain.baseUrl();
    this.endpoints = {
      authorization: `${login}/oauth2/authorize`,
      token: `${login}/oauth2/token`,
      revocation: `${login}/oauth2/revoke`,
      jwks: `${pool.userPoolProviderUrl}/.well-known/jwks.json`,
    };
  }

  private createPool(isProtected: boolean): cognito.UserPool {
    return new cognito.UserPool(this, 'Pool', {
      // The plan that binds `aud` to the `resource` a client asks for.
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: cognito.Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      deletionProtection: isProtected,
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}

function createClient(pool: cognito.UserPool, props: UserPoolProps): cognito.UserPoolClient {
  const scopes = props.scopes.map(
    (scope) => new cognito.ResourceServerScope({ scopeName: scope, scopeDescription: `Use ${scope}` }),
  );
  const server = pool.addResourceServer('Tools', {
    identifier: props.resource,
    // By default the name is the identifier, and a URL does not fit the pattern of names.
    userPoolResourceServerName: 'mcp-gateway',
    scopes,
  });
  return pool.addClient('McpClient', {
    generateSecret: false,
    // No password flow: users sign in on the managed page only.
    authFlows: { custom: true },
    oAuth: {
      // Said in full, because the default of the construct also enables the implicit flow.
      flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
      callbackUrls: [...props.callbackUrls],
      scopes: scopes.map((scope) => cognito.OAuthScope.resourceServer(server, scope)),
    },
    supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    refreshTokenRotationGracePeriod: Duration.seconds(60),
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
}
