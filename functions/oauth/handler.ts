import { type FunctionEnvironment, readConfig } from '../../shared/core/config.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { deployed, type Registry, scopesOf } from '../../shared/registry/index.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { requestContext } from '../middleware/request-context.ts';
import { requireEdge } from '../middleware/require-edge.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import type { OAuthPorts } from './ports.ts';

/** ANY /oauth/{proxy+}: the gateway as an authorization server of its own, in relay mode. */
export function createHandler(env: FunctionEnvironment, ports: OAuthPorts, registry: Registry = deployed): Handler {
  const config = readConfig(env);
  const catalogue = scopesOf(registry);
  return chain(ports.timer)
    .use(wireErrors({ config, log: ports.log, catalogue }))
    .use(requestContext(ports))
    .use(requireEdge(env))
    .handler(() => {
      throw new GatewayError('NOT_FOUND');
    });
}
