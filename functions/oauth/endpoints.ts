import { GatewayError } from '../../shared/core/errors.ts';
import { createAuthorize } from '../../shared/oauth/authorize.ts';
import { createCallback } from '../../shared/oauth/callback.ts';
import { createConsent, type Departure, MAX_FORM_BYTES } from '../../shared/oauth/consent.ts';
import { OAuthError } from '../../shared/oauth/errors.ts';
import { readParameters } from '../../shared/oauth/form.ts';
import type { Relay } from '../../shared/oauth/relay.ts';
import { createRevoke } from '../../shared/oauth/revoke.ts';
import { createToken } from '../../shared/oauth/token.ts';
import { readJson } from '../../shared/protocol/json-text.ts';
import type { HttpResponse, Invocation } from '../middleware/chain.ts';
import { json } from '../middleware/http.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { page, redirect } from './browser-answers.ts';
import { browserSecretIn, cookieFor, forgetting } from './cookies.ts';
import { consentPage } from './pages.ts';
import type { RoutePath } from './routes.ts';
import { bodyOf, type Routed } from './steps.ts';

type Call = Invocation & RequestContext & Routed;
export type Endpoint = (call: Call) => Promise<HttpResponse>;

const MAX_METADATA_BYTES = 8192;
/** RFC 6749 section 5.1 wants both, for caches of another age too. */
const UNCACHED = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Path → what answers it: HTTP in and out, everything else is in shared/oauth. */
export function createEndpointMap(relay: Relay): Readonly<Record<RoutePath, Endpoint>> {
  const authorize = createAuthorize(relay);
  const consent = createConsent(relay);
  const callback = createCallback(relay);
  const token = createToken(relay);
  const revoke = createRevoke(relay);
  const formOf = (call: Call) => readParameters(bodyOf(call), MAX_FORM_BYTES);
  return {
    '/oauth/authorize': async (call) => {
      const { view, secret } = await authorize(call.event.rawQueryString, call);
      return { ...page(200, (nonce) => consentPage(view, nonce)), cookies: [cookieFor(secret)] };
    },
    '/oauth/consent': async (call) => {
      const from = { origin: call.http.headers['origin'], site: call.http.headers['sec-fetch-site'] };
      return depart(await consent(bodyOf(call), from, browserSecretIn(call.event), call));
    },
    '/oauth/callback': async (call) =>
      depart(await callback(call.event.rawQueryString, browserSecretIn(call.event), call)),
    '/oauth/token': async (call) => json(200, await token(formOf(call), call), UNCACHED),
    '/oauth/revoke': async (call) => {
      await revoke(formOf(call), call);
      return { statusCode: 200, headers: UNCACHED, body: '' };
    },
    '/oauth/register': async (call) => json(201, await register(relay, call), UNCACHED),
  };
}

function depart({ location, keep, forget }: Departure): HttpResponse {
  const cookies = [keep && cookieFor(keep), forget && forgetting(forget)];
  return redirect(
    location,
    cookies.filter((cookie) => cookie !== undefined),
  );
}

async function register({ registration }: Relay, call: Call): Promise<object> {
  if (registration === undefined) throw new GatewayError('NOT_FOUND');
  return registration.register(metadataIn(bodyOf(call, 'application/json', MAX_METADATA_BYTES)));
}

function metadataIn(text: string): unknown {
  try {
    const { body, flaw } = readJson(text);
    if (flaw === undefined) return body;
  } catch {
    // As for a flaw.
  }
  throw new OAuthError('invalid_client_metadata', 'the body is not JSON that can be read in one way only');
}
