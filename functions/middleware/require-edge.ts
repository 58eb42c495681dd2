import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FunctionEnvironment } from '../../shared/core/config.ts';
import { EDGE_SECRET_HEADER, VIEWER_HEADER } from '../../shared/core/edge.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Invocation, Step } from './chain.ts';
import type { HttpRequest } from './http.ts';
import type { RequestContext } from './request-context.ts';

/** Shorter ones would not be ours: infra generates 48 characters. */
const LEAST_CHARACTERS = 32;

/**
 * Behind CloudFront, refuses what did not come through it and its web ACL. This is a lock on the door and says nothing
 * about who is calling: the token is verified all the same (docs/adr/0010). Without secrets there is no lock.
 *
 * @throws Error at init when a secret is set that cannot be one: the lock must not open by a mistake
 */
export function requireEdge(
  env: FunctionEnvironment,
): Step<Invocation & RequestContext, { readonly http: HttpRequest }> {
  const accepted = readSecrets(env.EDGE_SECRETS).map(digest);
  return {
    name: 'requireEdge',
    before: ({ http }) => {
      if (accepted.length === 0) return { http };
      const given = digest(http.headers[EDGE_SECRET_HEADER] ?? '');
      // Every secret is compared, so that time tells nothing.
      const matches = accepted.filter((secret) => timingSafeEqual(secret, given));
      if (matches.length === 0) throw new GatewayError('EDGE_REQUIRED', { reason: 'not_through_the_edge' });
      // Only now is this header CloudFront's word.
      const viewer = http.headers[VIEWER_HEADER] ?? '';
      return { http: isIP(viewer) === 0 ? http : { ...http, sourceIp: viewer } };
    },
  };
}

function readSecrets(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const secrets = text.split(',');
  if (secrets.some((secret) => secret.length < LEAST_CHARACTERS)) throw new Error('EDGE_SECRETS holds no secret');
  return secrets;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
