import { resourceUrl } from '../core/config.ts';
import { orTellClient, refuseTo } from './client-answer.ts';
import type { Client } from './clients.ts';
import type { ConsentView } from './consent-view.ts';
import { OAuthError, type OAuthErrorName } from './errors.ts';
import { type Parameters, readParameters } from './form.ts';
import { isLoopback, matchesRedirect } from './redirect-uri.ts';
import type { Relay, RelayCall } from './relay.ts';
import type { AskedFor } from './sealed-values.ts';
import { type BrowserSecret, hashOf, newBrowserSecret, newTransaction } from './transaction.ts';

/** What the browser is answered: a page that asks, and the secret that says which tab it was. */
export interface ConsentPrompt {
  readonly view: ConsentView;
  readonly secret: BrowserSecret;
}

const MAX_QUERY_BYTES = 8192;
const MAX_STATE_BYTES = 1024;
/** RFC 7636 section 4.2: the base64url of a SHA-256. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * RFC 6749 section 4.1.1 with RFC 7636 and RFC 8707. Until client and redirect URI are certain, a refusal is a page for
 * the person: a redirect would go to whoever asked for it.
 */
export function createAuthorize(relay: Relay): (query: string, call: RelayCall) => Promise<ConsentPrompt> {
  return async (query, call) => {
    const parameters = readParameters(query, MAX_QUERY_BYTES);
    const client = await findClient(relay, parameters, call);
    const redirectUri = redirectUriOf(client, parameters);
    const asked = readAsked(relay, client, redirectUri, parameters);
    return orTellClient(asked, relay.config.publicUrl, () => prompt(relay, client, asked));
  };
}

async function findClient({ clients }: Relay, parameters: Parameters, call: RelayCall): Promise<Client> {
  const client = await clients.find(parameters.get('client_id') ?? '');
  if (client === undefined) {
    const text = 'The program that sent you here is not known to this gateway. Its administrator can add it.';
    throw new OAuthError('invalid_request', text, { reason: 'client_unknown' });
  }
  call.note.client = client.label;
  return client;
}

function redirectUriOf({ redirectUris }: Client, parameters: Parameters): string {
  const asked = parameters.get('redirect_uri');
  if (asked === undefined || !redirectUris.some((registered) => matchesRedirect(registered, asked))) {
    const text = 'The program that sent you here wants the answer at an address that is not registered for it.';
    throw new OAuthError('invalid_request', text, { reason: 'redirect_uri_unknown' });
  }
  return asked;
}

function readAsked({ config, scopes }: Relay, client: Client, redirectUri: string, parameters: Parameters): AskedFor {
  const state = stateOf(parameters);
  const asker = { ru: redirectUri, ...(state === undefined ? {} : { st: state }) };
  const refuse = (error: OAuthErrorName, description: string, reason: string = error): never =>
    refuseTo(asker, config.publicUrl, error, description, { reason });
  if (parameters.has('request')) refuse('request_not_supported', 'request objects are not supported');
  if (parameters.has('request_uri')) refuse('request_uri_not_supported', 'request objects are not supported');
  const type = parameters.get('response_type');
  if (type === undefined) refuse('invalid_request', 'response_type is missing');
  if (type !== 'code') refuse('unsupported_response_type', 'response_type must be code');
  if ((parameters.get('response_mode') ?? 'query') !== 'query') {
    refuse('invalid_request', 'response_mode must be query');
  }
  const challenge = parameters.get('code_challenge') ?? '';
  if (!CHALLENGE.test(challenge) || parameters.get('code_challenge_method') !== 'S256') {
    refuse('invalid_request', 'PKCE with code_challenge_method=S256 is required', 'pkce');
  }
  if ((parameters.get('resource') ?? resourceUrl(config)) !== resourceUrl(config)) {
    refuse('invalid_target', 'this authorization server is for one resource, and it is another one');
  }
  const sc = orRefuse(() => scopes.ofRequest(parameters.get('scope')), refuse);
  return { ...asker, cid: client.id, cc: challenge, sc };
}

/** A client cannot be told about one that is too long: its answer would have to carry it. */
function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state');
  if (state === undefined || Buffer.byteLength(state) <= MAX_STATE_BYTES) return state;
  const text = `The program that sent you here sent a state of more than ${MAX_STATE_BYTES} bytes.`;
  throw new OAuthError('invalid_request', text, { reason: 'state_too_long' });
}

function orRefuse<T>(read: () => T, refuse: (error: OAuthErrorName, description: string) => never): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof OAuthError) return refuse(error.error, error.description);
    throw error;
  }
}

async function prompt({ config, seals, upstream, opens, clock }: Relay, client: Client, asked: AskedFor) {
  const secret = newBrowserSecret();
  const transaction = newTransaction({ tx: secret.tx, bh: hashOf(secret.value) }, clock());
  const view: ConsentView = {
    gatewayHost: new URL(config.publicUrl).host,
    clientName: client.name,
    verifiedHost: client.verifiedHost,
    isConfigured: client.isConfigured,
    ...destinationOf(asked.ru),
    scopes: asked.sc,
    opens,
    signInHost: await upstream.signInHost(),
    sealed: await seals.seal('consent', { ...asked, ...transaction }),
  };
  return { view, secret };
}

/** A scheme of its own is answered by whatever program took it, and the text after it is nobody's host. */
function destinationOf(redirectUri: string): Pick<ConsentView, 'redirectHost' | 'isLoopback'> {
  const { protocol, host } = new URL(redirectUri);
  if (protocol === 'https:') return { redirectHost: host, isLoopback: false };
  return { redirectHost: isLoopback(redirectUri) ? host : protocol, isLoopback: true };
}
