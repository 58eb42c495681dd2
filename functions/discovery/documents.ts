import type { IdpDocumentSource } from '../../shared/auth/idp-document.ts';
import { relayMetadata, resourceMetadata, serverMetadata } from '../../shared/auth/metadata.ts';
import type { PublishedKeys } from '../../shared/backend/published-keys.ts';
import type { GatewayConfig } from '../../shared/core/config.ts';
import type { HttpResponse } from '../middleware/chain.ts';
import { json } from '../middleware/http.ts';

/** `until`: epoch milliseconds. */
export type Document = (until: number) => HttpResponse | Promise<HttpResponse>;

export interface DocumentSources {
  readonly source: IdpDocumentSource;
  readonly catalogue: readonly string[];
  /** The keys that sign assertions, when a backend gets any. */
  readonly keys: PublishedKeys | undefined;
}

const CACHED = { 'cache-control': 'public, max-age=300' };
const WELL_KNOWN = '/.well-known';

/** Path → document. Any other well-known path does not exist. */
export function createDocuments(
  config: GatewayConfig,
  { source, catalogue, keys }: DocumentSources,
): ReadonlyMap<string, Document> {
  const resource = json(200, resourceMetadata(config, catalogue), CACHED);
  const documents = new Map<string, Document>([
    [`${WELL_KNOWN}/oauth-protected-resource`, () => resource],
    [`${WELL_KNOWN}/oauth-protected-resource/mcp`, () => resource],
    [`${WELL_KNOWN}/oauth-protected-resource-v2`, () => resource],
  ]);
  const server = authorizationServer(config, source, catalogue);
  documents.set(`${WELL_KNOWN}/oauth-authorization-server`, server);
  documents.set(`${WELL_KNOWN}/openid-configuration`, server);
  if (keys !== undefined) documents.set(`${WELL_KNOWN}/jwks.json`, keySet(keys));
  const { openaiAppsChallenge } = config;
  if (openaiAppsChallenge !== undefined) {
    const headers = { 'content-type': 'text/plain; charset=utf-8', ...CACHED };
    const answer = { statusCode: 200, headers, body: openaiAppsChallenge };
    documents.set(`${WELL_KNOWN}/openai-apps-challenge`, () => answer);
  }
  return documents;
}

function keySet(keys: PublishedKeys): Document {
  return async (until) => {
    const set = await keys.read(until);
    // The first key signs as soon as it exists: nobody may remember that there was none.
    return json(200, set, set.keys.length === 0 ? {} : CACHED);
  };
}

/** From configuration alone; in direct mode the document is the provider's. */
const OWN = { metadata: serverMetadata, relay: relayMetadata, direct: undefined } as const;

function authorizationServer(config: GatewayConfig, source: IdpDocumentSource, catalogue: readonly string[]): Document {
  const make = OWN[config.authorizationServer];
  if (make !== undefined) {
    const own = json(200, make(config, catalogue), CACHED);
    return () => own;
  }
  return async () => json(200, (await source.get()).document, CACHED);
}
