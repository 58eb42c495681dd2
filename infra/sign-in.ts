import { Aws, type Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { relayCallbackUrl, resourceUrl } from '../shared/core/config.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { scopesOf } from '../shared/registry/index.ts';
import { offeredBy } from './backends.ts';
import { Federation } from './constructs/federation.ts';
import { GatewayFunction } from './constructs/gateway-function.ts';
import { UserPool } from './constructs/user-pool.ts';
import { userPoolProblems } from './constructs/user-pool-checks.ts';
import { byDefault, type IdpFacts, scopePrefixOf } from './gateway-config.ts';
import { ConfigError } from './problem.ts';

/** How people sign in where the stack makes the app client: pool, client, login page, what is behind it. */
export interface SignIn {
  readonly facts: IdpFacts;
  /** Of the relay's client; known when the stack is deployed. */
  readonly clientSecret: string | undefined;
  /** Only with groups. */
  readonly preToken: lambda.IFunction | undefined;
}

export interface SignInOptions {
  readonly parameters: Parameters;
  readonly publicUrl: string;
  readonly bundling: boolean;
}

/** Cognito gives a trigger five seconds. */
const TRIGGER_SECONDS = 5;
/** Of the 4,096 that Lambda takes; the rest is for the other variables and for the MCP URL, which a deploy may know only. */
const MAX_RULES_BYTES = 3072;

export function createSignIn(stack: Stack, options: SignInOptions): SignIn {
  const { parameters, publicUrl } = options;
  const isProtected = parameters.environment === 'prod';
  const scopePrefix = scopePrefixOf(parameters, resourceUrl({ publicUrl }));
  const preToken = createPreToken(stack, options, scopePrefix);
  const users = new UserPool(stack, 'Users', { parameters, isProtected, preToken });
  const { pool, issuer } = users;
  const federation = new Federation(stack, 'Federation', { pool, parameters });
  const login = loginOf(users, parameters);
  const isRelay = parameters.authorizationServer === 'relay';
  const { clientId, clientSecret } = users.addMcpClient({
    identifier: scopePrefix.slice(0, -1),
    scopes: scopesOf(offeredBy(parameters)),
    callbackUrls: isRelay
      ? [relayCallbackUrl({ publicUrl })]
      : [...byDefault.callbackUrls(parameters), ...(parameters.callbackUrls ?? [])],
    providers: federation.referTo(parameters.signInProviders),
    isRelay,
  });
  stack.node.addValidation({ validate: () => userPoolProblems(stack, isProtected) });
  return {
    preToken,
    clientSecret,
    facts: {
      issuer,
      clientId,
      endpoints: {
        authorization: `${login}/oauth2/authorize`,
        token: `${login}/oauth2/token`,
        revocation: `${login}/oauth2/revoke`,
        jwks: `${issuer}/.well-known/jwks.json`,
      },
    },
  };
}

function loginOf(users: UserPool, { loginDomain, loginDomainPrefix, stackName }: Parameters): string {
  if (loginDomain !== undefined) return `https://${loginDomain}`;
  return users.addLogin(loginDomainPrefix ?? `${stackName.toLowerCase()}-${Aws.ACCOUNT_ID}`);
}

function createPreToken(
  stack: Stack,
  { parameters, bundling }: SignInOptions,
  scopePrefix: string,
): lambda.IFunction | undefined {
  if (parameters.groupScopes === undefined) return undefined;
  const rules = { scopePrefix, groups: parameters.groupScopes };
  // As Lambda measures it: a text within a text, in which each quote takes two bytes.
  const size = Buffer.byteLength(JSON.stringify(JSON.stringify(rules)));
  if (size > MAX_RULES_BYTES) {
    throw new ConfigError(`groupScopes has ${size} bytes; a function takes ${MAX_RULES_BYTES}. Use fewer groups.`);
  }
  return new GatewayFunction(stack, 'PreToken', {
    name: 'pre-token',
    description: 'Narrows the scopes of a token to those of the groups of its user',
    // No table and no network: what it needs is here.
    environment: { PRE_TOKEN_RULES: stack.toJsonString(rules), STACK_NAME: stack.stackName },
    logRetention: parameters.logRetentionDays,
    timeoutSeconds: TRIGGER_SECONDS,
    bundling,
  }).fn;
}
