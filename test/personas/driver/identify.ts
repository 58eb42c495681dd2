import type { Identity, Persona } from '../persona.ts';
import type { Server } from './discover.ts';
import { stop } from './stopped.ts';
import { textOf, type Wire } from './wire.ts';

/** Who the client is at the authorization server. */
export interface Client {
  readonly id: string;
  /** With a port, where it listens on one. */
  readonly redirectUri: string;
  readonly by: 'typed' | 'document' | 'dynamic';
}

/** What the person who sets the client up enters beside the URL. */
export interface Typed {
  readonly clientId?: string;
  readonly port?: number;
}

/** @throws Stopped when the client has no way to an id */
export async function identify(
  wire: Wire,
  { registration: { value: rule } }: Persona,
  server: Server,
  typed: Typed,
  scopes: readonly string[],
): Promise<Client> {
  const identity = server.announcesIss ? rule.identity : (rule.withoutIss ?? rule.identity);
  const redirectUri = redirectOf(identity, typed.port);
  if (typed.clientId !== undefined && rule.typed) return { id: typed.clientId, redirectUri, by: 'typed' };
  for (const way of rule.order) {
    if (way === 'document') {
      const { document: id } = identity;
      const usable = server.takesDocuments && (rule.documentNeedsNone !== true || server.takesPublicClients);
      if (id !== undefined && usable) return { id, redirectUri, by: 'document' };
    } else if (server.registration !== undefined) {
      const body = {
        redirect_uris: [redirectUri],
        ...rule.body,
        ...(rule.sendsScope ? { scope: scopes.join(' ') } : {}),
      };
      return { id: await register(wire, server.registration, body), redirectUri, by: 'dynamic' };
    }
  }
  return stop(
    'registration',
    'no_way',
    'the server offers no registration that the client knows, and no client id was typed in',
  );
}

/** RFC 8252 section 7.3: a port that the system gave, another one each time. */
function redirectOf({ redirect }: Identity, port = 49_152 + Math.floor(Math.random() * 10_000)): string {
  return redirect.replace('{port}', String(port));
}

async function register(wire: Wire, endpoint: string, body: object): Promise<string> {
  const { status, json } = await wire.postJson(endpoint, body, {});
  const id = textOf(json, 'client_id');
  if (status === 201 && id !== undefined) return id;
  const error = textOf(json, 'error') ?? `http_${status}`;
  return stop('registration', error, textOf(json, 'error_description') ?? `registration answered ${status}`);
}
