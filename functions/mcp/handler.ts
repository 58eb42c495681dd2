import { createAuditWriter } from '../../shared/audit/write.ts';
import { createIdpDocument } from '../../shared/auth/idp-document.ts';
import { createVerifier } from '../../shared/auth/verifier.ts';
import { type FunctionEnvironment, readConfig } from '../../shared/core/config.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { createDispatcher, type Reply } from '../../shared/mcp/dispatch.ts';
import { createUserStore } from '../../shared/store/user-store.ts';
import { catalogueOf, tools as registry } from '../../shared/tools/all.ts';
import type { Tool } from '../../shared/tools/define-tool.ts';
import { audit } from '../middleware/audit.ts';
import { requireActiveAccount, resolveUid, verifyJwt } from '../middleware/authenticate.ts';
import { chain, type Handler } from '../middleware/chain.ts';
import { answerPreflight, checkOrigin, isPreflight } from '../middleware/cors.ts';
import { enforceScopes } from '../middleware/enforce-scopes.ts';
import { govern } from '../middleware/govern.ts';
import { guardTransport } from '../middleware/guard-transport.ts';
import { readBody, readMessage } from '../middleware/read-message.ts';
import { requestContext } from '../middleware/request-context.ts';
import { wireErrors } from '../middleware/wire-errors.ts';
import { type Ports, requireTable } from '../ports.ts';
import { encodeReply } from './reply.ts';

/** POST /mcp and POST /tools/{name}. The chain, top to bottom, is the story of a call. */
export function createHandler(env: FunctionEnvironment, ports: Ports, tools: readonly Tool[] = registry): Handler {
  const config = readConfig(env);
  const { clock, log, dynamo } = ports;
  const catalogue = catalogueOf(tools);
  const table = (name: keyof FunctionEnvironment) => requireTable(name, env[name]);
  const { provisioning, auditRetentionDays: retentionDays } = config;
  const verifier = createVerifier(config, createIdpDocument(config, ports), ports);
  const identity = createIdentity({ dynamo, table: table('IDENTITIES_TABLE'), clock, provisioning });
  const writer = createAuditWriter({ dynamo, table: table('AUDIT_TABLE'), clock, log, retentionDays });
  const storeOf = createUserStore(dynamo, table('STATE_TABLE'), clock);
  const dispatcher = createDispatcher({ config, tools });
  void verifier.hydrate();

  const handle = chain()
    .use(wireErrors({ config, log, catalogue }))
    .use(requestContext(ports))
    .use(checkOrigin(config.allowedOrigins))
    .use(guardTransport)
    .use(readBody)
    .use(readMessage(dispatcher))
    .use(verifyJwt(verifier, catalogue))
    .use(resolveUid(identity))
    .use(requireActiveAccount)
    .use(enforceScopes(dispatcher))
    .use(govern)
    .use(audit(writer, dispatcher, clock))
    .handler(async (call) => {
      const { message, target, account, record, requestId, startedAt } = call;
      const reply = await dispatcher.dispatch(message, target, { ...call, clock, storeOf });
      record.ended = endOf(reply);
      return encodeReply(message, reply, { config, account, requestId, elapsedMs: clock() - startedAt });
    });
  return async (event, context) =>
    isPreflight(event) ? answerPreflight(event, config.allowedOrigins, 'POST, OPTIONS') : handle(event, context);
}

function endOf(reply: Reply): { readonly isError: boolean; readonly errorType: string | undefined } {
  return reply.kind === 'tool-error'
    ? { isError: true, errorType: reply.code }
    : { isError: false, errorType: undefined };
}
