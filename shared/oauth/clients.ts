import { hash } from 'node:crypto';
import type { RelayClient } from '../core/config.ts';
import { KNOWN_REDIRECTS, PINNED_CLIENTS } from './pinned-clients.ts';
import type { Registration } from './registration.ts';

/** A client that may ask for codes. */
export interface Client {
  readonly id: string;
  readonly name: string;
  /** The domain that vouches for it, by the document that its id points to. */
  readonly verifiedHost: string | undefined;
  /** Named by whoever runs this gateway. */
  readonly isConfigured: boolean;
  readonly redirectUris: readonly string[];
  /** For log lines: the id, or its hash where the id holds what somebody registered. */
  readonly label: string;
}

/** Ids are compared as whole strings: no look-alike by case, port, slash or query is the same client. */
export interface Clients {
  find(id: string): Promise<Client | undefined>;
}

/** Those that are built in, those of the configuration, which may replace them, and those that registered. */
export function createClients(configured: readonly RelayClient[], registration: Registration | undefined): Clients {
  const known = new Map([
    ...PINNED_CLIENTS.map((entry) => [entry.client_id, toClient(entry, false)] as const),
    ...configured.map((entry) => [entry.client_id, toClient(entry, true)] as const),
  ]);
  return {
    find: async (id) => known.get(id) ?? registered(id, await registration?.open(id)),
  };
}

/** Every redirect URI of those, for what may register. */
export function redirectUrisOf(configured: readonly RelayClient[]): readonly string[] {
  return [...[...PINNED_CLIENTS, ...configured].flatMap(({ redirect_uris }) => redirect_uris), ...KNOWN_REDIRECTS];
}

function toClient(entry: RelayClient, isConfigured: boolean): Client {
  const { client_id: id, client_name: name, redirect_uris: redirectUris } = entry;
  return { id, name, verifiedHost: hostOf(id), isConfigured, redirectUris, label: id };
}

function hostOf(id: string): string | undefined {
  return id.startsWith('https://') && URL.canParse(id) ? new URL(id).host : undefined;
}

function registered(id: string, data: Awaited<ReturnType<Registration['open']>> | undefined): Client | undefined {
  if (data === undefined) return undefined;
  return {
    id,
    ...data,
    verifiedHost: undefined,
    isConfigured: false,
    label: `dcr1:${hash('sha256', id, 'hex').slice(0, 16)}`,
  };
}
