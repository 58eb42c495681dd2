import { createAuthFailureSampler } from '../../shared/audit/auth-failures.ts';
import { createArgumentKeeper } from '../../shared/audit/keep-arguments.ts';
import { createAuditWriter } from '../../shared/audit/write.ts';
import { createVerifier } from '../../shared/auth/verifier.ts';
import { reportFailures } from '../../shared/aws/report-failures.ts';
import { usesTokens } from '../../shared/backends/check.ts';
import { type FunctionEnvironment, readConfig } from '../../shared/core/config.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { createDispatcher, type Reply } from '../../shared/mcp/dispatch.ts';
import { createRequestStates } from '../../shared/mcp/request-state.ts';
import { createRounds } from '../../shared/mcp/rounds.ts';
import { META_REPLAY } from '../../shared/mcp/run-once.ts';
import { deployed, offeredWith, type Registry, scopesOf } from '../../shared/registry/index.ts';
import { createIdempotency } from '../../shared/store/idempotency.ts';
import { createKeyRing } from '../../shared/store/key-ring.ts';
import { createUseOnce } from '../../shared/store/once.ts';
import { createUserStore } from '../../shared/store/user-store.ts';
import { audit } from '../middleware/audit.ts';
import { requireActiveAccount, resolveUid, verifyJwt } from '../middleware/authenticate.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { answerPreflight, checkOrigin, isPreflight } from '../middleware/cors.ts';
import { enforceScopes } from '../middleware/enforce-scopes.ts';
import { govern } from '../middleware/govern.ts';
import { guardTransport } from '../middleware/guard-transport.ts';
import { readBody, readMessage } from '../middleware/read-message.ts';
import { requestContext } from '../middleware/request-context.ts';
import { requireEdge } from '../middleware/require-edge.ts';
import { reserveTime } from '../middleware/reserve-time.ts';
import { joinTrace } from '../middleware/trace.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import { requireTable, tablesOf } from '../ports.ts';
import { connectBackends } from './backends.ts';
import { roomFor, withBatches } from './batch.ts';
import type { McpPorts } from './ports.ts';
import { encodeReply, requireSendable } from './reply.ts';

/** POST /mcp and POST /tools/{name}. The chain, top to bottom, is the story of a call. */
export function createHandler(env: FunctionEnvironment, ports: McpPorts, known: Registry = deployed): Handler {
  const config = readConfig(env);
  const registry = offeredWith(known, config.backends);
  const { clock, log } = ports;
  const dynamo = reportFailures(ports.dynamo, tablesOf(env), log);
  const catalogue = scopesOf(registry);
  const table = (name: keyof FunctionEnvironment) => requireTable(name, env[name]);
  const { provisioning, auditRetentionDays: retentionDays } = config;
  const verifier = createVerifier(config, ports);
  const identity = createIdentity({ dynamo, table: table('IDENTITIES_TABLE'), clock, provisioning });
  const toolIndex = env.AUDIT_TOOL_INDEX === 'true';
  const made = { region: env.AWS_REGION, fnVersion: config.version, toolIndex };
  const writer = createAuditWriter({ dynamo, table: table('AUDIT_TABLE'), clock, log, retentionDays, ...made });
  const keeper = createArgumentKeeper(dynamo, table('STATE_TABLE'), clock);
  const sample = createAuthFailureSampler({ clock, log, retentionDays });
  const storeOf = createUserStore(dynamo, table('STATE_TABLE'), clock);
  const keys = createKeyRing(dynamo, table('STATE_TABLE'), clock, 'request-state');
  const rounds = createRounds(createRequestStates(keys, clock), createUseOnce(dynamo, table('STATE_TABLE'), clock));
  const idempotency = createIdempotency(dynamo, table('STATE_TABLE'), clock);
  const backends = connectBackends(env, config, registry, { ...ports, dynamo });
  const dispatcher = createDispatcher({ config, registry, rounds });
  void verifier.hydrate();

  const handle = chain(ports.timer)
    .use(wireErrors({ config, log, catalogue }))
    .use(requestContext(ports))
    .use(requireEdge(env))
    .use(checkOrigin(config.allowedOrigins))
    .use(guardTransport)
    .use(readBody)
    .use(readMessage(dispatcher))
    .use(joinTrace)
    .use(verifyJwt(verifier, catalogue, usesTokens(registry.backends, config.backends ?? {})))
    .use(reserveTime(clock))
    .use(resolveUid(identity))
    .use(requireActiveAccount)
    .use(enforceScopes(dispatcher))
    .use(govern)
    .use(reserveTime(clock))
    .use(audit({ writer, keeper, dispatcher, clock, sample }))
    .handler(async (call) => {
      const { message, target, account, record, requestId, startedAt, http } = call;
      const reply = await dispatcher.dispatch(message, target, { ...call, clock, storeOf, backends, idempotency });
      const elapsedMs = clock() - startedAt;
      const isLate = record.receipt?.late === true;
      const context = { config, account, requestId, elapsedMs, accept: http.headers['accept'], isLate };
      const answer = encodeReply(message, reply, context);
      // Not before: what cannot be written as JSON did not end well.
      const resultDigest = reply.kind === 'result' ? record.digest(reply.result) : undefined;
      record.ended = { ...endOf(reply), resultDigest };
      return requireSendable(answer, record, roomFor(call.event));
    });
  const serve = withBatches(handle);
  return async (event, context) =>
    isPreflight(event) ? answerPreflight(event, config.allowedOrigins, 'POST, OPTIONS') : serve(event, context);
}

function endOf(reply: Reply): { readonly isError: boolean; readonly errorType: string | undefined } {
  if (reply.kind === 'tool-error') return { isError: true, errorType: reply.code };
  if (reply.kind !== 'result') return { isError: false, errorType: undefined };
  const { resultType, _meta: meta = {} } = reply.result as { resultType?: unknown; _meta?: object };
  const replayed = Object.hasOwn(meta, META_REPLAY) ? 'REPLAYED' : undefined;
  return { isError: false, errorType: resultType === 'input_required' ? 'INPUT_REQUIRED' : replayed };
}
