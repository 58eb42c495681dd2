import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import type { Log } from '../core/logger.ts';
import { FetchTimeout, isFetchable, isOnThisMachine } from '../net/answer.ts';
import type { GetJson } from '../net/get-json.ts';

/** The discovery document of an issuer, as the issuer published it. */
export interface IdpDocument {
  readonly document: JsonObject;
  readonly jwksUri: string;
}

export interface IdpDocumentSource {
  /** @throws GatewayError DISCOVERY_FETCH_FAILED when there is no document, not even an old one */
  get(): Promise<IdpDocument>;
}

export interface IdpPorts {
  readonly getJson: GetJson;
  readonly clock: Clock;
  readonly log: Log;
}

const FRESH_MS = 10 * 60_000;
/** After a failure the old document is served and the issuer is left alone this long. */
const RETRY_MS = 30_000;
export const FETCH_LIMITS = { timeoutMs: 1500, maxBytes: 65_536 } as const;

/** Cached in memory, one fetch at a time, and served stale while the identity provider is down. */
export function createIdpDocument(issuer: string, { getJson, clock, log }: IdpPorts): IdpDocumentSource {
  let known: IdpDocument | undefined;
  let nextFetch = 0;
  let running: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    try {
      known = await discover(issuer, getJson);
      nextFetch = clock() + FRESH_MS;
    } catch (error) {
      nextFetch = clock() + RETRY_MS;
      const reason = error instanceof Error ? error.message : 'unknown';
      log.warn('discovery.failed', { dependency: 'discovery', issuer, reason });
    }
  };
  const refreshOnce = (): Promise<void> => {
    running ??= refresh().finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    get: async () => {
      if (known === undefined || clock() >= nextFetch) {
        // Without any document every request asks again; the caller's own route throttle bounds that.
        if (known === undefined || running === undefined) await refreshOnce();
      }
      if (known === undefined) throw new GatewayError('DISCOVERY_FETCH_FAILED', { reason: 'no_discovery_document' });
      return known;
    },
  };
}

async function discover(issuer: string, getJson: GetJson): Promise<IdpDocument> {
  const allowHttp = isOnThisMachine(issuer);
  let last: unknown;
  for (const url of discoveryUrls(issuer)) {
    try {
      const { json } = await getJson(url, { allowHttp, ...FETCH_LIMITS });
      return readDocument(issuer, json);
    } catch (error) {
      last = error;
      // The other spellings are on the same host, which would take its time for each.
      if (error instanceof FetchTimeout) break;
    }
  }
  throw last;
}

/** OpenID Connect Discovery section 4 first, which every preset serves; then RFC 8414 section 3.1 and its OpenID form. */
function discoveryUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`;
  const inserted = `${origin}/.well-known/openid-configuration${path}`;
  const appended = `${origin}${path}/.well-known/openid-configuration`;
  return [...new Set([appended, oauth, inserted])];
}

function readDocument(issuer: string, json: unknown): IdpDocument {
  if (!isObject(json)) throw new Error('not_an_object');
  // RFC 8414 section 3.3: a document that names another issuer is somebody else's.
  if (own(json, 'issuer') !== issuer) throw new Error('issuer_differs');
  const jwksUri = own(json, 'jwks_uri');
  // Checked here and not only when fetched: a document is kept for ten minutes, a spoiled one must not be.
  if (typeof jwksUri !== 'string' || !isFetchable(jwksUri, isOnThisMachine(issuer))) throw new Error('no_jwks_uri');
  return { document: json, jwksUri };
}
