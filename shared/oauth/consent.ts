import { answerTo, orTellClient } from './client-answer.ts';
import { OAuthError } from './errors.ts';
import { readParameters } from './form.ts';
import type { Relay, RelayCall } from './relay.ts';
import type { SealedValues } from './sealed-values.ts';
import {
  type BrowserSecret,
  isFirstUse,
  isFromThatBrowser,
  newTransaction,
  type ReadBrowserSecret,
} from './transaction.ts';

/** Where the browser goes next, and what it has to remember. */
export interface Departure {
  readonly location: string;
  /** The cookie that has to last for another while. */
  readonly keep?: BrowserSecret;
  /** The cookie whose work is done. */
  readonly forget?: string;
}

/** What the browser says of where a form was. */
export interface FormOrigin {
  readonly origin: string | undefined;
  /** Sec-Fetch-Site. */
  readonly site: string | undefined;
}

export const MAX_FORM_BYTES = 32_768;

/**
 * The answer to the consent page. Only the seal says what was consented to; form fields beside it say yes or no. The
 * `state` for the identity provider is made here and nowhere else: without a person's consent there is none.
 */
export function createConsent(relay: Relay) {
  return async (body: string, from: FormOrigin, read: ReadBrowserSecret, call: RelayCall): Promise<Departure> => {
    requireOurPage(from, relay.config.publicUrl);
    const form = readParameters(body, MAX_FORM_BYTES);
    const decision = form.get('decision');
    const asked = await relay.seals.open('consent', form.get('consent') ?? '');
    if (asked === undefined || (decision !== 'approve' && decision !== 'deny')) refuse('consent_unreadable');
    if (relay.clock() >= asked.exp) refuse('consent_expired');
    if (!isFromThatBrowser(asked, read)) refuse('consent_of_another_browser');
    const client = await relay.clients.find(asked.cid);
    if (client === undefined) refuse('client_unknown');
    call.note.client = client.label;
    return orTellClient(asked, relay.config.publicUrl, async () => {
      if (!(await isFirstUse(relay, `oauth-consent#${asked.n}`, asked.exp, call))) refuse('consent_used');
      if (decision === 'approve') return toSignIn(relay, asked, read(asked.tx) ?? '');
      const location = answerTo(asked, relay.config.publicUrl, { error: 'access_denied' });
      return { location, forget: asked.tx };
    });
  };
}

/** The time of the consent page is over: the sign-in gets its own, in the browser too. */
async function toSignIn(
  { seals, upstream, clock }: Relay,
  asked: SealedValues['consent'],
  value: string,
): Promise<Departure> {
  const state = await seals.seal('state', { ...asked, ...newTransaction(asked, clock()) });
  const location = await upstream.authorizationUrl({ state, challenge: asked.cc, scopes: asked.sc });
  return { location, keep: { tx: asked.tx, value } };
}

/** Browsers say where a form was sent from; what says nothing has the cookie to prove itself by. */
function requireOurPage({ origin, site }: FormOrigin, publicUrl: string): void {
  if ((origin ?? publicUrl) !== publicUrl || (site ?? 'same-origin') !== 'same-origin') refuse('consent_cross_site');
}

function refuse(reason: string): never {
  throw new OAuthError('invalid_request', 'The page that asked you is no longer valid.', { reason });
}
