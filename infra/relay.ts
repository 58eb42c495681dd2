import type { Stack } from 'aws-cdk-lib';
import type { Parameters } from '../shared/core/parameters.ts';
import type { GatewayFunction, GatewayFunctionProps } from './constructs/gateway-function.ts';
import type { HttpApi, Throttle } from './constructs/http-api.ts';
import { RelaySecrets } from './constructs/relay-secrets.ts';
import type { Tables } from './constructs/tables.ts';

export interface Relay {
  readonly fn: GatewayFunction;
  /** The secret that seals are made with: whoever rotates it has to find it. */
  readonly keysArn: string;
}

export interface RelayOptions {
  readonly parameters: Parameters;
  /** Of the client that the stack made at the user pool. */
  readonly clientSecret: string | undefined;
  readonly tables: Tables;
  readonly environment: Readonly<Record<string, string>>;
  readonly createFunction: (
    id: string,
    props: Pick<GatewayFunctionProps, 'name' | 'description' | 'environment'>,
  ) => GatewayFunction;
}

/** The function behind /oauth/…, its secrets, and no more rights than these. */
export function createRelay(stack: Stack, { parameters, tables, ...options }: RelayOptions): Relay {
  const { relayStrict = false, upstreamClientSecretArn: arn = '' } = parameters;
  const { clientSecret, environment, createFunction } = options;
  const { keysArn, upstreamArn } = new RelaySecrets(stack, 'Relay', {
    isProtected: parameters.environment === 'prod',
    upstream: clientSecret === undefined ? { arn } : { clientSecret },
  });
  const fn = createFunction('OAuth', {
    name: 'oauth',
    description: 'Sign-in: consent page, codes and refresh tokens of the relay',
    environment: {
      ...environment,
      RELAY_KEYS_ARN: keysArn,
      UPSTREAM_SECRET_ARN: upstreamArn,
      AUDIT_TABLE: tables.audit.tableName,
      ...(relayStrict ? { STATE_TABLE: tables.state.tableName } : {}),
    },
  });
  fn.readSecrets([keysArn, upstreamArn]);
  // Which program got which token: written once, and never read.
  fn.allow(['PutItem'], tables.audit.tableArn);
  // Marks of what was used: written once, and never read.
  if (relayStrict) fn.allow(['PutItem'], tables.state.tableArn);
  return { fn, keysArn };
}

/** A fifth of the others: nobody here has a token yet, and the token endpoint asks the identity provider. */
function throttleOf({ throttleRate, throttleBurst }: Parameters): Throttle {
  const fifth = (limit: number) => Math.ceil(limit / 5);
  return { rateLimit: fifth(throttleRate), burstLimit: fifth(throttleBurst) };
}

/** Each route has a limit of its own, so that a flood of one leaves the others: refresh tokens go on working. */
export function serveRelay(api: HttpApi, { fn }: Relay, parameters: Parameters): void {
  const throttle = throttleOf(parameters);
  api.serve('OAuthRoute', '/oauth/{proxy+}', fn.fn, throttle);
  api.serve('OAuthTokenRoute', '/oauth/token', fn.fn, throttle);
  api.serve('OAuthRevokeRoute', '/oauth/revoke', fn.fn, throttle);
  if (parameters.relayRegistration === true) api.serve('OAuthRegisterRoute', '/oauth/register', fn.fn, throttle);
}
