import { DEV_CLIENT } from '../dev/idp-clients.ts';
import { HeadlessProvider } from './sign-in.ts';

/** One way for a client to find the sign-in (docs/connect.md), and how to tell of it. */
export interface DemoMode {
  /** Parameters of the gateway. */
  readonly context: Readonly<Record<string, string>>;
  /** What a person pastes into the client. */
  readonly pasted: string;
  /** From the first request to the token. */
  readonly path: string;
  /** What the trail below does not show. */
  readonly note?: string;
  /** What the client knows before it connects. */
  readonly createProvider: (url: string) => HeadlessProvider;
}

export const MODES: ReadonlyMap<string, DemoMode> = new Map<string, DemoMode>([
  [
    'direct',
    {
      context: {},
      pasted: 'the URL; the client registers itself at the identity provider',
      path: '401 → discovery → registration → login with PKCE → token',
      createProvider: () => new HeadlessProvider(),
    },
  ],
  [
    'metadata',
    {
      context: { authorizationServer: 'metadata' },
      pasted: `the URL and the client id ${DEV_CLIENT.id}; the gateway publishes the metadata of the sign-in`,
      path: '401 → discovery at the gateway → login at the identity provider with PKCE → token',
      createProvider: (url) => new HeadlessProvider({ client_id: DEV_CLIENT.id, issuer: new URL(url).origin }),
    },
  ],
  [
    'relay',
    {
      // A client with published metadata needs no registration; one on plain http to this machine cannot have any.
      context: { authorizationServer: 'relay', relayRegistration: 'true' },
      pasted: 'the URL; the client registers itself at the gateway, which is the one client of the identity provider',
      path: '401 → discovery → registration at the gateway → consent → login with PKCE → token',
      note: 'Every token names the client that the gateway is. Which client asked for it is in the log line oauth.token.',
      createProvider: () => new HeadlessProvider(),
    },
  ],
]);
