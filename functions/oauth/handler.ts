import { createTokenRecorder } from '../../shared/audit/token-events.ts';
import { reportFailures } from '../../shared/aws/report-failures.ts';
import { type FunctionEnvironment, readConfig } from '../../shared/core/config.ts';
import { createRelay } from '../../shared/oauth/relay.ts';
import { deployed, offeredWith, type Registry, scopesOf, titlesByScope } from '../../shared/registry/index.ts';
import { createUseOnce } from '../../shared/store/once.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { answerPreflight, isPreflight } from '../middleware/cors.ts';
import { requestContext } from '../middleware/request-context.ts';
import { requireEdge } from '../middleware/require-edge.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import { requireTable, tablesOf } from '../ports.ts';
import { respond } from './answers.ts';
import { createEndpointMap } from './endpoints.ts';
import type { OAuthPorts } from './ports.ts';
import { kindOf } from './routes.ts';
import { openApiToTheWeb, routeTo } from './steps.ts';

/** ANY /oauth/{proxy+}: the gateway as an authorization server of its own, in relay mode. */
export function createHandler(env: FunctionEnvironment, ports: OAuthPorts, known: Registry = deployed): Handler {
  const config = readConfig(env);
  const registry = offeredWith(known, config.backends);
  const { clock, log } = ports;
  const catalogue = scopesOf(registry);
  const required = (name: keyof FunctionEnvironment) => requireTable(name, env[name]);
  const dynamo = reportFailures(ports.dynamo, tablesOf(env), log);
  const { auditRetentionDays: retentionDays } = config;
  const recordToken = createTokenRecorder({ dynamo, table: required('AUDIT_TABLE'), clock, log, retentionDays });
  const relay = createRelay(
    {
      config,
      titles: titlesByScope(registry),
      keysArn: required('RELAY_KEYS_ARN'),
      upstreamSecretArn: required('UPSTREAM_SECRET_ARN'),
      useOnce: config.relay?.strict === true ? createUseOnce(dynamo, required('STATE_TABLE'), clock) : undefined,
      recordToken,
    },
    ports,
  );
  const endpoints = createEndpointMap(relay);

  const handle = chain(ports.timer)
    .use(wireErrors({ config, log, catalogue, respond }))
    .use(requestContext(ports))
    .use(requireEdge(env))
    .use(openApiToTheWeb)
    .use(routeTo(relay.registration !== undefined))
    .handler((call) => endpoints[call.path](call));
  return async (event, context) =>
    isPreflight(event) && kindOf(event.rawPath) === 'api'
      ? answerPreflight(event, '*', 'POST, OPTIONS')
      : handle(event, context);
}
