import { createIdp, DEV_CLIENT } from '../../cli/dev/idp.ts';
import type { RelayClientOptions } from '../../cli/dev/idp-clients.ts';
import { endpointsOfIdp, fetchToken } from '../../cli/dev/login.ts';
import { type Listening, listen } from '../../cli/dev/network.ts';
import { deployed, scopesOf } from '../../shared/registry/index.ts';
import type { AwsApi } from './aws-api.ts';
import type { Cdk, Outputs } from './cdk.ts';
import type { Doors } from './doors.ts';
import type { Environment } from './environment.ts';
import type { MiniStack } from './ministack.ts';
import { createRewritingFetch } from './rewriting-fetch.ts';

/** The account that the chapters share. */
export interface World {
  readonly ministack: MiniStack;
  readonly environment: Environment;
  readonly cdk: Cdk;
  readonly api: AwsApi;
  /** Where an identity provider of this machine will be, and its port. */
  readonly issuer: string;
  readonly issuerPort: number;
  readonly doors: Doors;
  /** How much later it is for the deployed sealer than for everybody else. */
  setSealerAhead(ms: number): void;
}

/** A deployed gateway, seen as its clients see it. */
export interface Gateway {
  readonly outputs: Outputs;
  readonly apiId: string;
  readonly url: string;
  readonly fetch: typeof fetch;
}

export function gatewayOf({ ministack }: World, outputs: Outputs, apiId: string): Gateway {
  const url = outputs['McpUrl'] ?? '';
  const rewrite = { from: new URL(url).origin, to: ministack.endpoint, host: ministack.hostOf(apiId) };
  return { outputs, apiId, url, fetch: createRewritingFetch(rewrite) };
}

/** The embedded identity provider, for the resource that clients of the deployed gateway name. */
export async function startIssuer(
  { issuer, issuerPort }: World,
  resource: string,
  relay?: RelayClientOptions,
): Promise<Listening> {
  const serve = await createIdp({ issuer, resource, catalogue: scopesOf(deployed), sendsIssuer: true, relay });
  return listen(serve, issuerPort);
}

export const STACK = 'Gatehouse';

export interface RpcAnswer {
  readonly status: number;
  readonly code: unknown;
  readonly result: Readonly<Record<string, unknown>> | undefined;
}

/** One plain MCP request of somebody with a token. */
export async function rpc(gateway: Gateway, token: string, method: string, params: object = {}): Promise<RpcAnswer> {
  const response = await gateway.fetch(gateway.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as {
    readonly result?: RpcAnswer['result'];
    readonly error?: { readonly data?: { readonly code?: unknown } };
  };
  return { status: response.status, code: error?.data?.code, result };
}

/** An access token of a user of the embedded identity provider, with every scope that this user may have. */
export function tokenOf({ issuer }: World, { url }: Gateway, user: string): Promise<string> {
  return fetchToken({
    endpoints: endpointsOfIdp(issuer),
    resource: url,
    client: DEV_CLIENT,
    user,
    scope: scopesOf(deployed).join(' '),
  });
}

export async function uidOf(gateway: Gateway, token: string): Promise<string> {
  const { status, result } = await rpc(gateway, token, 'tools/call', { name: 'whoami', arguments: {} });
  const me = result?.['structuredContent'] as { readonly uid?: string } | undefined;
  if (me?.uid === undefined) throw new Error(`whoami was answered ${status} without a uid`);
  return me.uid;
}
