import { answerTo, orTellClient } from './client-answer.ts';
import type { Departure } from './consent.ts';
import { OAuthError, type OAuthErrorName } from './errors.ts';
import { type Parameters, readParameters } from './form.ts';
import type { Relay, RelayCall } from './relay.ts';
import type { SealedValues } from './sealed-values.ts';
import { isFirstUse, isFromThatBrowser, type ReadBrowserSecret } from './transaction.ts';

const MAX_QUERY_BYTES = 9216;
/** A client has its code as soon as the browser followed the redirect. */
const CODE_MS = 60_000;

/** RFC 6749 section 4.1.2, both sides: the provider's answer comes in, ours with our own `iss` (RFC 9207) goes out. */
export function createCallback(relay: Relay) {
  return async (query: string, read: ReadBrowserSecret, call: RelayCall): Promise<Departure> => {
    const parameters = readParameters(query, MAX_QUERY_BYTES);
    const state = await relay.seals.open('state', parameters.get('state') ?? '');
    if (state === undefined) refuse('state_unreadable');
    if (relay.clock() >= state.exp) refuse('state_expired');
    // Else somebody else's sign-in would be finished here, or this one in another browser.
    if (!isFromThatBrowser(state, read)) refuse('state_of_another_browser');
    const client = await relay.clients.find(state.cid);
    if (client === undefined) refuse('client_unknown');
    call.note.client = client.label;
    // RFC 9207: another issuer's answer must not be taken for ours.
    if ((parameters.get('iss') ?? relay.config.idp.issuer) !== relay.config.idp.issuer) refuse('upstream_iss_differs');
    const { code, error } = outcomeOf(parameters);
    if (error !== undefined) call.log.info('oauth.sign-in.refused', { client: client.label, error });
    return orTellClient(state, relay.config.publicUrl, async () => {
      if (!(await isFirstUse(relay, `oauth-state#${state.n}`, state.exp, call))) refuse('state_used');
      const said = code === undefined ? { error } : { code: await sealCode(relay, state, code) };
      return { location: answerTo(state, relay.config.publicUrl, said), forget: state.tx };
    });
  };
}

/** Exactly one of both, or it is no answer. */
function outcomeOf(parameters: Parameters) {
  const [code, error] = [parameters.get('code'), parameters.get('error')];
  if ((code === undefined) === (error === undefined)) refuse('upstream_answer_malformed');
  return { code, error: error === undefined ? undefined : errorFor(error) };
}

/** The provider's own words stay here; a client learns which of these it was. */
function errorFor(error: string): OAuthErrorName {
  return PASSED_ON.get(error) ?? 'server_error';
}

const PASSED_ON: ReadonlyMap<string, OAuthErrorName> = new Map([
  ['access_denied', 'access_denied'],
  ['login_required', 'access_denied'],
  ['consent_required', 'access_denied'],
  ['interaction_required', 'access_denied'],
  ['account_selection_required', 'access_denied'],
  ['invalid_scope', 'invalid_scope'],
  ['invalid_target', 'invalid_target'],
  ['temporarily_unavailable', 'temporarily_unavailable'],
]);

function sealCode({ seals, clock }: Relay, { cid, ru, cc, sc }: SealedValues['state'], code: string): Promise<string> {
  return seals.seal('code', { c: code, cid, ru, cc, sc, exp: clock() + CODE_MS });
}

function refuse(reason: string): never {
  throw new OAuthError('invalid_request', 'This sign-in has expired, or it was started in another browser.', {
    reason,
  });
}
