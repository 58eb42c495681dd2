import { randomBytes } from 'node:crypto';
import type { ReadSecret } from '../../shared/core/secret.ts';
import { Failure } from '../failure.ts';
import { DEV_CLIENT, DEV_REDIRECTS, RELAY_CLIENT_ID, type RelayClientOptions } from './idp-clients.ts';
import type { Plan } from './template.ts';

/** A secret that exists nowhere but in the memory of this process. */
const SECRET_ARN = 'arn:aws:secretsmanager:local:000000000000:secret:upstream-a1B2c3';

/** Where the client secret comes from when the identity provider is not the embedded one. */
const SECRET_VARIABLE = 'UPSTREAM_CLIENT_SECRET';

type Context = Readonly<Record<string, string>>;

export function isRelay(context: Context): boolean {
  return context['authorizationServer'] === 'relay';
}

/**
 * Parameters as for `cdk deploy`, with those that only a machine of one's own needs: the client of `npm run token`
 * among the relay's, and with the embedded identity provider the gateway's client there.
 */
export function relayParameters(context: Context, embeddedIdp: boolean): Context {
  const { relayClients = '[]' } = context;
  const own = { client_id: DEV_CLIENT.id, client_name: 'npm run token', redirect_uris: DEV_REDIRECTS };
  return {
    ...(embeddedIdp ? { upstreamClientId: RELAY_CLIENT_ID } : {}),
    upstreamClientSecretArn: SECRET_ARN,
    ...context,
    relayClients: appended(relayClients, own),
  };
}

/** A list that is none is left for the check of the parameters. */
function appended(list: string, client: object): string {
  try {
    const clients: unknown = JSON.parse(list);
    return Array.isArray(clients) ? JSON.stringify([...clients, client]) : list;
  } catch {
    return list;
  }
}

/** The gateway's client at the embedded identity provider. Its secret is new with each start. */
export function createRelayClient(context: Context, publicUrl: string): RelayClientOptions {
  return {
    id: context['upstreamClientId'] ?? RELAY_CLIENT_ID,
    secret: randomBytes(24).toString('base64url'),
    auth: context['upstreamClientAuth'] ?? 'client_secret_basic',
    callback: `${publicUrl}/oauth/callback`,
  };
}

/** @throws Failure when the variable is not set */
export function secretOfVariable(env: NodeJS.ProcessEnv): string {
  const secret = env[SECRET_VARIABLE];
  if (secret) return secret;
  throw new Failure(`Set ${SECRET_VARIABLE} to the secret of the client at your identity provider.`);
}

/** Stands in for Secrets Manager: one version of each secret of the template, sealing keys made anew. */
export function createDevSecrets({ functions }: Plan, clientSecret: string): ReadSecret {
  const values = new Map<string, string>();
  for (const { environment } of functions) {
    const { RELAY_KEYS_ARN: keys, UPSTREAM_SECRET_ARN: upstream } = environment;
    if (keys !== undefined) values.set(keys, randomBytes(32).toString('hex'));
    if (upstream !== undefined) values.set(upstream, clientSecret);
  }
  return async (arn, stage) => {
    const value = values.get(arn);
    if (value === undefined) throw new Error('there is no such secret');
    return stage === 'AWSCURRENT' ? { value, id: 'dev' } : undefined;
  };
}
