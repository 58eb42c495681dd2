import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Parameters } from '../../shared/core/parameters.ts';

export interface UserPoolProps {
  readonly parameters: Pick<Parameters, 'userPoolId' | 'userPoolPlan' | 'mfa' | 'groupScopes'>;
  readonly isProtected: boolean;
  /** Narrows the scopes of each token to those of the user's groups. Version 2: a person's access tokens. */
  readonly preToken: lambda.IFunction | undefined;
}

const PLANS = {
  lite: cognito.FeaturePlan.LITE,
  // The plan that binds `aud` to the `resource` a client asks for.
  essentials: cognito.FeaturePlan.ESSENTIALS,
  plus: cognito.FeaturePlan.PLUS,
} as const;

const MFA = {
  off: cognito.Mfa.OFF,
  optional: cognito.Mfa.OPTIONAL,
  required: cognito.Mfa.REQUIRED,
} as const;

export interface McpClientProps {
  /** Of the resource server: what stands before `/` and the logical scope. */
  readonly identifier: string;
  /** Logical scopes of the tools. */
  readonly scopes: readonly string[];
  readonly callbackUrls: readonly string[];
  /** Names of what the login page offers. */
  readonly providers: readonly string[];
  /** The gateway itself is the client, and has a secret; else MCP clients are, and have none. */
  readonly isRelay: boolean;
}

export interface McpClient {
  readonly clientId: string;
  /** Of the relay; known when the stack is deployed. */
  readonly clientSecret: string | undefined;
}

/** The users: a pool of the stack's own, closed to sign-up and kept with prod, or one that exists. */
export class UserPool extends Construct {
  readonly pool: cognito.IUserPool;
  readonly issuer: string;

  constructor(scope: Construct, id: string, props: UserPoolProps) {
    super(scope, id);
    const { userPoolId, groupScopes = [] } = props.parameters;
    if (userPoolId !== undefined) {
      this.pool = cognito.UserPool.fromUserPoolId(this, 'Pool', userPoolId);
      this.issuer = `https://${this.pool.userPoolProviderName}`;
      return;
    }
    const pool = this.createPool(props);
    for (const { group, scopes } of groupScopes) {
      pool.addGroup(`Group-${group}`, {
        groupName: group,
        description: `May have ${scopes.join(', ')}`.slice(0, 2048),
      });
    }
    if (props.preToken) {
      const { V2_0 } = cognito.LambdaVersion;
      pool.addTrigger(cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, props.preToken, V2_0);
    }
    this.pool = pool;
    this.issuer = pool.userPoolProviderUrl;
  }

  /** The login page's origin. */
  addLogin(domainPrefix: string): string {
    const domain = this.pool.addDomain('Login', {
      cognitoDomain: { domainPrefix },
      managedLoginVersion: cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    return domain.baseUrl();
  }

  /** How people sign in: one client, code flow with PKCE, the scopes of the tools, managed login. */
  addMcpClient(props: McpClientProps): McpClient {
    const client = createClient(this.pool, props);
    const clientId = client.userPoolClientId;
    // Managed login of version 2 shows nothing for a client without a branding.
    new cognito.CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: this.pool.userPoolId,
      clientId,
      useCognitoProvidedValues: true,
    });
    // The construct's own property would bring a function that may describe the client.
    const resource = client.node.defaultChild as cognito.CfnUserPoolClient;
    return { clientId, clientSecret: props.isRelay ? resource.attrClientSecret : undefined };
  }

  private createPool({ parameters, isProtected }: UserPoolProps): cognito.UserPool {
    const mfa = parameters.mfa ?? 'optional';
    return new cognito.UserPool(this, 'Pool', {
      featurePlan: PLANS[parameters.userPoolPlan ?? 'essentials'],
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: MFA[mfa],
      ...(mfa === 'off' ? {} : { mfaSecondFactor: { otp: true, sms: false } }),
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

function createClient(
  pool: cognito.IUserPool,
  { identifier, scopes, callbackUrls, providers, isRelay }: McpClientProps,
): cognito.UserPoolClient {
  const named = scopes.map(
    (scope) => new cognito.ResourceServerScope({ scopeName: scope, scopeDescription: `Use ${scope}` }),
  );
  const server = pool.addResourceServer('Tools', {
    identifier,
    // By default the name is the identifier, and a URL does not fit the pattern of names.
    userPoolResourceServerName: 'mcp-gateway',
    scopes: named,
  });
  // A client of its own: one that exists can neither get a secret nor lose it.
  return pool.addClient(isRelay ? 'RelayClient' : 'McpClient', {
    generateSecret: isRelay,
    // No password flow: users sign in on the managed page only.
    authFlows: { custom: true },
    oAuth: {
      // Said in full, because the default of the construct also enables the implicit flow.
      flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
      callbackUrls: [...callbackUrls],
      scopes: named.map((scope) => cognito.OAuthScope.resourceServer(server, scope)),
    },
    supportedIdentityProviders: providers.map((name) => cognito.UserPoolClientIdentityProvider.custom(name)),
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
    refreshTokenRotationGracePeriod: Duration.seconds(60),
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
  });
}
