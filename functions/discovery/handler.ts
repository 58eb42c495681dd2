import { createIdpDocument } from '../../shared/auth/idp-document.ts';
import { type FunctionEnvironment, readConfig } from '../../shared/core/config.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { deployed, offeredWith, type Registry, scopesOf } from '../../shared/registry/index.ts';
import { createAssertionKeys } from '../assertion-keys.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { answerPreflight, checkOrigin, isPreflight } from '../middleware/cors.ts';
import { readsOnly, withoutBodyOnHead } from '../middleware/reads.ts';
import { requestContext } from '../middleware/request-context.ts';
import { requireEdge } from '../middleware/require-edge.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import type { Ports } from '../ports.ts';
import { createDocuments } from './documents.ts';

/** GET /.well-known/…: public documents, open to every web origin. */
export function createHandler(env: FunctionEnvironment, ports: Ports, registry: Registry = deployed): Handler {
  const config = readConfig(env);
  const catalogue = scopesOf(offeredWith(registry, config.backends));
  const documents = createDocuments(config, {
    source: createIdpDocument(config.idp.issuer, ports),
    catalogue,
    keys: createAssertionKeys(env, config, ports)?.published,
  });

  const handle = chain(ports.timer)
    .use(wireErrors({ config, log: ports.log, catalogue }))
    .use(requestContext(ports))
    .use(requireEdge(env))
    .use(withoutBodyOnHead)
    .use(checkOrigin('*'))
    .use(readsOnly)
    .handler(({ http, deadline }) => {
      const document = documents.get(http.path);
      if (document === undefined) {
        throw new GatewayError('NOT_FOUND', { hint: 'There is no such well-known document.' });
      }
      return document(deadline);
    });
  return async (event, context) =>
    isPreflight(event) ? answerPreflight(event, '*', 'GET, HEAD, OPTIONS') : handle(event, context);
}
