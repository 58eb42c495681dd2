import type { TokenRecorder } from '../audit/token-events.ts';
import type { IdpPorts } from '../auth/idp-document.ts';
import { toWireScope } from '../auth/scopes.ts';
import { type Clock, systemTimer, type Timer } from '../core/clock.ts';
import type { GatewayConfig, RelayConfig } from '../core/config.ts';
import type { Log } from '../core/logger.ts';
import type { ReadSecret } from '../core/secret.ts';
import { isOnThisMachine } from '../net/answer.ts';
import type { PostForm } from '../net/post-form.ts';
import { cacheSecret } from '../store/cached-secret.ts';
import type { UseOnce } from '../store/once.ts';
import { type Clients, createClients, redirectUrisOf } from './clients.ts';
import { createEndpoints } from './endpoints.ts';
import { createRelayKeys, OF_RELAY } from './keys.ts';
import { createRegistration, type Registration } from './registration.ts';
import { createScopes, type Scopes } from './scopes.ts';
import { createSeals, type Seals } from './seal.ts';
import { createUpstream, type Upstream } from './upstream.ts';
import { createUpstreamClient } from './upstream-client.ts';

/** What every endpoint of the relay works with. */
export interface Relay {
  readonly config: GatewayConfig & { readonly relay: RelayConfig };
  readonly clock: Clock;
  readonly seals: Seals;
  readonly clients: Clients;
  readonly scopes: Scopes;
  readonly upstream: Upstream;
  /** Wire name of a scope → titles of what needs it. */
  readonly opens: ReadonlyMap<string, readonly string[]>;
  /** Undefined where clients cannot register. */
  readonly registration: Registration | undefined;
  /** Undefined unless sealed values work once only. */
  readonly useOnce: UseOnce | undefined;
  /** Into the trail: which program got which token. */
  readonly recordToken: TokenRecorder;
}

/** One request on its way through the relay. */
export interface RelayCall {
  readonly log: Log;
  /** For the log line of the request: filled in once the client is one that we know. */
  readonly note: { client?: string };
  /** Epoch milliseconds, by when a mark is written or never. */
  readonly deadline: number;
}

export interface RelayPorts extends IdpPorts {
  readonly readSecret: ReadSecret;
  readonly postForm: PostForm;
  readonly timer?: Timer;
}

export interface RelayOptions {
  readonly config: GatewayConfig;
  /** Logical scopes of every tool, prompt and resource, with the titles of what needs them. */
  readonly titles: ReadonlyMap<string, readonly string[]>;
  readonly keysArn: string;
  readonly upstreamSecretArn: string;
  readonly useOnce: UseOnce | undefined;
  readonly recordToken: TokenRecorder;
}

/** @throws Error at init when the configuration says nothing about the relay */
export function createRelay({ config, titles, ...options }: RelayOptions, ports: RelayPorts): Relay {
  const { relay } = config;
  if (relay === undefined) throw new Error('authorizationServer=relay needs the relay in the configuration');
  const { readSecret, postForm, timer = systemTimer, clock } = ports;
  const keys = createRelayKeys(readSecret, options.keysArn, ports);
  const read = () => readUpstream(readSecret, options.upstreamSecretArn);
  const secret = cacheSecret({ name: 'upstream-client', read, ...OF_RELAY }, ports);
  const allowHttp = isOnThisMachine(config.idp.issuer);
  const client = createUpstreamClient({ relay, secret, postForm, allowHttp, timer });
  const origin = config.publicUrl;
  const allowed = redirectUrisOf(relay.clients);
  const registration = relay.registration ? createRegistration({ keys, origin, clock, allowed }) : undefined;
  return {
    config: { ...config, relay },
    clock,
    seals: createSeals(keys, origin),
    clients: createClients(relay.clients, registration),
    scopes: createScopes(config, [...titles.keys()]),
    upstream: createUpstream({ ...config, relay }, createEndpoints(config, ports), client),
    opens: new Map([...titles].map(([scope, names]) => [toWireScope(config, scope), names])),
    registration,
    useOnce: options.useOnce,
    recordToken: options.recordToken,
  };
}

async function readUpstream(readSecret: ReadSecret, arn: string): Promise<string> {
  const secret = await readSecret(arn, 'AWSCURRENT');
  if (secret === undefined || secret.value === '') throw new Error('no current version');
  return secret.value;
}
