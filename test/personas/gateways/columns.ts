import { createIdp } from '../../../cli/dev/idp.ts';
import type { Typed } from '../driver/identify.ts';
import type { Persona } from '../persona.ts';
import {
  bareCognitoProvider,
  closedProvider,
  cognitoLikeProvider,
  documentProvider,
  FIXED_PORT,
  redirectsOf,
  typedIdOf,
} from './providers.ts';

export type WayId = 'url' | 'client id' | 'client id and port' | 'registration' | 'relay client';

/** One way for a user to get a client in, and the gateway that it is tried at. */
export interface Way {
  readonly id: WayId;
  readonly context: Readonly<Record<string, string>>;
  readonly createIdp: typeof createIdp;
  /** People are asked at the gateway before anything of theirs is, each time. */
  readonly asksConsent: boolean;
  /** What is entered beside the URL; undefined where this way is none for the client. */
  readonly typed: (persona: Persona) => Typed | undefined;
}

export type ColumnId = 'direct-open' | 'direct-documents' | 'direct-closed' | 'direct-bare' | 'metadata' | 'relay';

/** A mode in front of a kind of identity provider. */
export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  readonly stands: string;
  /** Tried in this order; the first that works counts. */
  readonly ways: readonly Way[];
}

const nothing = (): Typed => ({});
const clientId = (persona: Persona): Typed | undefined =>
  persona.registration.value.typed ? { clientId: typedIdOf(persona) } : undefined;
const clientIdAndPort = (persona: Persona): Typed | undefined =>
  persona.registration.value.fixedPort ? { clientId: typedIdOf(persona), port: FIXED_PORT } : undefined;

export function columnsFor(personas: readonly Persona[]): readonly Column[] {
  const direct = { authorizationServer: 'direct' };
  const metadata = { authorizationServer: 'metadata' };
  const relay = { authorizationServer: 'relay' };
  const way = (id: WayId, context: Way['context'], provider: Way['createIdp'], typed: Way['typed']): Way => ({
    id,
    context,
    createIdp: provider,
    asksConsent: context['authorizationServer'] === 'relay',
    typed,
  });
  const closed = closedProvider(personas);
  const documents = documentProvider(personas);
  return [
    {
      id: 'direct-open',
      title: 'direct, open registration',
      stands: 'A provider with good metadata (S256, `iss`) where any client may register itself (RFC 7591).',
      ways: [way('url', direct, createIdp, nothing), way('client id', direct, closed, clientId)],
    },
    {
      id: 'direct-documents',
      title: 'direct, client documents',
      stands: 'A provider with good metadata that takes client id metadata documents (CIMD), and no registration.',
      ways: [way('url', direct, documents, nothing), way('client id', direct, documents, clientId)],
    },
    {
      id: 'direct-closed',
      title: 'direct, clients by hand',
      stands: 'A provider with good metadata where an administrator enters each client.',
      ways: [way('url', direct, closed, nothing), way('client id', direct, closed, clientId)],
    },
    {
      id: 'direct-bare',
      title: 'direct, no S256',
      stands:
        'What Amazon Cognito publishes by itself (Entra is alike in this): metadata that does not mention S256, and clients by hand.',
      ways: [
        way('url', direct, bareCognitoProvider(personas, undefined), nothing),
        way('client id', direct, bareCognitoProvider(personas, undefined), clientId),
        way('client id and port', direct, bareCognitoProvider(personas, FIXED_PORT), clientIdAndPort),
      ],
    },
    {
      id: 'metadata',
      title: 'metadata',
      stands:
        'A provider like Amazon Cognito: clients by hand, redirect URIs compared with their port, no `iss`, and `aud` only for a `resource` that was asked for.',
      ways: [
        way('url', metadata, cognitoLikeProvider(personas, undefined), nothing),
        way('client id', metadata, cognitoLikeProvider(personas, undefined), clientId),
        way('client id and port', metadata, cognitoLikeProvider(personas, FIXED_PORT), clientIdAndPort),
      ],
    },
    {
      id: 'relay',
      title: 'relay',
      stands: 'Any OpenID provider: it knows one client, the gateway, and clients sign in at the gateway.',
      ways: [
        way('url', relay, createIdp, nothing),
        way('registration', { ...relay, relayRegistration: 'true' }, createIdp, nothing),
        way('relay client', { ...relay, relayClients: relayClientsFor(personas) }, createIdp, relayClient),
      ],
    },
  ];
}

/** `relayClients` as an operator would write it: published documents by their id, others under an id of one's own. */
function relayClientsFor(personas: readonly Persona[]): string {
  return JSON.stringify(
    personas.map((persona) => ({
      client_id: persona.registration.value.identity.document ?? typedIdOf(persona),
      client_name: persona.name.replace(/[^\w ]/g, ''),
      redirect_uris: [...new Set(redirectsOf(persona))],
    })),
  );
}

function relayClient(persona: Persona): Typed | undefined {
  if (persona.registration.value.identity.document !== undefined) return {};
  return persona.registration.value.typed ? { clientId: typedIdOf(persona) } : undefined;
}
