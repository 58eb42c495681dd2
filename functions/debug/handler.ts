import { explainFailure } from '../../shared/auth/explain.ts';
import { createVerifier } from '../../shared/auth/verifier.ts';
import { reportFailures } from '../../shared/aws/report-failures.ts';
import { type FunctionEnvironment, type GatewayConfig, readConfig, resourceUrl } from '../../shared/core/config.ts';
import { errorRow } from '../../shared/core/error-table.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { revisionsOf } from '../../shared/protocol/revisions.ts';
import { deployed, offeredWith, type Registry, scopesOf } from '../../shared/registry/index.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { answerPreflight, checkOrigin, isPreflight } from '../middleware/cors.ts';
import { type HttpRequest, json } from '../middleware/http.ts';
import { readsOnly, withoutBodyOnHead } from '../middleware/reads.ts';
import { requestContext } from '../middleware/request-context.ts';
import { requireEdge } from '../middleware/require-edge.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import { type Ports, requireTable, tablesOf } from '../ports.ts';
import { createTokenReport } from './token-report.ts';

/** `/`, `/health`, `/debug-token`, and a JSON 404 for every path that no other route serves. */
export function createHandler(env: FunctionEnvironment, ports: Ports, registry: Registry = deployed): Handler {
  const config = readConfig(env);
  const table = requireTable('IDENTITIES_TABLE', env.IDENTITIES_TABLE);
  const dynamo = reportFailures(ports.dynamo, tablesOf(env), ports.log);
  const identity = createIdentity({ ...ports, dynamo, table, provisioning: config.provisioning });
  const report = createTokenReport(createVerifier(config, ports), identity);
  const about = json(200, aboutPage(config));
  const health = json(200, { ok: true, service: config.service, version: config.version });

  const handle = chain(ports.timer)
    .use(
      wireErrors({
        config,
        log: ports.log,
        catalogue: scopesOf(offeredWith(registry, config.backends)),
        explain: (error) => (errorRow(error.code).challenge === 'none' ? {} : explainFailure(config, error)),
      }),
    )
    .use(requestContext(ports))
    .use(requireEdge(env))
    .use(withoutBodyOnHead)
    .use(checkOrigin(config.allowedOrigins))
    .use({ name: 'findRoute', before: ({ http }) => requireRoute(http, config) })
    .use(readsOnly)
    .handler(({ http }) => {
      if (http.path === '/health') return health;
      return http.path === '/' ? about : report(http.headers);
    });
  return async (event, context) =>
    isPreflight(event) ? answerPreflight(event, config.allowedOrigins, 'GET, HEAD, OPTIONS') : handle(event, context);
}

function requireRoute({ path, method }: HttpRequest, config: GatewayConfig): object {
  if (path === '/' || path === '/health' || (path === '/debug-token' && config.debugToken)) return {};
  if (method === 'POST' && (path === '/tools' || path === '/tools/')) throw new GatewayError('NO_TOOL');
  throw new GatewayError('NOT_FOUND');
}

function aboutPage(config: GatewayConfig) {
  const wellKnown = `${config.publicUrl}/.well-known`;
  return {
    service: config.service,
    version: config.version,
    mcp: resourceUrl(config),
    protocolVersions: [...revisionsOf('modern'), ...revisionsOf('legacy')],
    metadata: [`${wellKnown}/oauth-protected-resource/mcp`, `${wellKnown}/oauth-authorization-server`],
  };
}
